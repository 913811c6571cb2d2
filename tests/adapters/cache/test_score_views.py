"""The views that set predictions beside what became of them; the times are worked by hand."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ckreg.adapters.cache import Cache, Row, open_cache

OF = {"experiment": "words", "run_name": "r4"}
PREDICTED = OF | {"median_seconds": 100.0, "p90_seconds": 150.0, "tier": "same setup"}
RUN = OF | {"status": "completed", "job_id": "7"}
# 125 s by the document.
TIMES = {"started": "2025-10-22 14:00:00", "completed": "2025-10-22 14:02:05"}
LOG = {
    "log_path": "/s/slurm-7.out",
    "segment": 0,
    "kind": "finetune",
    "job_id": "7",
    "run_name": "r4",
    "outcome": "completed",
}
JOB = {
    "source": "sacct",
    "scope": "",
    "job_id": "7",
    "submitted": "2025-10-22T13:00:00",
    "outcome": "completed",
}


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Cache]:
    with open_cache(tmp_path / "cache.db") as opened, opened.writing():
        opened.put("experiments", [{"name": "words"}])
        opened.put("predictions", [PREDICTED])
        yield opened


def put(cache: Cache, table: str, *rows: dict[str, Any]) -> None:
    if table == "measurements":
        cache.put("logs", [{"path": row["log_path"]} for row in rows])
    cache.put(table, rows)


def met(cache: Cache) -> Row:
    [row] = cache.rows("SELECT * FROM predictions_met WHERE task IS NULL")
    return row


def scored(cache: Cache) -> list[Row]:
    return cache.rows("SELECT * FROM scores")


def test_a_run_that_is_not_over_has_no_actual_time(cache: Cache) -> None:
    put(cache, "runs", OF | {"status": "running", "job_id": "7"})
    put(cache, "measurements", LOG | {"elapsed_seconds": 120.0})
    assert (met(cache)["status"], met(cache)["actual_seconds"]) == ("running", None)
    assert scored(cache) == []


def test_the_documents_times_serve_where_nothing_else_does(cache: Cache) -> None:
    put(cache, "runs", RUN | TIMES)
    assert scored(cache) == [
        PREDICTED
        | {"task": None, "epoch": None, "actual_seconds": 125.0, "ratio": 1.25, "within_p90": 1}
        | {"at_least": 0, "actual_from": "document"}
    ]


def test_the_log_goes_before_the_document(cache: Cache) -> None:
    put(cache, "runs", RUN | TIMES)
    put(cache, "measurements", LOG | {"elapsed_seconds": 130.0, "log_elapsed_seconds": 130.0})
    assert (met(cache)["actual_seconds"], met(cache)["actual_from"]) == (130.0, "log")


def test_the_scheduler_goes_before_the_log(cache: Cache) -> None:
    put(cache, "runs", RUN | TIMES)
    put(cache, "measurements", LOG | {"elapsed_seconds": 160.0, "log_elapsed_seconds": 130.0})
    assert (met(cache)["actual_seconds"], met(cache)["actual_from"]) == (160.0, "scheduler")
    assert scored(cache)[0]["within_p90"] == 0


def test_the_scheduler_is_enough_without_a_log(cache: Cache) -> None:
    put(cache, "runs", RUN | TIMES)
    put(
        cache, "jobs", JOB | {"elapsed_seconds": 140}, JOB | {"elapsed_seconds": 9, "submitted": "2024-01-01"}
    )
    assert (met(cache)["actual_seconds"], met(cache)["actual_from"]) == (140.0, "scheduler")


def test_a_file_of_sacct_that_lies_elsewhere_counts_where_it_alone_knows_the_id(cache: Cache) -> None:
    put(cache, "runs", RUN | TIMES)
    elsewhere = JOB | {"source": "/other/sacct.txt", "scope": "/other", "elapsed_seconds": 9}
    put(cache, "jobs", elsewhere)
    assert (met(cache)["actual_from"], met(cache)["actual_seconds"]) == ("scheduler", 9)
    put(cache, "jobs", elsewhere | {"source": "/more/sacct.txt", "scope": "/more", "submitted": "2020-01-01"})
    assert met(cache)["actual_from"] == "document"


def test_the_same_job_id_on_another_cluster_is_another_run(cache: Cache) -> None:
    put(cache, "runs", RUN | TIMES)
    put(cache, "measurements", LOG | {"run_name": "another", "elapsed_seconds": 9.0})
    assert met(cache)["actual_from"] == "document"


def test_a_run_without_a_job_id_meets_its_log_by_name(cache: Cache) -> None:
    put(cache, "runs", OF | {"status": "completed"})
    put(cache, "measurements", LOG | {"experiment": "words", "elapsed_seconds": 130.0})
    assert met(cache)["actual_seconds"] == 130.0


def test_of_two_logs_of_a_job_one_counts(cache: Cache) -> None:
    put(cache, "runs", RUN)
    other = LOG | {"log_path": "/s/slurm-7.err", "outcome": "unknown", "kind": "other"}
    put(cache, "measurements", LOG | {"elapsed_seconds": 130.0}, other)
    assert [row["actual_seconds"] for row in scored(cache)] == [130.0]


@pytest.mark.parametrize("outcome", ["failed", "cancelled", "oom_gpu", "node_fail", "requeued"])
def test_what_did_not_complete_is_no_actual_time(cache: Cache, outcome: str) -> None:
    put(cache, "runs", RUN | TIMES)
    put(cache, "measurements", LOG | {"outcome": outcome, "elapsed_seconds": 130.0})
    assert scored(cache) == []


def test_a_run_that_was_stopped_beyond_its_percentile_did_not_hold_it(cache: Cache) -> None:
    put(cache, "runs", RUN | {"status": "failed"})
    put(cache, "measurements", LOG | {"outcome": "timeout", "elapsed_seconds": 300.0})
    [row] = scored(cache)
    assert (row["ratio"], row["within_p90"], row["at_least"]) == (3.0, 0, 1)


def test_a_run_that_was_stopped_within_its_percentile_proves_nothing(cache: Cache) -> None:
    put(cache, "runs", RUN | {"status": "failed"})
    put(cache, "measurements", LOG | {"outcome": "timeout", "elapsed_seconds": 120.0})
    assert (met(cache)["actual_seconds"], met(cache)["at_least"]) == (120.0, 1)
    assert scored(cache) == []


@pytest.mark.parametrize(
    ("median", "p90"),
    [("soon", "later"), (0, 10), (-5, 10), (None, None), (200.0, 150.0), (100.0, "late"), (100, 1e300)],
)
def test_estimates_that_are_no_estimates_are_not_scored(cache: Cache, median: object, p90: object) -> None:
    put(cache, "runs", RUN | TIMES)
    cache.clear("predictions")
    put(cache, "predictions", PREDICTED | {"median_seconds": median, "p90_seconds": p90})
    assert scored(cache) == []


EVALUATION = OF | {"task": "cap", "epoch": "1", "status": "completed", "line": 1}
OF_IT = {"task": "cap", "epoch": "1"}


@pytest.fixture
def evaluated(cache: Cache) -> Cache:
    cache.clear("predictions")
    put(cache, "predictions", PREDICTED | OF_IT)
    return cache


def test_an_evaluation_meets_its_job(evaluated: Cache) -> None:
    put(evaluated, "evaluations", EVALUATION | {"job_id": "7"})
    put(evaluated, "measurements", LOG | {"kind": "eval", "elapsed_seconds": 90.0})
    assert [(row["task"], row["epoch"], row["ratio"]) for row in scored(evaluated)] == [("cap", "1", 0.9)]


def test_a_job_of_several_evaluations_tells_the_time_of_none(evaluated: Cache) -> None:
    other = EVALUATION | {"task": "other", "line": 2}
    put(evaluated, "evaluations", EVALUATION | {"job_id": "7"}, other | {"job_id": "7"})
    put(evaluated, "measurements", LOG | {"kind": "eval", "elapsed_seconds": 90.0})
    assert scored(evaluated) == []


def test_an_evaluation_without_a_job_has_the_times_of_its_history(evaluated: Cache) -> None:
    put(evaluated, "evaluations", EVALUATION)
    event = {"experiment": "words", "run": "r4", "task": "cap", "epoch": "1"}
    put(
        evaluated,
        "status_events",
        event | {"commit_id": "a", "id": "1", "to_status": "running", "at": "2025-10-22T14:00:00+00:00"},
        event | {"commit_id": "b", "id": "2", "to_status": "completed", "at": "2025-10-22T16:01:20+02:00"},
    )
    assert [(row["actual_seconds"], row["actual_from"]) for row in scored(evaluated)] == [(80.0, "document")]


def test_the_best_epoch_is_found_once_it_is_known_which_it_is(evaluated: Cache) -> None:
    evaluated.clear("predictions")
    put(evaluated, "predictions", PREDICTED | {"task": "cap", "epoch": "best"})
    put(evaluated, "evaluations", EVALUATION | {"epoch": "best (1)", "job_id": "7"})
    put(evaluated, "measurements", LOG | {"kind": "eval", "elapsed_seconds": 90.0})
    assert [(row["epoch"], row["actual_seconds"]) for row in scored(evaluated)] == [("best", 90.0)]


def test_a_base_models_evaluation_has_no_epoch(evaluated: Cache) -> None:
    evaluated.clear("predictions")
    put(evaluated, "predictions", PREDICTED | {"task": "cap"})
    put(evaluated, "evaluations", EVALUATION | {"epoch": None, "job_id": "7"})
    put(evaluated, "jobs", JOB | {"elapsed_seconds": 60})
    assert [row["actual_seconds"] for row in scored(evaluated)] == [60.0]


def test_an_experiment_without_estimates_has_no_rows(cache: Cache) -> None:
    cache.clear("predictions")
    put(cache, "runs", RUN | TIMES)
    assert cache.rows("SELECT * FROM predictions_met") == []
