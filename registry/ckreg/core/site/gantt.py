"""The Gantt chart: one bar a start of a run or evaluation."""

from collections.abc import Iterator
from datetime import datetime

from ckreg.core.site.experiment_page import Bar
from ckreg.core.site.material import Material, Row
from ckreg.core.site.words import local_time, text, whole, words

_RUNNING = "running"
_NOTHING: Row = {}


def bars(material: Material) -> list[Bar]:
    """All starts of which a beginning is known, the earliest first.

    The scheduler's times go before those that history tells. A run that has no start in history, as in a
    registry that is younger than it, has one bar of what its row says.
    """
    found = [bar for row in material.attempts if (bar := _attempt(row, material))]
    told = {(row["run"], row["task"]) for row in material.attempts}
    found += [
        bar
        for row in material.runs
        if (row["run_name"], None) not in told and (bar := _of_row(row, material))
    ]
    return sorted(found, key=lambda bar: (bar.start, bar.label, bar.attempt))


def _attempt(row: Row, material: Material) -> Bar | None:
    job = material.jobs.get(str(row["job"]), _NOTHING)
    end = local_time(job.get("ended"), row["ended"])
    start = local_time(job.get("started"), row["started"], row["ended"])
    outcome = str(row["outcome"] or _RUNNING) if end else _RUNNING
    return _bar(row["run"], row, start, end, outcome)


def _of_row(row: Row, material: Material) -> Bar | None:
    job = material.jobs.get(str(row["job_id"]), _NOTHING)
    end = local_time(job.get("ended"), row["completed"])
    start = local_time(job.get("started"), row["started"])
    status = str(row["status"] or _RUNNING)
    return _bar(row["run_name"], {"job": row["job_id"]}, start, end, status if end else _RUNNING)


def _bar(run: object, row: Row, start: datetime | None, end: datetime | None, outcome: str) -> Bar | None:
    if start is None:
        return None
    name, task, epoch = words(run), text(row.get("task")), text(row.get("epoch"))
    return Bar(
        label=" ".join(part for part in (name, task, epoch) if part),
        run_name=name,
        task=task,
        epoch=epoch,
        attempt=whole(row.get("attempt")) or 1,
        job=text(row.get("job")),
        start=start,
        # Clocks differ: nothing ends before it begins.
        end=None if end is None else max(start, end),
        outcome=words(outcome),
        evidence=text(row.get("evidence")),
    )


def bar_cells(found: list[Bar]) -> Iterator[tuple[object, ...]]:
    """The bars as rows of a file."""
    for bar in found:
        yield bar.run_name, bar.task, bar.epoch, bar.attempt, bar.job, bar.start, bar.end, bar.outcome


BAR_COLUMNS = ("run_name", "task", "epoch", "attempt", "job", "start", "end", "outcome")
