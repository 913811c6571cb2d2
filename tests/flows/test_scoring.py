"""Predictions of a registry and the runs that met them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ckreg.adapters.tree import Home
from ckreg.core.settings import Settings
from ckreg.core.status import Status
from ckreg.core.update import Update
from ckreg.flows.caching import cache_path
from ckreg.flows.indexing import index_logs
from ckreg.flows.scoring import met, past_scores, quoted, without_own_experiment
from ckreg.flows.verdict import verdict, verdicts
from tests.documents import EXPERIMENT
from tests.flows.test_updates import asked
from tests.predictions import complete, predict

GRID = "logs/own/grid"
SACCT = "JobID|State|ElapsedRaw|Submit\n"


def test_a_prediction_is_scored_when_its_run_is_completed(home: Home) -> None:
    predict(home)
    assert past_scores(home).graded == ()
    complete(home, "L1B_rank4", job="7", started="14:00:00", completed="14:20:00")
    [graded] = past_scores(home).graded
    assert (graded.experiment, graded.run_name, graded.task) == (EXPERIMENT, "L1B_rank4", None)
    assert (graded.actual_seconds, graded.ratio, graded.within_p90) == (1200.0, 1.25, True)


def test_the_logs_time_goes_before_the_documents(home: Home, tmp_path: Path) -> None:
    predict(home)
    complete(home, "L1B_rank4", job="7", started="14:00:00", completed="14:20:00")
    place = tmp_path / "scratch"
    run = place / EXPERIMENT / "ck-out-L1B_rank4"
    run.mkdir(parents=True)
    (run / "slurm-7.out").write_text("INFO:torchtune.utils._logging:Running LoRAFinetuneRecipe\n")
    (place / "sacct.txt").write_text(f"{SACCT}7|COMPLETED|1500|2025-10-22T13:00:00\n")
    index_logs(home, [place], Settings().log_patterns)
    [graded] = past_scores(home).graded
    assert (graded.actual_seconds, graded.actual_from, graded.within_p90) == (1500.0, "scheduler", False)


def test_every_prediction_of_an_experiment_in_the_plans_order(home: Home) -> None:
    predict(home, (("L1B_rank64", 100.0, 150.0), ("L1B_rank4", 960.0, 1260.0)))
    complete(home, "L1B_rank4", job="7", started="14:00:00", completed="14:20:00")
    found = met(home, EXPERIMENT)
    assert [(each.run_name, each.task, each.status, each.actual_seconds) for each in found] == [
        ("L1B_rank64", None, "pending", None),
        ("L1B_rank4", None, "completed", 1200.0),
        ("L1B_rank4", "cap", "pending", None),
    ]


def test_estimates_that_a_person_broke_break_nothing(home: Home) -> None:
    predict(home)
    path = home.summary(EXPERIMENT).with_name("estimates.json")
    path.write_text(path.read_text().replace("960.0", '"\\u001b[31msoon"').replace("1020.0", "-1"))
    complete(home, "L1B_rank4", job="7", started="14:00:00", completed="14:20:00")
    complete(home, "L1B_rank64", job="8", started="14:00:00", completed="14:20:00")
    assert past_scores(home).graded == ()
    assert [each.median_seconds for each in met(home, EXPERIMENT)] == [None, None, 120.0]


def test_a_plan_quotes_predictions_from_three_on(home: Home) -> None:
    runs = (("L1B_rank4", 1200.0, 1500.0), ("L1B_rank64", 1200.0, 1500.0))
    predict(home, runs)
    for run, *_ in runs:
        complete(home, run, job="-", started="14:00:00", completed="14:20:00")
    assert quoted(home) is None


def test_a_plan_quotes_prior_runs_where_no_prediction_was_met(home: Home, shared: Path) -> None:
    index_logs(home, [shared / GRID], Settings().log_patterns)
    found = without_own_experiment(home)
    experiments = {path.name for path in (shared / GRID).iterdir() if path.is_dir()}
    assert found.left_out.experiments == len(experiments)
    assert {each.experiment for each in found.left_out.graded} <= experiments
    told = quoted(home)
    assert told
    assert told.startswith("predicted from other experiments, ")
    assert quoted(home) == told


def completes(
    run: str = "L1B_rank4", job: str | None = "7", task: str | None = None, epoch: str | None = None
) -> Update:
    request = asked(run=run, status=Status.COMPLETED, task=task, epoch=epoch)
    return Update(request, {"Status": "completed"}, "running", "completed", job)


def test_the_verdict_of_a_run_by_its_document(home: Home) -> None:
    predict(home)
    complete(home, "L1B_rank4", job="7", started="14:00:00", completed="14:20:00")
    found = verdict(home, completes())
    assert found
    assert (found.actual_seconds, found.median_seconds, found.p90_seconds) == (1200.0, 960.0, 1260.0)


def test_the_verdicts_of_many_runs_are_those_of_each(home: Home) -> None:
    predict(home)
    complete(home, "L1B_rank4", job="7", started="14:00:00", completed="14:20:00")
    complete(home, "L1B_rank64", job="8", started="14:00:00", completed="14:17:00")
    updates = [completes(), completes("L1B_rank64", "8"), completes("unknown", "9")]
    found = verdicts(home, updates)
    assert [(each.run_name, each.actual_seconds, each.within_p90) for each in found] == [
        ("L1B_rank4", 1200.0, True),
        ("L1B_rank64", 1020.0, True),
    ]


def test_a_row_that_is_there_twice_has_no_verdict(home: Home) -> None:
    predict(home)
    complete(home, "L1B_rank4", job="7", started="14:00:00", completed="14:20:00")
    document = home.summary(EXPERIMENT)
    [row] = [line for line in document.read_text().split("\n") if line.startswith("| L1B_rank4 | completed")]
    document.write_text(document.read_text().replace(row, f"{row}\n{row}"))
    assert verdict(home, completes()) is None


@pytest.mark.parametrize("cache", [b"no database", b""])
def test_a_cache_that_cannot_be_read_holds_no_verdict_up(home: Home, cache: bytes) -> None:
    predict(home)
    complete(home, "L1B_rank4", job="7", started="14:00:00", completed="14:20:00")
    cache_path(home).parent.mkdir(exist_ok=True)
    cache_path(home).write_bytes(cache)
    found = verdict(home, completes())
    assert found
    assert found.actual_seconds == 1200.0


def _no_estimates(home: Home) -> None:
    home.summary(EXPERIMENT).with_name("estimates.json").unlink()


def _no_number(home: Home) -> None:
    predict(home, (("L1B_rank4", float("inf"), float("inf")),))


def _no_json(home: Home) -> None:
    home.summary(EXPERIMENT).with_name("estimates.json").write_text("[")


def _no_times(home: Home) -> None:
    document = home.summary(EXPERIMENT)
    document.write_text(document.read_text().replace("2025-10-22 14:00:00", "yesterday"))


def _no_document(home: Home) -> None:
    home.summary(EXPERIMENT).unlink()


@pytest.mark.parametrize("spoil", [_no_estimates, _no_number, _no_json, _no_times, _no_document])
def test_no_verdict_where_something_is_not_known(home: Home, spoil: Callable[[Home], None]) -> None:
    predict(home)
    complete(home, "L1B_rank4", job="7", started="14:00:00", completed="14:20:00")
    spoil(home)
    assert verdict(home, completes()) is None


def test_an_evaluation_has_no_start_to_judge_by(home: Home) -> None:
    predict(home)
    assert verdict(home, completes(task="cap", epoch="0", job=None)) is None
