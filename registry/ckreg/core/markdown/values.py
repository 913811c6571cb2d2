"""What a Markdown text holds: headings, `**Key:** value` lines and tables, each with its place."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from ckreg.core.markdown.words import BLANK, plain
from ckreg.core.text import LINE_END

# GFM: a pipe splits a cell unless a backslash stands directly before it, even inside a code span.
_PIPE = re.compile(r"(?<!\\)\|")


class Cell(NamedTuple):
    """One table cell: offsets of all that stands between its pipes, and its text."""

    start: int
    end: int
    text: str


class Row(NamedTuple):
    """One line of a table: its number, 1-based, the text of each cell, and where in the document it is."""

    line: int
    texts: tuple[str, ...]
    document: str
    start: int
    end: int

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The cells with their places; slower than `texts`."""
        return tuple(_cells(self.document, self.start, self.end))


class Heading(NamedTuple):
    """A heading with the headings above it, outermost first; `line` is 1-based."""

    path: tuple[str, ...]
    title: str
    line: int


class Field(NamedTuple):
    """A `**Key:** value` line under the headings `path`; `line` is 1-based."""

    path: tuple[str, ...]
    key: str
    value: str
    line: int


@dataclass(frozen=True)
class Table:
    """A table under the headings `path`, whose rows are read from the text when they are asked for."""

    path: tuple[str, ...]
    text: str
    starts: list[int]
    first: int
    after: int

    @property
    def line(self) -> int:
        """The header's line, 1-based."""
        return self.first + 1

    @cached_property
    def header(self) -> Row:
        """The header row."""
        return self.row(self.first)

    @property
    def delimiter(self) -> Row:
        """The row of dashes under the header."""
        return self.row(self.first + 1)

    def rows(self, containing: str = "") -> Iterator[Row]:
        """The rows below the delimiter; with `containing`, those alone that may say it in a cell.

        A backslash may stand inside of what is looked for, as in `a\\_b`: such rows come along.
        """
        if not containing:
            yield from self._rows
            return
        for index in range(self.first + 2, self.after):
            start, end = self.starts[index], self._end(index)
            if self.text.find(containing, start, end) >= 0 or self.text.find("\\", start, end) >= 0:
                yield self.row(index)

    @cached_property
    def _rows(self) -> list[Row]:
        """All rows, read once."""
        text, first, after = self.text, self.first + 2, self.after
        starts = self.starts[first:after]
        ends = [*starts[1:], self._end(after - 1)] if starts else []
        lines = zip(range(first + 1, after + 1), starts, ends, strict=True)
        return [Row(number, _texts(text, start, end), text, start, end) for number, start, end in lines]

    def row(self, index: int) -> Row:
        """The row on the line with this 0-based number."""
        start, end = self.starts[index], self._end(index)
        return Row(index + 1, _texts(self.text, start, end), self.text, start, end)

    def source(self, row: Row) -> str:
        """The row's line as written."""
        return self.text[row.start : row.end]

    def place(self, row: Row, cell: int) -> int:
        """The 1-based column, in characters, at which a cell's text begins; 1 where there is no such cell."""
        cells = row.cells
        if cell >= len(cells):
            return 1
        start, end, _ = cells[cell]
        raw = self.text[start:end]
        return start - self.starts[row.line - 1] + 1 + (len(raw) - len(raw.lstrip()))

    def column(self, name: str) -> int | None:
        """The position of the column with this header, `None` where there is none or more than one."""
        return self._places.get(plain(name))

    @cached_property
    def _places(self) -> dict[str, int | None]:
        places: dict[str, int | None] = {}
        for place, text in enumerate(self.header.texts):
            places[plain(text)] = None if plain(text) in places else place
        return places

    def _end(self, index: int) -> int:
        return self.starts[index + 1] if index + 1 < len(self.starts) else len(self.text)


@dataclass(frozen=True, slots=True)
class Document:
    """The headings, fields and tables of a Markdown text, in its order."""

    text: str
    headings: tuple[Heading, ...]
    fields: tuple[Field, ...]
    tables: tuple[Table, ...]


def _texts(text: str, start: int, end: int) -> tuple[str, ...]:
    """The same texts as those of `_cells`, in a third of the time where no backslash is near."""
    line = text[start:end].strip(BLANK)
    if "\\" in line:
        return tuple(cell.text for cell in _cells(text, start, end))
    parts = line.split("|")
    if len(parts) > 1 and not parts[0]:
        del parts[0]
    if len(parts) > 1 and not parts[-1]:
        del parts[-1]
    return tuple([part.strip(BLANK) for part in parts])  # a list is faster here than a generator


def _cells(text: str, start: int, end: int) -> Iterator[Cell]:
    line_end = LINE_END.search(text, start, end)
    end = line_end.start() if line_end else end
    while start < end and text[start] in BLANK:
        start += 1
    while end > start and text[end - 1] in BLANK:
        end -= 1
    edges = [match.start() for match in _PIPE.finditer(text, start, end)]
    if not edges or edges[0] != start:
        edges.insert(0, start - 1)
    if edges[-1] != end - 1 or len(edges) == 1:
        edges.append(end)
    for left, right in itertools.pairwise(edges):
        yield Cell(left + 1, right, text[left + 1 : right].strip(BLANK).replace(r"\|", "|"))
