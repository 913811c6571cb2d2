"""The text of a table's cell, aligned where its column is."""

from ckreg.core.markdown import Row, Table, escaped
from ckreg.core.text import Splice


def as_cell(text: str, table: Table, beside: Row | None, place: int) -> str:
    """A new cell between its pipes, as wide as the column where the cell of `beside`, if any, is."""
    written = f" {escaped(text) or '-'} "
    return written if beside is None else written.ljust(_width(table, beside, place))


def replaced_cell(table: Table, row: Row, place: int, text: str) -> Splice:
    """The cell with another text; it stays as wide where its column is aligned."""
    cell = row.cells[place]
    raw = table.text[cell.start : cell.end]
    lead = raw[: len(raw) - len(raw.lstrip())] if raw.strip() else " "
    trail = raw[len(raw.rstrip()) :] if raw.strip() else " "
    written = escaped(text) or "-"
    width = _width(table, row, place)
    if width:
        return Splice(cell.start, cell.end, f"{lead}{written} ".ljust(width))
    return Splice(cell.start, cell.end, f"{lead}{written}{trail or ' '}")


def _width(table: Table, row: Row, place: int) -> int:
    """The column's width where this row's cell is aligned with the dashes, else 0."""
    dashes = table.delimiter.cells
    if place >= len(dashes) or place >= len(row.cells):
        return 0
    width = dashes[place].end - dashes[place].start
    return width if row.cells[place].end - row.cells[place].start == width else 0
