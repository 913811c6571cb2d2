"""A folder of real jobs whose elapsed time is known: their labels, and what ckreg measured in their logs."""

import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ckreg.adapters.cache import all_measurements, open_cache
from ckreg.adapters.tree import Home
from ckreg.core.estimate import TrainingRequest
from ckreg.core.measure import Measurement
from ckreg.core.settings import Settings
from ckreg.flows.caching import cache_path
from ckreg.flows.indexing import index_logs

LABELS = "jobs.jsonl"


@dataclass(frozen=True, slots=True)
class Job:
    """One job: what a plan knows of it, the seconds that it took by sacct, and what its log says."""

    experiment: str
    run: str
    job_id: str
    request: TrainingRequest
    elapsed: float
    measured: tuple[Measurement, ...]


def read_grid(folder: Path) -> list[Job]:
    """The completed jobs of a folder with `jobs.jsonl` and `sacct.txt`, by experiment and run.

    The logs are indexed into a throw-away registry, as `ckreg index FOLDER` does it: what sacct says is
    joined with them, so that start-up is known.
    """
    try:
        text = (folder / LABELS).read_text(encoding="utf-8")
    except OSError as error:
        sys.exit(f"{folder / LABELS}: {error.strerror}. Name a folder of labelled jobs with --grid.")
    measured = _measured(folder)
    labels = map(json.loads, filter(str.strip, text.split("\n")))
    jobs = [_job(label, measured) for label in labels if label["state"] == "COMPLETED"]
    return sorted(jobs, key=lambda job: (job.experiment, job.run, job.job_id))


def _measured(folder: Path) -> list[Measurement]:
    with tempfile.TemporaryDirectory(prefix="ckreg-accuracy-") as place:
        home = Home(Path(place))
        index_logs(home, [folder], Settings().log_patterns)
        with open_cache(cache_path(home)) as cache:
            return list(all_measurements(cache))


def _job(label: dict[str, Any], measured: Sequence[Measurement]) -> Job:
    return Job(
        experiment=label["experiment"],
        run=label["run"],
        job_id=label["job_id"],
        request=TrainingRequest(
            model=label["model"],
            recipe=label.get("recipe"),
            batch_size=label["batch_size"],
            samples=label["samples"],
            epochs=label["epochs"],
            lora_rank=label.get("rank"),
            packed=label["packed"],
            gpus=label.get("gpus") or 1,
            gpu_type=label.get("gpu_type"),
            grad_accum=label.get("grad_accum") or 1,
            max_steps_per_epoch=label.get("max_steps_per_epoch"),
        ),
        elapsed=float(label["elapsed"]),
        measured=tuple(
            each
            for each in measured
            if each.job_id == label["job_id"] and each.experiment in {None, label["experiment"]}
        ),
    )
