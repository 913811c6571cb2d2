"""Real fine-tunes through Slurm, each experiment predicted from all the others, held against sacct."""

import json
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from ckreg.adapters.cache import all_measurements, open_cache
from ckreg.adapters.tree import Home
from ckreg.core.estimate import TimeEstimate, TrainingRequest, training_time
from ckreg.core.measure.measurement import Measurement
from ckreg.flows.caching import cache_path
from ckreg.flows.indexing import index_logs

GRID = Path(__file__).parent / "data" / "grid2"
OF_THE_GRID = ("recipe", "batch_size", "samples", "epochs", "packed", "max_steps_per_epoch")


def predicted(grid: Path, home: Home) -> list[tuple[float, TimeEstimate]]:
    """For each completed job the seconds that sacct tells, and the estimate from all other experiments."""
    index_logs(home, [grid], ("slurm-*.out",))
    with open_cache(cache_path(home)) as cache:
        measured = all_measurements(cache)
    jobs = [json.loads(line) for line in (grid / "jobs.jsonl").read_text().splitlines()]
    return [(job["elapsed"], estimate(job, measured)) for job in jobs if job["state"] == "COMPLETED"]


def estimate(job: dict[str, Any], measured: tuple[Measurement, ...]) -> TimeEstimate:
    known = {name: job[name] for name in OF_THE_GRID if job.get(name) is not None}
    rank, accumulated = job.get("rank"), job.get("grad_accum") or 1
    request = TrainingRequest(job["model"], lora_rank=rank, grad_accum=accumulated, **known)
    return training_time(request, [run for run in measured if run.experiment != job["experiment"]])


def assert_accurate(jobs: list[tuple[float, TimeEstimate]]) -> None:
    errors = [abs(time.median_seconds / actual - 1) for actual, time in jobs]
    held = [actual <= time.p90_seconds for actual, time in jobs]
    assert median(errors) <= 0.2
    assert sum(held) >= 0.8 * len(held)
    assert median(time.p90_seconds / time.median_seconds for _, time in jobs) <= 1.8


def test_our_own_jobs(home: Home) -> None:
    jobs = predicted(GRID, home)
    assert len(jobs) == 35
    assert_accurate(jobs)
    constant = median(actual for actual, _ in jobs)
    by_constant = median(abs(constant / actual - 1) for actual, _ in jobs)
    assert median(abs(time.median_seconds / actual - 1) for actual, time in jobs) <= by_constant / 2


@pytest.mark.parametrize("name", ["grid"])
def test_jobs_of_another_machine(shared: Path, home: Home, name: str) -> None:
    assert_accurate(predicted(shared / "logs" / "own" / name, home))
