"""An experiment in a few numbers: those of its line in the overview and of its page's head."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ckreg.core.site.jobs import hours_by_job, planned, spent
from ckreg.core.site.material import Material, Row
from ckreg.core.site.shared import Counts
from ckreg.core.site.words import local_time

_STATUSES = ("pending", "running", "completed", "failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Counts of rows by status, GPU-hours, and when its files or statuses last changed in git."""

    runs: Counts
    evaluations: Counts
    gpu_hours_spent: float | None
    gpu_hours_planned: float | None
    last_change: datetime | None
    readable: bool


def facts_of(material: Material) -> Facts:
    """The numbers of one experiment."""
    return Facts(
        runs=_counts(row for row in material.runs if row["status"] is not None),
        evaluations=_counts(material.evaluations),
        gpu_hours_spent=spent(material, hours_by_job(material)),
        gpu_hours_planned=planned(material),
        last_change=_last_change(material.statuses, material.commits),
        readable=not str(material.experiment["blobs"] or "-").startswith("-"),
    )


def summed(counts: Iterable[Counts]) -> Counts:
    """All of them in one."""
    parts = [(each.pending, each.running, each.completed, each.failed, each.other) for each in counts]
    return Counts(*map(sum, zip(*parts, strict=True))) if parts else Counts()


def total(hours: Iterable[float | None]) -> float | None:
    """The sum of what is known; None where nothing is."""
    known = [each for each in hours if each is not None]
    return sum(known) if known else None


def _counts(rows: Iterable[Row]) -> Counts:
    found = Counter(status if (status := row["status"]) in _STATUSES else "other" for row in rows)
    return Counts(**found)


def _last_change(statuses: Sequence[Row], commits: Sequence[Row]) -> datetime | None:
    # Both are in the order of history: only the last of each can be the last change.
    found = [local_time(row["committed"], row["at"]) for row in statuses[-1:]]
    found += [local_time(row["at"]) for row in commits[-1:]]
    return max((time for time in found if time), default=None)
