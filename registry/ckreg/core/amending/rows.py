"""Adds, drops and changes rows of a table."""

from collections.abc import Iterator, Sequence

from ckreg.core.amending.cells import as_cell, replaced_cell
from ckreg.core.markdown import Row, Table, plain, unmarked
from ckreg.core.summary.tables import is_stray, name, value
from ckreg.core.text import LINE_END, Splice, newline_of, spliced
from ckreg.errors import MalformedError

Key = tuple[str, ...]


def with_rows(text: str, before: Table, after: Table, table: Table, keys: Sequence[str], where: str) -> str:
    """The text with the rows of `table` changed as they differ between `before` and `after`."""
    old, new, here = by_key(before, keys), by_key(after, keys), by_key(table, keys)
    splices = [_line(table, here[key]) for key in old if key not in new and key in here]
    for key in old:
        if key in new:
            splices += _changed(before, after, table, (old[key], new[key], here.get(key)), where)
    splices += _added(after, table, new, [key for key in new if key not in old and key not in here], here)
    return spliced(text, splices)


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
    before: Table, after: Table, table: Table, rows: tuple[Row, Row, Row | None], where: str
) -> Iterator[Splice]:
    old, new, here = rows
    for place, header in enumerate(after.header.texts):
        was, column = before.column(header), table.column(header)
        text = _raw(new, place)
        if was is None or _raw(old, was) == text or column is None:
            continue
        if here is None:
            raise MalformedError(
                f"{where}:{table.line}: the row {old.texts[0]} is not there; {header} is to be {text}."
            )
        if column >= len(here.cells):
            raise MalformedError(f"{where}:{here.line}: the row has too few cells.")
        yield replaced_cell(table, here, column, text)


def _raw(row: Row, place: int) -> str:
    return row.cells[place].text if place < len(row.cells) else ""


def _added(
    after: Table, table: Table, new: dict[Key, Row], missing: Sequence[Key], here: dict[Key, Row]
) -> Iterator[Splice]:
    """Each new row after the one that precedes it in the new plan."""
    lines: dict[int, list[str]] = {}
    above = table.delimiter
    for key, row in new.items():
        if key in here:
            above = here[key]
        elif key in missing:
            lines.setdefault(above.line, []).append(_row_text(after, table, row, above))
    newline = newline_of(table.text)
    for line, rows in lines.items():
        start, end = bounds(table, table.row(line - 1))
        ended = bool(LINE_END.search(table.text, start, end))
        yield Splice(
            end, end, "".join(f"{'' if ended else newline}{row}{newline if ended else ''}" for row in rows)
        )


def _row_text(after: Table, table: Table, row: Row, above: Row) -> str:
    cells = []
    for place, header in enumerate(table.header.texts):
        source = next(
            (at for at, text in enumerate(after.header.texts) if plain(text) == plain(header)), None
        )
        text = "-" if source is None else _raw(row, source)
        cells.append(as_cell(text, table, above, place))
    return f"|{'|'.join(cells)}|"
