"""The rows of Status as history holds them: none is lost, and none goes where it may not."""

import shlex
from collections.abc import Iterator
from typing import NamedTuple

from ckreg.core.guard.message import Words, row_key
from ckreg.core.status import Status
from ckreg.core.summary import EvaluationRow, FineTuningRow, Summary
from ckreg.core.summary.rows import RowKey
from ckreg.core.text import one_line


class StatusRow(NamedTuple):
    """What a row says, without its run's name and its line: a row that was renamed says the same."""

    status: str | None
    job: str | None
    others: tuple[str | None, ...]
    line: int

    @property
    def is_blank(self) -> bool:
        """Whether nothing has happened to it yet."""
        return self.status in {None, Status.PENDING} and self.job is None


Rows = dict[RowKey, list[StatusRow]]


class Fault(NamedTuple):
    """Why a commit is refused; `line` is 1-based, for a lost row that of the document before."""

    line: int
    text: str


def status_rows(summary: Summary) -> Rows:
    """All rows of both tables; a key that is there twice, as a merge may leave it, has two."""
    found: Rows = {}
    all_rows: tuple[FineTuningRow | EvaluationRow, ...] = (*summary.fine_tuning, *summary.evaluations)
    for row in all_rows:
        found.setdefault(_key(row), []).append(_row(row))
    return found


def status_faults(
    experiment: str, before: Rows, after: Rows, words: Words, *, blank_may_go: bool
) -> Iterator[tuple[RowKey, Fault]]:
    """The rows that are lost, and those that went where they may not.

    `blank_may_go` is for a plan that changed and is not sealed: rows of which nothing is known go with it.
    """
    new = [row for key, rows in after.items() if key not in before for row in rows]
    for key, rows in before.items():
        if key in after:
            if fault := _transition(experiment, key, rows, after[key], words):
                yield key, fault
        elif not (words.reverts or words.amends):
            lost = [row for row in rows if not (_renamed(row, new) or (blank_may_go and row.is_blank))]
            if lost:
                yield key, _lost(key, lost[0])


def _key(row: FineTuningRow | EvaluationRow) -> RowKey:
    if isinstance(row, EvaluationRow):
        return row_key(row.run_name, row.task or "", row.epoch)
    return row_key(row.run_name, None, None)


def _row(row: FineTuningRow | EvaluationRow) -> StatusRow:
    if isinstance(row, EvaluationRow):
        return StatusRow(row.status, row.job_id, (row.task, row.completed, row.notes), row.line)
    return StatusRow(row.status, row.job_id, (row.started, row.completed, row.notes), row.line)


def _transition(
    experiment: str, key: RowKey, before: list[StatusRow], after: list[StatusRow], words: Words
) -> Fault | None:
    olds = {_status(row.status) for row in before} - {None}
    for row in after:
        new = _status(row.status)
        if not olds or (new is None and row.status is not None):  # `check` says what is no status
            continue
        if not any(_may(experiment, key, old, new, words) for old in olds if old):
            old = min(old for old in olds if old)
            return Fault(row.line, _refusal(experiment, key, old, new))
    return None


def _may(experiment: str, key: RowKey, old: Status, new: Status | None, words: Words) -> bool:
    """An emptied cell is no status: what was known would be lost."""
    if new is None:
        return old is Status.PENDING or words.reverts
    return words.allows(experiment, key, old, new)


def _status(text: str | None) -> Status | None:
    try:
        return Status(text or "")
    except ValueError:
        return None


def _renamed(row: StatusRow, new: list[StatusRow]) -> bool:
    return any(row[:3] == other[:3] for other in new)


def _lost(key: RowKey, row: StatusRow) -> Fault:
    known = ", ".join([one_line(row.status or "-"), *([f"job {one_line(row.job)}"] if row.job else [])])
    return Fault(
        row.line,
        f"the status row of {one_line(str(key))} ({known}) was on this line and is gone. "
        f"Put it back, or say why in the commit's message: a line `Ckreg-Amend: REASON`.",
    )


def _refusal(experiment: str, key: RowKey, old: Status, new: Status | None) -> str:
    if new is None:
        return f"{one_line(str(key))} is {old}; its status is gone. Put it back."
    words = ["ckreg", "status", "set", experiment, key.run]
    words += ["--task", key.task] if key.task else []
    words += ["--epoch", key.epoch] if key.epoch else []
    call = one_line(shlex.join([*words, "--status", str(new), "--force"]))
    return f"{one_line(str(key))} is {old}; it cannot become {new}. Where that is really so, use `{call}`."
