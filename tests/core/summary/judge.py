"""markdown-it as the judge of an edit: it alone says what a table, a row and a cell of it is.

Nothing here uses ckreg's own reading of Markdown.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

COLUMNS = {"run name", "status", "job id", "started", "completed", "notes"}
_PARSER = MarkdownIt("commonmark").enable("table")
_PARSER.core.ruler.enableOnly(["normalize", "block"])


class Judged(NamedTuple):
    """A row under Status, Fine-tuning: its 0-based line and its cells by the header's words."""

    line: int
    cells: dict[str, str]


def tables(text: str) -> list[list[Judged]]:
    """The body rows of each table that stands under Status, Fine-tuning and outside quotes and lists."""
    found: list[list[Judged]] = []
    path: dict[int, str] = {}
    tokens = _tokens(text)
    for index, token in enumerate(tokens):
        if token.type == "heading_open" and token.level == 0:
            level = int(token.tag[1:])
            path = {above: title for above, title in path.items() if above < level}
            path[level] = _words(tokens[index + 1].content)
        elif token.type == "table_open" and token.level == 0 and _is_place([*path.values()]):
            found.append(_rows(tokens[index:]))
    return found


def editable(text: str, run: str) -> Judged | None:
    """The one row that `run` means; `None` where the table or the row is missing, double or broken."""
    there = tables(text)
    if len(there) > 1:
        with_names = [rows for rows in there if rows and "run name" in rows[0].cells]
        there = with_names or there
    if len(there) != 1 or not there[0] or not there[0][0].cells.keys() >= COLUMNS:
        return None
    rows = [row for row in there[0] if row.cells["run name"].strip("`* ").replace("\\", "") == run]
    return rows[0] if len(rows) == 1 else None


def refuse_other_changes(text: str, edited: str, row: Judged, cells: dict[str, str]) -> None:
    """Assert that `edited` is `text` but for these cells of the row, in bytes and in markdown-it's eyes."""
    before, after = _lines(text), _lines(edited)
    assert len(before) == len(after)
    changed = [place for place, (old, new) in enumerate(zip(before, after, strict=True)) if old != new]
    assert changed == [2 * row.line]  # every second part is a line's ending
    _refuse_changed_neighbours(before[2 * row.line], after[2 * row.line], row, cells)
    assert _outline(edited, row.line) == _outline(text, row.line)
    read_back = editable(edited, row.cells["run name"].strip("`* ").replace("\\", ""))
    assert read_back == Judged(row.line, {**row.cells, **cells})


def _refuse_changed_neighbours(old: str, new: str, row: Judged, cells: dict[str, str]) -> None:
    """The cells are counted from the first pipe, or from the line's start where it has no leading pipe."""
    parts, others = re.split(r"(?<!\\)\|", old), re.split(r"(?<!\\)\|", new)
    assert len(parts) == len(others)
    first = 0 if parts[0].strip() else 1
    set_there = {first + place for place, column in enumerate(row.cells) if column in cells}
    differing = {place for place, pair in enumerate(zip(parts, others, strict=True)) if pair[0] != pair[1]}
    assert differing <= set_there


def _outline(text: str, line: int) -> list[tuple[object, ...]]:
    """All that markdown-it sees, without the contents of one line's cells."""
    return [
        (token.type, token.level, token.map, token.markup, token.info)
        + (() if token.map == [line, line + 1] and token.type == "inline" else (token.content,))
        for token in _tokens(text)
    ]


@lru_cache(maxsize=8)
def _tokens(text: str) -> tuple[Token, ...]:
    return tuple(_PARSER.parse(text.removeprefix("\ufeff")))


def _rows(tokens: tuple[Token, ...]) -> list[Judged]:
    lines: list[tuple[int, list[str]]] = []
    for token in tokens:
        if token.type == "table_close":
            break
        if token.type == "tr_open" and token.map:
            lines.append((token.map[0], []))
        elif token.type == "inline":
            lines[-1][1].append(token.content)
    header = [_words(title) for title in lines[0][1]]
    if len(set(header)) < len(header):
        return []
    return [Judged(line, dict(zip(header, cells, strict=True))) for line, cells in lines[1:]]


def _is_place(path: list[str]) -> bool:
    return path[-2:] == ["status", "fine tuning"] and len(path) <= 3


def _words(title: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", title.casefold()))


def _lines(text: str) -> list[str]:
    return re.split(r"(\r\n|\r|\n)", text)
