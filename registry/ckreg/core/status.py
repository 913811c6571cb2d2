"""The status of a run or evaluation: its four values, the legal transitions, and a request to change it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Status(StrEnum):
    """How far a run or evaluation is."""

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"


class Source(StrEnum):
    """Who or what said so."""

    PERSON = "person"
    SACCT = "sacct"
    LOG = "log"
    JOB = "job"


# What people and job scripts may do; a scheduler's evidence or `--force` may do anything.
TRANSITIONS = {
    Status.PENDING: {Status.RUNNING, Status.COMPLETED, Status.FAILED},
    Status.RUNNING: {Status.COMPLETED, Status.FAILED},
    Status.FAILED: {Status.PENDING, Status.RUNNING},
    Status.COMPLETED: set[Status](),
}
FINISHED = {Status.COMPLETED, Status.FAILED}


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusRequest:
    """Somebody's wish to change one row of a Status table.

    `task` None means the Fine-tuning row of `run`; `epoch` is the text of the Epoch cell, `resolved` the
    epoch that `best` turned out to be. What is None stays as it is. `at` is the time of what happened,
    `started` when a job that has ended, or runs, began; `job` may be `-`, for none.
    """

    id: str
    experiment: str
    run: str
    at: datetime
    task: str | None = None
    epoch: str | None = None
    status: Status | None = None
    job: str | None = None
    note: str | None = None
    resolved: str | None = None
    by: Source = Source.PERSON
    evidence: str | None = None
    forced: bool = False
    started: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusEvent:
    """One recorded change of a row, as its commit tells it; absent values are None.

    `by_hand`: no trailer tells of it, the document alone changed. `overtaken` is the status that was asked
    for when later evidence was there already, so that nothing changed.
    """

    commit: str
    author: str
    id: str
    experiment: str
    run: str
    at: str
    task: str | None = None
    epoch: str | None = None
    from_status: str | None = None
    to_status: str | None = None
    job: str | None = None
    by: str | None = None
    evidence: str | None = None
    forced: bool = False
    overtaken: str | None = None
    by_hand: bool = False


def count_statuses(texts: Iterable[str | None]) -> dict[str, int]:
    """How many rows have each status, in the order of a run's life; what is none of the four comes last."""
    found = Counter(text or "-" for text in texts)
    known = {str(status): found.pop(status, 0) for status in Status}
    return {text: number for text, number in (known | dict(found)).items() if number}


def is_legal(old: Status, new: Status) -> bool:
    """Whether a person or job may take a row from `old` to `new`; staying is no transition."""
    return old == new or new in TRANSITIONS[old]


def cell_time(at: datetime) -> str:
    """A time as the Status tables write it: local, `YYYY-MM-DD HH:MM:SS`."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
