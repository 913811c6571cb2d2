from collections.abc import Iterator
from pathlib import Path

import pytest

from ckreg.adapters.cache import Cache, open_cache

RUN = {"experiment": "words", "run_name": "L1B_rank4", "status": "completed", "job_id": "7"}
LOG = {"log_path": "/s/slurm-7.out", "segment": 0, "kind": "finetune", "outcome": "completed", "model": "L1B"}


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Cache]:
    with open_cache(tmp_path / "cache.db") as opened:
        yield opened


def outcomes(cache: Cache, **log: object) -> list[object]:
    with cache.writing():
        cache.put("experiments", [{"name": "words"}])
        cache.put("runs", [RUN])
        told = LOG | log
        cache.put("logs", [{"path": told["log_path"]}])
        cache.put("measurements", [told])
    return [row["outcome"] for row in cache.rows("SELECT outcome FROM run_overview")]


def test_a_run_meets_its_log_by_experiment_and_name(cache: Cache) -> None:
    assert outcomes(cache, experiment="words", run_name="L1B_rank4") == ["completed"]


def test_a_run_meets_its_log_by_job_id(cache: Cache) -> None:
    assert outcomes(cache, job_id="7") == ["completed"]


@pytest.mark.parametrize(
    "log",
    [
        {"job_id": "7", "run_name": "another"},  # the same id on another cluster
        {"experiment": "other", "run_name": "L1B_rank4"},
        {"job_id": "8"},
        {"job_id": "7", "kind": "eval"},
    ],
)
def test_a_run_without_a_log_of_its_own_has_nulls(cache: Cache, log: dict[str, object]) -> None:
    assert outcomes(cache, **log) == [None]


def test_a_job_id_that_another_registry_uses_too_counts_once(cache: Cache) -> None:
    theirs = LOG | {"log_path": "/s/theirs/slurm-7.out", "experiment": "theirs", "outcome": "failed"}
    whose = {"job_id": "7", "run_name": "L1B_rank4"}
    assert outcomes(cache, **theirs, **whose) == ["failed"]
    assert outcomes(cache, experiment="words", **whose) == ["completed"]


def test_prior_speeds_are_means_over_runs_of_one_setup(cache: Cache) -> None:
    with cache.writing():
        cache.put("logs", [{"path": "1.0"}, {"path": "3.0"}])
        cache.put(
            "measurements",
            [
                LOG | {"log_path": str(number), "batch_size": 4, "seconds_per_step": number}
                for number in (1.0, 3.0)
            ],
        )
    [row] = cache.rows(
        "SELECT runs, seconds_per_step, fastest, slowest, samples_per_second FROM prior_speeds"
    )
    # 4 / 1 and 4 / 3 samples a second: 2.67 in the mean.
    assert row.pop("samples_per_second") == pytest.approx(8 / 3)
    assert row == {"runs": 2, "seconds_per_step": 2.0, "fastest": 1.0, "slowest": 3.0}


def test_progress_counts_by_status(cache: Cache) -> None:
    with cache.writing():
        cache.put("experiments", [{"name": "words"}])
        cache.put(
            "runs",
            [RUN, RUN | {"run_name": "b", "status": "failed"}, RUN | {"run_name": "c", "status": None}],
        )
        cache.put("evaluations", [{"experiment": "words", "line": 1, "status": "pending"}])
    found = cache.rows("SELECT what, total, pending, completed, failed FROM progress ORDER BY what")
    assert [tuple(row.values()) for row in found] == [
        ("evaluations", 1, 1, 0, 0),
        ("fine-tuning", 2, 0, 1, 1),
    ]
