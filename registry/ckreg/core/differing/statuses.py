"""How the rows of the Status tables differ."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ckreg.core.summary.rows import RowKey
from ckreg.core.summary.values import EvaluationRow, FineTuningRow, Summary
from ckreg.core.text import one_line

_COLUMNS = ("status", "job_id", "started", "completed", "notes")
_NAMES = {"job_id": "job"}
# What follows from a change of the status need not be told beside it.
_FOLLOWS = ("status", "job_id", "started", "completed")

Cells = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class StatusDifference:
    """A row that differs: its cells by column, None where the row is not there; the lines are 1-based."""

    run_name: str
    task: str | None
    epoch: str | None
    before: Cells | None
    after: Cells | None
    words: str
    line: int | None
    line_before: int | None


@dataclass(frozen=True, slots=True)
class _Row:
    cells: Cells
    line: int


_Key = tuple[RowKey, int]


def status_differences(before: Summary, after: Summary) -> Iterator[StatusDifference]:
    """The rows whose cells differ, in the order of the later document; those that are gone come last."""
    old, new = _rows(before), _rows(after)
    for key in [*new, *(key for key in old if key not in new)]:
        was, now = old.get(key), new.get(key)
        if was is None or now is None or was.cells != now.cells:
            yield _difference(key[0], was, now)


def _difference(key: RowKey, was: _Row | None, now: _Row | None) -> StatusDifference:
    before, after = (None if row is None else row.cells for row in (was, now))
    words = f"{_name(key)}: {_words(before, after)}"
    lines = [None if row is None else row.line for row in (now, was)]
    return StatusDifference(key.run, key.task, key.epoch, before, after, words, *lines)


def _rows(summary: Summary) -> dict[_Key, _Row]:
    """The rows by what they are about; a second one of the same has a number."""
    found: dict[_Key, _Row] = {}
    for row, key in _keys(summary):
        number = 0
        while (key, number) in found:
            number += 1
        cells = {column: getattr(row, column) for column in _COLUMNS if hasattr(row, column)}
        found[key, number] = _Row(cells, row.line)
    return found


def _keys(summary: Summary) -> Iterable[tuple[FineTuningRow | EvaluationRow, RowKey]]:
    for row in summary.fine_tuning:
        yield row, RowKey(row.run_name)
    for evaluation in summary.evaluations:
        yield evaluation, RowKey(evaluation.run_name, evaluation.task or "-", evaluation.epoch)


def _name(row: RowKey) -> str:
    return f"run {row}" if row.task is None else str(row)


def _words(before: Cells | None, after: Cells | None) -> str:
    if before is None:
        return f"added, {_state(after or {})}"
    if after is None:
        return f"gone, was {_state(before)}"
    if before["status"] == after["status"]:
        return "; ".join(
            _cell(column, before, after) for column in _COLUMNS if _differs(column, before, after)
        )
    words = f"{_shown(before['status'])} -> {_shown(after['status'])}"
    if after["job_id"]:
        words += f" (job {_shown(after['job_id'])})"
    others = [
        _cell(column, before, after)
        for column in _COLUMNS
        if column not in _FOLLOWS and _differs(column, before, after)
    ]
    return "; ".join([words, *others])


def _state(cells: Cells) -> str:
    job = f" (job {_shown(cells['job_id'])})" if cells.get("job_id") else ""
    return f"{_shown(cells.get('status'))}{job}"


def _differs(column: str, before: Cells, after: Cells) -> bool:
    return before.get(column) != after.get(column)


def _cell(column: str, before: Cells, after: Cells) -> str:
    return f"{_NAMES.get(column, column)} {_shown(before.get(column))} -> {_shown(after.get(column))}"


def _shown(text: str | None) -> str:
    return one_line(text or "-")
