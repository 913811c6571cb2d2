"""Adds, drops and changes rows of a table."""

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from ckreg.core.amending.cells import as_cell, replaced_cell
from ckreg.core.markdown import Row, Table, unmarked
from ckreg.core.summary.tables import is_stray, name, value
from ckreg.core.text import LINE_END, Splice, newline_of, spliced
from ckreg.errors import MalformedError

Key = tuple[str, ...]


def with_rows(text: str, before: Table, after: Table, table: Table, keys: Sequence[str], where: str) -> str:
    """The text with the rows of `table` changed as they differ between `before` and `after`."""
    old, new, here = by_key(before, keys), by_key(after, keys), by_key(table, keys)
    columns = [
        _Column(header, place, before.column(header), table.column(header))
        for place, header in enumerate(after.header.texts)
    ]
    splices = [_line(table, here[key]) for key in old if key not in new and key in here]
    for key in old:
        if key in new:
            splices += _changed(table, columns, (old[key], new[key], here.get(key)), where)
    missing = {key for key in new if key not in old and key not in here}
    splices += _added(table, columns, new, missing, here)
    return spliced(text, splices)


class _Column(NamedTuple):
    """Where a column of the new plan's table stands there, in the old one's and in the document's."""

    header: str
    place: int
    before: int | None
    here: int | None


def by_key(table: Table, keys: Sequence[str]) -> dict[Key, Row]:
    """The rows by what tells them apart; `best (1)` is the row of `best`."""
    places = [table.column(key) for key in keys]
    found: dict[Key, Row] = {}
    for row in table.rows():
        if name(row, places[0]) is not None and not is_stray(table, row):
            found.setdefault(tuple(_part(row, place) for place in places), row)
    return found


def _part(row: Row, place: int | None) -> str:
    text = unmarked(value(row, place) or "-")
    return "best" if text.startswith("best (") else text


def _line(table: Table, row: Row) -> Splice:
    start, end = bounds(table, row)
    return Splice(start, end, "")


def bounds(table: Table, row: Row) -> tuple[int, int]:
    """Where the row's line begins, and where the next one does."""
    index = row.line - 1
    end = table.starts[index + 1] if index + 1 < len(table.starts) else len(table.text)
    return table.starts[index], end


def _changed(
    table: Table, columns: Sequence[_Column], rows: tuple[Row, Row, Row | None], where: str
) -> Iterator[Splice]:
    old, new, here = rows
    for column in columns:
        text = _raw(new, column.place)
        if column.before is None or _raw(old, column.before) == text or column.here is None:
            continue
        if here is None:
            raise MalformedError(
                f"{where}:{table.line}: the row {old.texts[0]} is not there; its {column.header} is to be "
                f"{text}. Put it back first."
            )
        if column.here >= len(here.cells):
            raise MalformedError(f"{where}:{here.line}: the row has too few cells; add them first.")
        yield replaced_cell(table, here, column.here, text)


def _raw(row: Row, place: int) -> str:
    return row.cells[place].text if place < len(row.cells) else ""


def _added(
    table: Table,
    columns: Sequence[_Column],
    new: dict[Key, Row],
    missing: Collection[Key],
    here: dict[Key, Row],
) -> Iterator[Splice]:
    """Each new row after the one that precedes it in the new plan."""
    sources = {column.here: column.place for column in columns}
    width = len(table.header.cells)
    lines: dict[int, list[str]] = {}
    above: Row | None = None
    for key, row in new.items():
        if key in here:
            above = here[key]
        elif key in missing:
            texts = [_raw(row, sources[place]) if place in sources else "-" for place in range(width)]
            cells = [as_cell(text, table, above, place) for place, text in enumerate(texts)]
            lines.setdefault((above or table.delimiter).line, []).append(f"|{'|'.join(cells)}|")
    newline = newline_of(table.text)
    for line, rows in lines.items():
        start, end = bounds(table, table.row(line - 1))
        ended = bool(LINE_END.search(table.text, start, end))
        yield Splice(end, end, "".join(f"{row}{newline}" if ended else f"{newline}{row}" for row in rows))
