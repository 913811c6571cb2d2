"""Markdown as a map: headings, `**Key:** value` lines and tables, each with its place in the text.

markdown-it tells the blocks, so that what looks like a table inside a fence or a comment is none. The rows of
a table are read here: markdown-it gives no columns, and takes a second over ten thousand rows.
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block import table as upstream_table
from markdown_it.token import Token

from ckreg.core.text import BOM, LINE_END, line_starts

# GFM: a pipe splits a cell unless a backslash stands directly before it, even inside a code span.
_PIPE = re.compile(r"(?<!\\)\|")
_FIELD = re.compile(r"\*\*(?P<key>[^*\n]+?):?\*\*:?[ \t]*(?P<value>[^\n]*)")
_CODE_INDENT = 4
_BLANK = " \t\n\v\f\r"  # what CommonMark calls whitespace


class Cell(NamedTuple):
    """One table cell: offsets of all that stands between its pipes, and its text."""

    start: int
    end: int
    text: str


class Row(NamedTuple):
    """One line of a table; `line` is 1-based."""

    line: int
    cells: tuple[Cell, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """The text of each cell."""
        return tuple(cell.text for cell in self.cells)


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


@dataclass(frozen=True, slots=True)
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

    @property
    def header(self) -> Row:
        """The header row."""
        return self.row(self.first)

    @property
    def delimiter(self) -> Row:
        """The row of dashes under the header."""
        return self.row(self.first + 1)

    def rows(self, containing: str = "") -> Iterator[Row]:
        """The rows below the delimiter; only those with `containing` in their text, if it is given."""
        for index in range(self.first + 2, self.after):
            if not containing or self.text.find(containing, self.starts[index], self._end(index)) >= 0:
                yield self.row(index)

    def row(self, index: int) -> Row:
        """The row on the line with this 0-based number."""
        return Row(index + 1, tuple(_cells(self.text, self.starts[index], self._end(index))))

    def source(self, row: Row) -> str:
        """The row's line as written."""
        return self.text[self.starts[row.line - 1] : self._end(row.line - 1)]

    def place(self, row: Row, cell: int) -> int:
        """The 1-based column, in characters, at which a cell's text begins; 1 where there is no such cell."""
        if cell >= len(row.cells):
            return 1
        start, end, _ = row.cells[cell]
        raw = self.text[start:end]
        return start - self.starts[row.line - 1] + 1 + (len(raw) - len(raw.lstrip()))

    def column(self, name: str) -> int | None:
        """The position of the column with this header, `None` where there is none or more than one."""
        places = [place for place, text in enumerate(self.header.texts) if plain(text) == plain(name)]
        return places[0] if len(places) == 1 else None

    def _end(self, index: int) -> int:
        return self.starts[index + 1] if index + 1 < len(self.starts) else len(self.text)


@dataclass(frozen=True, slots=True)
class Document:
    """The headings, fields and tables of a Markdown text, in its order."""

    text: str
    headings: tuple[Heading, ...]
    fields: tuple[Field, ...]
    tables: tuple[Table, ...]


def read(text: str) -> Document:
    """Map a Markdown text. Blocks inside quotes and lists are not looked into, but for fields."""
    body = text.removeprefix(BOM)
    starts = [start + len(text) - len(body) for start in line_starts(body)]
    headings: list[Heading] = []
    fields: list[Field] = []
    tables: list[Table] = []
    path: dict[int, str] = {}  # the open headings by level
    tokens = _parser().parse(body)
    for index, token in enumerate(tokens):
        if token.type == "heading_open" and token.level == 0:
            level, title = int(token.tag[1:]), tokens[index + 1].content
            path = {above: name for above, name in path.items() if above < level}
            headings.append(Heading(tuple(path.values()), title, _line(token)))
            path[level] = title
        elif token.type == "table" and token.level == 0 and token.map:
            tables.append(Table(tuple(path.values()), text, starts, *token.map))
        elif token.type == "inline":
            fields += _fields(token, tuple(path.values()))
    return Document(text, tuple(headings), tuple(fields), tuple(tables))


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """A heading or header reduced to its words, so that case, emphasis and punctuation do not matter."""
    return " ".join(re.findall(r"\w+", text.replace("_", " ").casefold()))


def unmarked(text: str) -> str:
    r"""A cell's text without the marks around it: `` `x` ``, `**x**`, and backslash escapes as in `a\_b`."""
    bare = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text.strip())
    while len(bare) > 1 and bare[0] == bare[-1] and bare[0] in "`*":
        bare = bare[1:-1].strip()
    return bare


def escaped(value: str) -> str:
    """A value as it stands in a cell: its pipes escaped."""
    return value.replace("|", r"\|")


def _fields(token: Token, path: tuple[str, ...]) -> Iterator[Field]:
    for offset, line in enumerate(token.content.split("\n")):
        if match := _FIELD.match(line):
            yield Field(path, match["key"], match["value"].strip(), _line(token) + offset)


def _line(token: Token) -> int:
    return token.map[0] + 1 if token.map else 0


def _cells(text: str, start: int, end: int) -> Iterator[Cell]:
    line_end = LINE_END.search(text, start, end)
    end = line_end.start() if line_end else end
    while start < end and text[start] in _BLANK:
        start += 1
    while end > start and text[end - 1] in _BLANK:
        end -= 1
    edges = [match.start() for match in _PIPE.finditer(text, start, end)]
    if not edges or edges[0] != start:
        edges.insert(0, start - 1)
    if edges[-1] != end - 1 or len(edges) == 1:
        edges.append(end)
    for left, right in itertools.pairwise(edges):
        yield Cell(left + 1, right, text[left + 1 : right].strip(_BLANK).replace(r"\|", "|"))


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark")
    parser.core.ruler.enableOnly(["normalize", "block"])
    parser.block.ruler.before("hr", "table", _table, {"alt": ["paragraph", "reference"]})
    return parser


def _table(state: StateBlock, first: int, end: int, silent: bool) -> bool:
    """A block rule: markdown-it finds the table, its rows are left unread."""
    before = len(state.tokens)
    if not upstream_table(state, first, min(end, first + 2), silent):
        return False
    if not silent:
        opening = state.tokens[before]
        opening.type = "table"
        del state.tokens[before + 1 :]
        state.line = _after_table(state, first + 2, end)
        opening.map = [first, state.line]
    return True


def _after_table(state: StateBlock, line: int, end: int) -> int:
    rules = state.md.block.ruler.getRules("blockquote")
    parent, state.parentType = state.parentType, "table"
    while line < end and _is_row(state, line) and not _ends_table(state, rules, line, end):
        line += 1
    state.parentType = parent
    return line


def _is_row(state: StateBlock, line: int) -> bool:
    return (
        state.sCount[line] >= state.blkIndent
        and bool(state.src[state.bMarks[line] : state.eMarks[line]].strip(_BLANK))
        and state.sCount[line] - state.blkIndent < _CODE_INDENT
    )


def _ends_table(state: StateBlock, rules: list, line: int, end: int) -> bool:  # type: ignore[type-arg]  # markdown-it's
    if state.src[state.bMarks[line] + state.tShift[line]] == "|":
        return False  # no other block begins with a pipe
    return any(rule(state, line, end, True) for rule in rules)
