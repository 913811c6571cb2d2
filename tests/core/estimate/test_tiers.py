import pytest

from ckreg.core.estimate import Tier, TrainingRequest
from ckreg.core.estimate.tiers import choose, is_model, seconds_per_sample
from tests.core.estimate.runs import evaluated, trained

REQUEST = TrainingRequest(
    "Llama-3.2-1B-Instruct", "lora_finetune_single_device", batch_size=4, lora_rank=8, gpu_type="A100"
)


@pytest.mark.parametrize(
    ("facts", "tier"),
    [
        ({}, Tier.SAME_SETUP),
        ({"gpu_type": "a100", "recipe": "lora_finetune_single_device", "lora_rank": 8}, Tier.SAME_SETUP),
        ({"model": "llama-3.2-1b-instruct"}, Tier.SAME_SETUP),
        ({"lora_rank": 64}, Tier.SAME_MODEL),
        ({"recipe": "full_finetune_single_device"}, Tier.ACROSS),
        ({"batch_size": 2}, Tier.SAME_MODEL),
        ({"grad_accum": 4}, Tier.SAME_MODEL),
        ({"n_gpus": 4}, Tier.SAME_MODEL),
        ({"gpu_type": "H100"}, Tier.ACROSS),
        ({"packed": True}, Tier.ACROSS),
        ({"model": "Llama-3.2-3B"}, Tier.ACROSS),
        ({"model": "gpt2"}, Tier.TABLE),
        ({"seconds_per_step": None}, Tier.TABLE),
    ],
)
def test_nearest_tier(facts: dict[str, object], tier: Tier) -> None:
    assert choose(REQUEST, [trained(**facts)]).tier is tier


def test_evaluations_say_nothing_of_training() -> None:
    assert choose(REQUEST, [evaluated(samples_per_second=1.0)]).tier is Tier.TABLE


def test_runs_on_a_known_gpu_go_before_those_on_an_unknown_one() -> None:
    known = trained(gpu_type="A100", log_path="known")
    assert choose(REQUEST, [trained(), known]).runs == (known,)


def test_the_rate_is_that_of_each_gpu() -> None:
    # A step of 0.25 s takes 4 rows on each GPU, however many there are.
    assert seconds_per_sample(trained(recipe="lora_finetune_distributed")) == 0.25 / 4
    assert seconds_per_sample(trained(recipe="lora_finetune_distributed", n_gpus=2)) == 0.25 / 4
    # 32 rows a second over two GPUs are 16 on each; over nobody knows how many they tell nothing.
    overall = {"seconds_per_step": None, "samples_per_second": 32.0, "recipe": "lora_finetune_distributed"}
    assert seconds_per_sample(trained(**overall, n_gpus=2)) == 1 / 16
    assert seconds_per_sample(trained(**overall)) is None


def test_sizes_more_than_ten_times_apart_say_nothing_of_each_other() -> None:
    assert choose(REQUEST, [trained(model="Llama-3.1-70B")]).tier is Tier.TABLE
    assert choose(REQUEST, [trained(model="Llama-mini-8M")]).tier is Tier.TABLE


def test_where_one_size_is_near_those_further_off_tell_how_speed_grows() -> None:
    near, far = trained(model="X-3B", log_path="near"), trained(model="X-70B", log_path="far")
    assert choose(REQUEST, [near, far]).runs == (near, far)


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("hf/Llama-3.2-1B-Instruct_rank4_epoch_0", True),
        ("hf/Llama-3.2-1B-Instruct_epoch_2", True),
        ("Llama-3.2-1B-Instruct", True),
        ("Llama-3.2-1B", False),
        ("Llama-3.2-1B-Instruct-rank4-merged", False),
        (None, False),
    ],
)
def test_an_evaluation_of_a_checkpoint_is_one_of_its_model(name: str | None, same: bool) -> None:
    assert is_model(evaluated(model=name), "Llama-3.2-1B-Instruct") is same
