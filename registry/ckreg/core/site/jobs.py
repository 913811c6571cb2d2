"""GPU-hours: what jobs took, and what was planned."""

from collections.abc import Iterable, Mapping, Sequence

from ckreg.core.site.material import Material, Row
from ckreg.core.site.words import number

_HOUR = 3600.0


def job_facts(rows: Sequence[Row]) -> Row | None:
    """What the scheduler says of a job; ids are used again, so a file counts where it alone knows the id."""
    everywhere = [row for row in rows if not row["scope"]]
    alone = len({str(row["submitted"]) for row in rows}) == 1
    found = everywhere or (rows if alone else ())
    return max(found, key=lambda row: str(row["submitted"] or ""), default=None)


def gpu_hours(job: Row | None, measurements: Iterable[Row]) -> float | None:
    """Elapsed time by GPUs: the scheduler's word, and the log's where it has none; None where neither says.

    A log that has several stretches of the job counts with all of them.
    """
    seen = list(measurements)
    elapsed = number(job["elapsed_seconds"]) if job else None
    gpus = number(job["gpus"]) if job else None
    if elapsed is None:
        told = [found for row in seen if (found := number(row["elapsed_seconds"])) is not None]
        elapsed = sum(told) if told else None
    if gpus is None:
        gpus = max((found for row in seen if (found := number(row["n_gpus"])) is not None), default=None)
    return None if elapsed is None or gpus is None else elapsed * gpus / _HOUR


def hours_by_job(material: Material) -> Mapping[str, float | None]:
    """GPU-hours of each job of an experiment that has an id."""
    measured: dict[str, list[Row]] = {}
    for row in material.measurements:
        if row["job_id"]:
            measured.setdefault(str(row["job_id"]), []).append(row)
    ids = sorted({*material.jobs, *measured})
    return {job: gpu_hours(material.jobs.get(job), measured.get(job, ())) for job in ids}


def spent(material: Material, by_job: Mapping[str, float | None]) -> float | None:
    """GPU-hours of all jobs of an experiment, each once, failed ones too; None where none is known."""
    without_id = [gpu_hours(None, [row]) for row in material.measurements if not row["job_id"]]
    known = [hours for hours in (*by_job.values(), *without_id) if hours is not None]
    return sum(known) if known else None


def planned(material: Material) -> float | None:
    """GPU-hours by the medians that were predicted: trainings on the plan's GPUs, evaluations on one."""
    seconds = [
        predicted * (number(material.gpus.get(str(row["run_name"]))) or 1.0 if row["task"] is None else 1.0)
        for row in material.predictions
        if (predicted := number(row["median_seconds"])) is not None
    ]
    return sum(seconds) / _HOUR if seconds else None
