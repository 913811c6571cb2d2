"""The tables of a document as grids: rows by the name of what they are about, cells by column."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ckreg.core.markdown import Document, Row, Table, plain, unmarked
from ckreg.core.merge.values import CannotMergeError
from ckreg.core.summary.tables import SHAPES, is_stray, sections_of

_IDENTITY = {"evaluations": ("run name", "task", "epoch")}
RowName = tuple[str, ...]


class Place(NamedTuple):
    """Where a table stands: the headings above it without the document's title, and which one it is there."""

    section: tuple[str, ...]
    number: int


class Line(NamedTuple):
    """A line of a table: what stands before its cells and behind them, the cells as written, and as text."""

    lead: str
    raws: Mapping[str, str]
    tail: str
    texts: Mapping[str, str]

    @property
    def source(self) -> str:
        """The line as written."""
        return self.lead + "|".join(self.raws.values()) + self.tail


@dataclass(frozen=True, slots=True)
class Grid:
    """A table whose rows all have a name of their own."""

    columns: tuple[str, ...]
    header: Line
    dashes: Line
    rows: Mapping[RowName, Line]

    @property
    def source(self) -> str:
        """The table as written."""
        return "".join(line.source for line in (self.header, self.dashes, *self.rows.values()))


def tables_by_place(document: Document) -> dict[Place, Table]:
    """The document's tables, each with its place."""
    seen: Counter[tuple[str, ...]] = Counter()
    placed: dict[Place, Table] = {}
    for table in document.tables:
        section = sections_of(table.path)[-1]
        placed[Place(section, seen[section])] = table
        seen[section] += 1
    return placed


def extent(table: Table) -> tuple[int, int]:
    """The offsets at which the table begins and ends; prose that stands directly under it is left out."""
    rows = list(table.rows())
    while rows and is_stray(table, rows[-1]):
        rows.pop()
    return table.header.start, rows[-1].end if rows else table.delimiter.end


def read_grids(place: Place, tables: Sequence[Table]) -> list[Grid]:
    """The same table of the base and of both sides.

    Raises:
        CannotMergeError: a header stands twice, a row has too few or too many cells, or its name twice.
    """
    first = _columns(tables[0])
    columns = [first, *(_renamed(first, _columns(table)) for table in tables[1:])]
    identity = _identity(place, first)
    return [_grid(table, names, identity) for table, names in zip(tables, columns, strict=True)]


def _identity(place: Place, columns: tuple[str, ...]) -> tuple[str, ...]:
    known = {tuple(map(plain, shape.section)) for shape in SHAPES}
    wanted = _IDENTITY.get(place.section[-1]) if place.section in known else None
    return wanted if wanted and set(wanted) <= set(columns) else columns[:1]


def _columns(table: Table) -> tuple[str, ...]:
    names = tuple(plain(text) or text for text in table.header.texts)
    if len(set(names)) < len(names):
        raise CannotMergeError
    return names


def _renamed(base: tuple[str, ...], names: tuple[str, ...]) -> tuple[str, ...]:
    """The columns under the base's names: one that stands where another is gone was renamed."""
    if len(base) != len(names):
        return names
    return tuple(
        old if new not in base and old not in names else new for old, new in zip(base, names, strict=True)
    )


def _grid(table: Table, columns: tuple[str, ...], identity: tuple[str, ...]) -> Grid:
    if not set(identity) <= set(columns):
        raise CannotMergeError
    end = extent(table)[1]
    rows: dict[RowName, Line] = {}
    for row in table.rows():
        if row.start >= end:
            break
        line = _line(row, columns)
        name = tuple(_named(line.texts[column], column) for column in identity)
        if name in rows:
            raise CannotMergeError
        rows[name] = line
    return Grid(columns, _line(table.header, columns), _line(table.delimiter, columns), rows)


def _named(text: str, column: str) -> str:
    text = unmarked(text)
    return "best" if column == "epoch" and text.startswith("best (") else text


def _line(row: Row, columns: tuple[str, ...]) -> Line:
    cells = row.cells
    if len(cells) != len(columns):
        raise CannotMergeError
    text = row.document
    return Line(
        text[row.start : cells[0].start],
        {name: text[cell.start : cell.end] for name, cell in zip(columns, cells, strict=True)},
        text[cells[-1].end : row.end],
        {name: cell.text for name, cell in zip(columns, cells, strict=True)},
    )
