"""Reads any Markdown: markdown-it tells the blocks, so that a table inside a fence or comment is none.

The rows of a table are read elsewhere: markdown-it gives no columns, and takes a second over 10,000 rows.
"""

from collections.abc import Iterator
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block import table as upstream_table
from markdown_it.token import Token

from ckreg.core.markdown.scan import FIELD
from ckreg.core.markdown.values import Document, Field, Heading, Table
from ckreg.core.markdown.words import BLANK
from ckreg.core.text import BOM, line_starts

_CODE_INDENT = 4


def read_blocks(text: str) -> Document:
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


def _fields(token: Token, path: tuple[str, ...]) -> Iterator[Field]:
    for offset, line in enumerate(token.content.split("\n")):
        if match := FIELD.match(line):
            yield Field(path, match["key"], match["value"].strip(), _line(token) + offset)


def _line(token: Token) -> int:
    return token.map[0] + 1 if token.map else 0


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark")
    parser.core.ruler.enableOnly(["normalize", "block"])
    parser.block.ruler.before("hr", "table", table_without_rows, {"alt": ["paragraph", "reference"]})
    return parser


def table_without_rows(state: StateBlock, first: int, end: int, silent: bool) -> bool:
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
        and bool(state.src[state.bMarks[line] : state.eMarks[line]].strip(BLANK))
        and state.sCount[line] - state.blkIndent < _CODE_INDENT
    )


def _ends_table(state: StateBlock, rules: list, line: int, end: int) -> bool:  # type: ignore[type-arg]  # markdown-it's
    if state.src[state.bMarks[line] + state.tShift[line]] == "|":
        return False  # no other block begins with a pipe
    return any(rule(state, line, end, True) for rule in rules)
