from ckreg.adapters.tree import Home
from ckreg.core.estimate import EvaluationRequest, Tier, TrainingRequest
from ckreg.flows.estimating import evaluation, load_priors, training
from ckreg.flows.indexing import index_logs
from tests.logs import BUNDLED, RUN

MODEL = "Llama-mini-8M-Instruct"


def test_estimates_rest_on_real_runs_and_come_near_what_they_took(home: Home) -> None:
    index_logs(home, [BUNDLED], ("slurm-*.out",))
    request = TrainingRequest(MODEL, "lora_finetune_single_device", 8, 640, 2, lora_rank=4)
    found = training(load_priors(home, index=False), request)
    heaviest = max(found.basis, key=lambda run: run.weight or 0)
    assert heaviest.run_name == RUN
    assert found.tier is Tier.SAME_SETUP
    assert 24 * 0.8 < found.time.median_seconds < 24 * 1.2  # job 19 took 24 s
    assert not found.disk.preliminary


def test_evaluations_rest_on_the_training_rate_where_none_was_measured(home: Home) -> None:
    index_logs(home, [BUNDLED], ("slurm-*.out",))
    found = evaluation(load_priors(home, index=False), EvaluationRequest(MODEL, "cap", 100))
    assert found.tier is Tier.TRAINING_RATE


def test_a_registry_that_knows_no_logs_has_no_priors(home: Home) -> None:
    assert load_priors(home).measurements == ()
