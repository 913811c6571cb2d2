"""Status changes that people made with an editor: found by comparing a document with what it was before."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from ckreg.core.markdown import read, unmarked
from ckreg.core.status import Status, StatusEvent
from ckreg.core.summary.parse import statuses_of
from ckreg.core.summary.rows import RowKey

EVIDENCE = "edited by hand"


class Cells(NamedTuple):
    """The status of a row and the job beside it; None for `-`."""

    status: str | None
    job: str | None


Statuses = Mapping[RowKey, Cells]


class HandEdit(NamedTuple):
    """A row whose status changed without a trailer; `old` is None where the row was not there."""

    row: RowKey
    old: str | None
    new: str
    job: str | None


def statuses(text: str) -> Statuses:
    """The Status tables of a document, by row; of rows that say the same the first."""
    found: dict[RowKey, Cells] = {}
    fine_tuning, evaluations = statuses_of(read(text))
    for row in fine_tuning:
        found.setdefault(RowKey(row.run_name), _cells(row.status, row.job_id))
    for evaluation in evaluations:
        key = RowKey(evaluation.run_name, _name(evaluation.task) or "", _epoch(evaluation.epoch))
        found.setdefault(key, _cells(evaluation.status, evaluation.job_id))
    return found


def hand_edits(parents: Sequence[Statuses], now: Statuses, told: Iterable[StatusEvent]) -> Iterator[HandEdit]:
    """The rows whose status is that of no parent, and of which no trailer says that it became so.

    A document that had no such row before may say that it is `pending`: that is how a plan begins.
    """
    explained = {(event.run, event.task, _epoch(event.epoch), event.to_status) for event in told}
    for row, cells in now.items():
        before = [parent[row].status if row in parent else None for parent in parents]
        if cells.status is None or cells.status in before:
            continue
        if cells.status == Status.PENDING and not any(before):
            continue
        without_epoch = (row.run, row.task, None, cells.status)
        if (*row, cells.status) not in explained and without_epoch not in explained:
            yield HandEdit(row, before[0] if before else None, cells.status, cells.job)


def only_planned(text: str) -> bool:
    """Whether a new document's rows all wait for their start, so that its tables tell of no change."""
    rows = "\n".join(_rows(text))
    return not any(status in rows for status in Status if status != Status.PENDING)


def same_rows(one: str, other: str) -> bool:
    """Whether two documents have the same rows, so that their tables need not be read to be compared."""
    return _rows(one) == _rows(other)


def _rows(text: str) -> list[str]:
    return [line for line in text.split("\n") if "|" in line]


def _cells(status: str | None, job: str | None) -> Cells:
    return Cells(_name(status), _name(job))


def _name(text: str | None) -> str | None:
    return None if text is None else unmarked(text)


def _epoch(text: str | None) -> str | None:
    """`best` and `best (1)` are one row: the number comes when it is known."""
    bare = _name(text)
    return "best" if bare is not None and bare.startswith("best (") else bare
