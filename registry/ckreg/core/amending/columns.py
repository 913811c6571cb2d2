"""Adds and drops columns of the Evaluation Matrix, one a task."""

from collections.abc import Iterator

from ckreg.core.amending.rows import by_key
from ckreg.core.markdown import Row, Table, escaped, plain
from ckreg.core.summary.tables import is_stray
from ckreg.core.text import Splice, spliced
from ckreg.errors import MalformedError

_RUN = ("Run Name",)
_LAST = "Notes"


def with_columns(text: str, before: Table, after: Table, table: Table, where: str) -> str:
    """The text with the columns of `table` changed as they differ between `before` and `after`."""
    old, new = _tasks(before), _tasks(after)
    here = {plain(header) for header in table.header.texts}
    added = [task for task in new if task not in old and plain(task) not in here]
    dropped = [task for task in old if task not in new]
    names = {row.line: key for key, row in by_key(table, _RUN).items()}
    wanted = by_key(after, _RUN)
    splices: list[Splice] = []
    for row in (table.header, table.delimiter, *table.rows()):
        if not is_stray(table, row):
            splices += _dropped(table, row, dropped, where)
            planned = wanted.get(names.get(row.line, ("",)))
            splices += _added(table, row, [_text(after, table, row, planned, task) for task in added], where)
    return spliced(text, splices)


def _tasks(table: Table) -> list[str]:
    return [text for text in table.header.texts if plain(text) not in {"run name", "notes"}]


def _dropped(table: Table, row: Row, tasks: list[str], where: str) -> Iterator[Splice]:
    for task in tasks:
        place = table.column(task)
        if place is None:
            continue
        _refuse_short(row, place, where)
        cell = row.cells[place]
        if table.text[cell.end : cell.end + 1] == "|":
            yield Splice(cell.start, cell.end + 1, "")
        else:
            yield Splice(cell.start - 1, cell.end, "")


def _added(table: Table, row: Row, cells: list[str], where: str) -> Iterator[Splice]:
    if not cells:
        return
    place = table.column(_LAST)
    if place is None:
        _refuse_short(row, len(table.header.cells) - 1, where)
        yield Splice(row.cells[-1].end, row.cells[-1].end, "".join(f"|{cell}" for cell in cells))
        return
    _refuse_short(row, place, where)
    start = row.cells[place].start
    yield Splice(start, start, "".join(f"{cell}|" for cell in cells))


def _text(after: Table, table: Table, row: Row, new: Row | None, task: str) -> str:
    """The cell of a task: its header, its dashes, or what the new plan's row of the same run says."""
    width = len(escaped(task)) + 2
    if row.line == table.header.line:
        return f" {escaped(task)} "
    if row.line == table.delimiter.line:
        return "-" * width
    place = after.column(task)
    text = new.cells[place].text if new and place is not None else "-"
    return f" {escaped(text)} ".ljust(width)


def _refuse_short(row: Row, place: int, where: str) -> None:
    if place >= len(row.cells):
        raise MalformedError(f"{where}:{row.line}: the row has too few cells; add them first.")
