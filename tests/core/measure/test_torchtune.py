from pathlib import Path

import pytest

from ckreg.core.measure import Measurement, read_log
from ckreg.core.measure.readers.torchtune.config import recipe_name

LOGS = Path(__file__).parents[2] / "data" / "logs"

CONFIG = """\
batch_size: 4
checkpointer:
  _component_: torchtune.training.FullModelHFCheckpointer
  checkpoint_dir: /models/Llama-3.2-1B-Instruct/
  checkpoint_files:
  - model-00001-of-00002.safetensors
  - model-00002-of-00002.safetensors
dataset:
  _component_: torchtune.datasets.instruct_dataset
  data_files: /data/words.json
  packed: true
  source: json
device: cuda
epochs: 2
gradient_accumulation_steps: 8
model:
  _component_: torchtune.models.llama3_2.lora_llama3_2_1b
  lora_rank: 64
  max_seq_len: 16384
resume_from_checkpoint: false
tokenizer:
  max_seq_len: 2048
"""
BANNER = "INFO:torchtune.utils._logging:Running LoRAFinetuneRecipeSingleDevice with resolved config:\n\n"
DONE = (
    "INFO:torchtune.utils._logging:The full model checkpoint, including all weights and configurations, "
    "has been saved successfully.You can now use this checkpoint for further training or inference.\n"
)


def clock(seconds: float) -> str:
    whole = int(seconds)
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60:02d}:{rest % 60:02d}"


def frame(epoch: int, step: int, count: int, total: int, seconds: float) -> str:
    rate = f"{count / seconds:5.2f}it/s" if count > seconds else f"{seconds / count:5.2f}s/it"
    percent = 100 * count // total
    return (
        f"{epoch}|{step}|Loss: 1.0187{step}: {percent:3d}%|█████     | {count}/{total} "
        f"[{clock(seconds)}<00:00, {rate}]"
    )


def epoch_of(number: int, total: int, pace: float, *, first: float = 0.0, done_before: int = 0) -> str:
    """An epoch as tqdm draws it: each step twice, the counter ahead of the description."""
    text = f"\r  0%|          | 0/{total} [00:00<?, ?it/s]"
    for count in range(1, total + 1):
        at, step = first + count * pace, done_before + count
        if count > 1:
            text += "\r" + frame(number, step - 1, count, total, at)
        text += "\r" + frame(number, step, count, total, at)
    return text


def measure(text: str) -> Measurement:
    (measured,) = read_log(text.encode(), log_path="slurm-1.out")
    return measured


def complete_log() -> str:
    """Two epochs of 100 steps of 0.7 s, the first step 20 s slower, saves of 200 s in the closing frames."""
    text = BANNER + CONFIG + "\nINFO:torchtune.utils._logging:Memory stats after model init:\n"
    text += "\tGPU peak memory allocation: 2.41 GiB\n\tGPU peak memory reserved: 2.42 GiB\n"
    for number in (1, 2):
        slow = 20.0 if number == 1 else 0.0
        text += epoch_of(number, 100, 0.7, first=slow, done_before=100 * (number - 1))
        text += "INFO:torchtune.utils._logging:Starting checkpoint save...\n"
        for part in (1, 2):
            text += (
                f"INFO:torchtune.utils._logging:Model checkpoint of size 1.15 GiB saved to "
                f"/out/epoch_{number - 1}/model-0000{part}-of-00002.safetensors\n"
            )
        text += (
            DONE if number == 2 else ""
        ) + "INFO:torchtune.utils._logging:Checkpoint saved in 200.00 seconds.\n"
        text += "\r" + frame(number, 100 * number, 100, 100, slow + 70 + 200) + "\n"
    text += "wandb: Run summary:\nwandb:   peak_memory_reserved 33.14453\n"
    return text + "wandb: tokens_per_second_per_gpu 17312.61719\n"


def test_everything_that_a_complete_log_says_is_read() -> None:
    measured = measure(complete_log())
    assert measured.framework == "torchtune"
    assert measured.kind == "finetune"
    assert measured.recipe == "lora_finetune_single_device"
    assert measured.model == "Llama-3.2-1B-Instruct"
    assert measured.dataset == "/data/words.json"
    assert (measured.lora_rank, measured.batch_size, measured.grad_accum) == (64, 4, 8)
    assert (measured.packed, measured.max_seq_len, measured.n_gpus) == (True, 2048, 1)
    assert (measured.epochs, measured.steps_done, measured.steps_total) == (2, 200, 200)
    assert measured.checkpoint_gib == 2.3
    assert measured.checkpoint_seconds == 200
    assert measured.peak_gpu_mem_gib == 33.14453
    assert measured.tokens_per_second_per_gpu == 17312.61719
    assert measured.outcome == "completed"
    assert measured.outcome_evidence.startswith("The full model checkpoint")
    assert measured.startup_seconds is None
    assert measured.elapsed_seconds is None


def test_speed_leaves_out_slow_first_steps_and_checkpoint_pauses() -> None:
    measured = measure(complete_log())
    assert measured.seconds_per_step == pytest.approx(0.7, rel=0.02)
    assert measured.speed_method == "elapsed"


def test_seen_seconds_hold_the_pauses() -> None:
    assert measure(complete_log()).seen_seconds == pytest.approx(290 + 270, abs=1.5)


def test_samples_per_second_of_an_unpacked_run() -> None:
    measured = measure(complete_log().replace("packed: true", "packed: false"))
    assert measured.samples_per_second == pytest.approx(4 * 8 / 0.7, rel=0.02)
    assert measure(complete_log()).samples_per_second is None


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda text: text.replace("\n", "\r\n"), id="crlf"),
        pytest.param(lambda text: text.replace("INFO:torchtune.utils._logging:", ""), id="no prefix"),
        pytest.param(lambda text: text.replace("_logging:", "logging:"), id="old logger"),
        pytest.param(lambda text: text.replace("\r", "\n\r").replace("it/s]", "it/s]\x1b[A"), id="cursor up"),
        pytest.param(lambda text: text.replace("wandb:", "\x1b[34m\x1b[1mwandb\x1b[0m:"), id="colours"),
        pytest.param(lambda text: text.replace("allocation:", "alloc:"), id="alloc"),
        pytest.param(
            lambda text: "\n".join(f"0: {line}" for line in text.replace("\r", "^M").split("\n")),
            id="srun label",
        ),
        pytest.param(lambda text: text.replace("|█████     | ", " "), id="bars without characters"),
    ],
)
def test_variants_read_the_same(change: object) -> None:
    assert callable(change)
    plain, varied = measure(complete_log()), measure(change(complete_log()))
    for field in ("recipe", "model", "lora_rank", "packed", "steps_done", "steps_total", "outcome"):
        assert getattr(varied, field) == getattr(plain, field), field
    for field in ("seconds_per_step", "peak_gpu_mem_gib", "checkpoint_gib", "tokens_per_second_per_gpu"):
        assert getattr(varied, field) == getattr(plain, field), field


def test_old_versions_print_decimal_gigabytes() -> None:
    measured = measure(complete_log().replace("GiB", "GB").replace("33.14453", "1.0"))
    assert measured.peak_gpu_mem_gib == pytest.approx(2.42e9 / 2**30, rel=1e-4)
    assert measured.checkpoint_gib == pytest.approx(2 * 1.15e9 / 2**30, rel=1e-4)


def test_a_checkpoint_of_which_files_are_missing_has_no_size() -> None:
    assert (
        measure(
            complete_log().replace("-of-00002.safetensors\nINFO", "-of-00003.safetensors\nINFO")
        ).checkpoint_gib
        is None
    )


def test_a_log_that_stops_mid_bar_is_incomplete_with_its_last_frame_as_evidence() -> None:
    text = complete_log()
    cut = text[: text.index("2|150|") + 20]
    measured = measure(cut)
    assert measured.outcome == "incomplete"
    assert measured.outcome_evidence.startswith("2|149|Loss: ")
    assert "| 50/100 [" in measured.outcome_evidence
    assert (measured.steps_done, measured.steps_total) == (150, 200)
    assert measured.checkpoint_seconds == 200


def test_the_schedulers_word_beats_a_success_and_may_be_glued_to_a_bar() -> None:
    word = "*** JOB 144290 ON node-05 CANCELLED AT 2025-07-07T04:08:59 DUE TO TIME LIMIT ***"
    text = complete_log()
    for at in (text.index("2|150|") - 1, len(text)):
        measured = measure(f"{text[:at]}slurmstepd: error: {word}\n{text[at:]}")
        assert (measured.outcome, measured.outcome_evidence) == ("timeout", word)


def test_a_message_in_the_middle_of_a_frame_is_not_taken_for_its_bar() -> None:
    text = complete_log()
    at = text.index("█", text.index("2|150|"))
    word = "slurmstepd: error: *** JOB 7 ON n1 CANCELLED AT 2025-07-07T04:08:59 ***\n"
    assert measure(text[:at] + word + text[at:]).outcome == "cancelled"


def test_a_traceback_that_training_went_on_after_is_not_the_end() -> None:
    text = complete_log()
    at = text.index("\r1|50|")
    caught = "Traceback (most recent call last):\n  File x\nKeyError: 'caught'\n"
    assert measure(text[:at] + caught + text[at:]).outcome == "completed"


def test_a_traceback_at_the_end_is_the_end() -> None:
    text = complete_log()
    cut = text[: text.index("\r2|150|")]
    failed = "\nTraceback (most recent call last):\n  File x, line 1\n    run()\nKeyError: 'last'\n"
    measured = measure(cut + failed)
    assert (measured.outcome, measured.outcome_evidence) == ("failed", "KeyError: 'last'")


def test_out_of_gpu_memory_before_the_first_step() -> None:
    text = BANNER + CONFIG + "\n\r  0%|          | 0/100 [00:00<?, ?it/s]"
    text += "Traceback (most recent call last):\n  File x\n"
    word = "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 20.00 MiB."
    measured = measure(text + word + "\n")
    assert (measured.outcome, measured.outcome_evidence) == ("oom_gpu", word)
    assert (measured.steps_done, measured.steps_total) == (0, 200)
    assert measured.seconds_per_step is None


def test_resuming_counts_only_the_steps_of_this_job() -> None:
    text = BANNER + CONFIG.replace("resume_from_checkpoint: false", "resume_from_checkpoint: true")
    restarted = measure(text + "\n" + epoch_of(2, 100, 0.7))
    went_on = measure(text + "\n" + epoch_of(2, 100, 0.7, done_before=100))
    assert (restarted.steps_done, restarted.steps_total) == (100, 100)
    assert (went_on.steps_done, went_on.steps_total) == (100, 100)


def test_several_jobs_in_one_file_are_several_measurements() -> None:
    first = complete_log().replace("batch_size: 4", "batch_size: 2")
    both = read_log((first + complete_log()).encode(), log_path="x/run.log")
    assert [(each.segment, each.batch_size, each.steps_done) for each in both] == [(0, 2, 200), (1, 4, 200)]


def test_a_banner_of_each_rank_is_one_job() -> None:
    assert len(read_log((BANNER + CONFIG + "\n" + complete_log()).encode(), log_path="x")) == 1


def test_nan_losses_are_steps_like_others() -> None:
    assert measure(complete_log().replace("Loss: 1.0187", "Loss: nan")).steps_done == 200


@pytest.mark.parametrize(
    ("recipe_class", "name"),
    [
        ("LoRAFinetuneRecipeSingleDevice", "lora_finetune_single_device"),
        ("FullFinetuneRecipeDistributed", "full_finetune_distributed"),
        ("LoRADPORecipeSingleDevice", "lora_dpo_single_device"),
        ("PPOFullFinetuneRecipeSingleDevice", "ppo_full_finetune_single_device"),
        ("QATLoRAFinetuneRecipeDistributed", "qat_lora_finetune_distributed"),
        ("KDRecipeSingleDevice", "knowledge_distillation_single_device"),
        ("EleutherEvalRecipe", "eleuther_eval"),
    ],
)
def test_recipes_are_named_as_tune_ls_names_them(recipe_class: str, name: str) -> None:
    assert recipe_name(recipe_class) == name


# Real logs; the expected values are from torchtune's own metric files, wandb's timestamps and exit statuses.
@pytest.mark.parametrize(
    ("name", "seconds_per_step", "steps", "outcome"),
    [
        ("complete.out", 0.5419, (60, 60), "completed"),
        ("packed.out", 0.02516, (104, 104), "completed"),
        ("validation.out", 0.009787, (320, 320), "completed"),
        ("sigkill.out", 0.246, (74, 320), "incomplete"),
        ("too-few-rows.out", None, (0, 0), "failed"),
        ("bad-data-path.out", None, (None, None), "failed"),
    ],
)
def test_real_logs(
    name: str, seconds_per_step: float | None, steps: tuple[int | None, int | None], outcome: str
) -> None:
    (measured,) = read_log((LOGS / name).read_bytes(), log_path=name)
    assert measured.seconds_per_step == (seconds_per_step and pytest.approx(seconds_per_step, rel=0.05))
    assert (measured.steps_done, measured.steps_total) == steps
    assert measured.outcome == outcome


def adapters(epoch: int, *, model: bool) -> str:
    """What torchtune says of one save with adapters: its own file, PEFT's, and PEFT's config."""
    log = "INFO:torchtune.utils._logging:"
    place = f"saved to /out/epoch_{epoch}"
    whole = (
        f"{log}Model checkpoint of size 2.30 GiB {place}/model-00001-of-00001.safetensors\n" if model else ""
    )
    return (
        f"{whole}{log}Adapter checkpoint of size 0.08 GiB {place}/adapter_model.pt\n"
        f"{log}Adapter checkpoint of size 0.07 GiB {place}/adapter_model.safetensors\n"
        f"{log}Adapter checkpoint of size 0.00 GiB {place}/adapter_config.json\n"
    )


@pytest.mark.parametrize("model", [True, False])
def test_adapters_are_told_apart_from_models(model: bool) -> None:
    measured = measure(BANNER + CONFIG + adapters(0, model=model) + adapters(1, model=model))
    assert measured.adapter_checkpoint_gib == pytest.approx(0.15)  # those of the last save
    assert measured.checkpoint_gib == (2.3 if model else None)


def test_a_run_without_adapters_has_none() -> None:
    assert measure(complete_log()).adapter_checkpoint_gib is None


def test_old_adapters_bear_their_epoch_in_their_names() -> None:
    line = "INFO:torchtune.utils.logging:Adapter checkpoint of size 0.10 GB saved to /out/adapter_{}.pt\n"
    measured = measure(BANNER + CONFIG + line.format(0) + line.format(1))
    assert measured.adapter_checkpoint_gib == pytest.approx(0.1e9 / 2**30, rel=1e-3)
