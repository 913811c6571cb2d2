from typing import Any

import pytest

from ckreg.core.estimate import EvaluationRequest, TrainingRequest, evaluation_time, training_time
from ckreg.core.measure.measurement import Kind, Measurement, Outcome
from ckreg.core.score.asked import evaluation_asked, training_asked
from ckreg.core.score.leaving_out import experiment_of, leave_out
from tests.core.estimate.runs import evaluated, trained


def ran(experiment: str, run: str, **facts: Any) -> Measurement:  # noqa: ANN401  # any field of a measurement
    """2 epochs of 200 steps of 4: 800 samples; 0.25 s a step and 20 s start-up make 120 s."""
    given = {"epochs": 2, "steps_total": 400, "startup_seconds": 20.0, "elapsed_seconds": 120.0}
    place = {"experiment": experiment, "run_name": run, "log_path": f"/s/{experiment}/{run}/slurm-1.out"}
    return trained(**(given | place | facts))


def test_each_job_is_predicted_from_the_other_experiments() -> None:
    one, two = ran("a", "r1"), ran("b", "r2", seconds_per_step=0.5, elapsed_seconds=220.0)
    found = leave_out([one, two])
    asked = TrainingRequest("Llama-3.2-1B-Instruct", batch_size=4, samples=800, epochs=2)
    assert [each.run_name for each in found.graded] == ["r1", "r2"]
    assert [each.actual_seconds for each in found.graded] == [120.0, 220.0]
    assert [each.median_seconds for each in found.graded] == [
        training_time(asked, [two]).median_seconds,
        training_time(asked, [one]).median_seconds,
    ]
    assert (found.experiments, found.jobs, found.tried) == (2, 2, 2)


def test_nothing_of_its_own_experiment_is_looked_at() -> None:
    others = [ran("b", "r2")]
    alone = leave_out([ran("a", "r1"), *others]).graded[0]
    sibling = ran("a", "r3", seconds_per_step=99.0, startup_seconds=9999.0)
    assert leave_out([ran("a", "r1"), sibling, *others]).graded[0] == alone


def test_its_own_times_are_not_looked_at() -> None:
    first = leave_out([ran("a", "r1"), ran("b", "r2")]).graded[0]
    slow = ran("a", "r1", seconds_per_step=9.0, startup_seconds=700.0, checkpoint_seconds=80.0)
    assert leave_out([slow, ran("b", "r2")]).graded[0] == first


def test_one_experiment_leaves_nothing_to_predict_from() -> None:
    found = leave_out([ran("a", "r1"), ran("a", "r2")])
    assert (found.experiments, found.jobs, found.tried, found.graded) == (1, 2, 0, ())


def test_logs_without_an_experiment_are_told_apart_by_folder() -> None:
    assert experiment_of(trained(log_path="/s/old/slurm-7.out")) == "/s/old"
    assert experiment_of(trained(log_path="/s/old/slurm-7.out", experiment="words")) == "words"


@pytest.mark.parametrize(
    "facts",
    [
        {"outcome": Outcome.TIMEOUT},
        {"outcome": Outcome.FAILED},
        {"elapsed_seconds": None},
        {"elapsed_seconds": float("nan")},
        {"elapsed_seconds": 0.0},
        {"kind": Kind.OTHER},
    ],
)
def test_only_what_completed_in_a_known_time_is_predicted(facts: dict[str, Any]) -> None:
    found = leave_out([ran("a", "r1", **facts), ran("b", "r2")])
    assert [each.run_name for each in found.graded] == ["r2"]


def test_a_log_that_tells_no_steps_is_tried_but_not_graded() -> None:
    found = leave_out([ran("a", "r1", steps_total=None), ran("b", "r2")])
    assert (found.tried, [each.run_name for each in found.graded]) == (2, ["r2"])


def test_of_very_many_jobs_some_at_equal_distances() -> None:
    jobs = [ran(f"e{number:03}", "r") for number in range(100)]
    told: list[int] = []
    found = leave_out(jobs, most=4, tell=told.append)
    assert [each.experiment for each in found.graded] == ["e000", "e025", "e050", "e075"]
    assert (found.jobs, found.tried, sum(told)) == (100, 4, 4)


def test_an_evaluation_is_predicted_from_other_experiments() -> None:
    def assessed(experiment: str, seconds: float) -> Measurement:
        facts = {"dataset": "cap", "samples_total": 100, "samples_per_second": 100 / seconds}
        return evaluated(experiment=experiment, run_name="r", elapsed_seconds=seconds, **facts)

    found = leave_out([assessed("a", 60.0), assessed("b", 50.0)])
    asked = EvaluationRequest("Llama-3.2-1B-Instruct", task="cap", samples=100)
    assert found.graded[0].task == "cap"
    assert found.graded[0].median_seconds == evaluation_time(asked, [assessed("b", 50.0)]).median_seconds


def test_the_samples_are_the_rows_of_one_epoch() -> None:
    several = ran("a", "r", grad_accum=2, n_gpus=3, recipe="full_finetune_distributed", gpu_type="a100")
    asked = training_asked(several, [])
    assert asked
    assert asked.samples == 400 / 2 * 4 * 2 * 3
    assert (asked.grad_accum, asked.gpus, asked.gpu_type) == (2, 3, "a100")


def test_a_distributed_run_on_a_number_of_gpus_that_nobody_knows_has_no_samples() -> None:
    assert training_asked(ran("a", "r", recipe="full_finetune_distributed"), []) is None


def test_a_packed_run_has_the_samples_that_its_log_counts() -> None:
    asked = training_asked(ran("a", "r", packed=True, samples_total=1800), [])
    assert asked
    assert (asked.samples, asked.packed) == (1800, True)


def test_a_packed_run_has_the_samples_of_unpacked_runs_of_its_dataset() -> None:
    packed = ran("a", "r", packed=True, dataset="words.json", steps_total=100)
    twin = ran("b", "r", dataset="words.json")
    asked = training_asked(packed, [twin])
    assert asked
    assert asked.samples == 800
    assert training_asked(packed, [twin, ran("b", "s", dataset="words.json", steps_total=800)]) is None
    assert training_asked(packed, []) is None


def test_an_evaluation_of_an_unknown_model_is_not_asked_for() -> None:
    assert evaluation_asked(evaluated(model=None)) is None
    assert evaluation_asked(evaluated(model=" ")) is None


def test_numbers_that_no_request_may_have_are_passed_over() -> None:
    odd = ran("a", "r", batch_size=-4, steps_total=-400)
    assert [each.experiment for each in leave_out([odd, ran("b", "r2")]).graded] == ["b"]
