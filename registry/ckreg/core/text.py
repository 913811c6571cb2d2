"""Text as people keep it: lines with their own endings, edits by offset, control codes made harmless."""

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

BOM = "\ufeff"
# Only these end a line: `str.splitlines` also cuts at VT, FF, NEL and U+2028, where Markdown does not.
LINE_END = re.compile(r"\r\n|\r|\n")


class Splice(NamedTuple):
    """Replace `text[start:end]` by `new`; offsets are in characters."""

    start: int
    end: int
    new: str


def spliced(text: str, splices: Iterable[Splice]) -> str:
    """Apply the splices last first, so that no offset moves under another.

    Raises:
        ValueError: two splices overlap.
    """
    edge = len(text)
    parts = []
    for start, end, new in sorted(splices, reverse=True):
        if not 0 <= start <= end <= edge:
            raise ValueError(f"splice {start}:{end} overlaps another or lies outside the text")
        parts += [text[end:edge], new]
        edge = start
    parts.append(text[:edge])
    return "".join(reversed(parts))


def line_starts(text: str) -> list[int]:
    r"""Offsets at which lines begin; lines end at `\r\n`, `\r` or `\n` only."""
    return [0, *(match.end() for match in LINE_END.finditer(text))]


def lines_of(text: str) -> list[str]:
    """The lines without their endings; a text that ends with one has an empty line last."""
    return LINE_END.split(text) if "\r" in text else text.split("\n")  # ten times as fast


def newline_of(text: str) -> str:
    r"""The line ending that the text uses first, `\n` where it has none."""
    match = LINE_END.search(text)
    return match.group() if match else "\n"


def one_line(text: str) -> str:
    """The text on one line without control codes: fit for a table cell, a commit subject, a terminal."""
    return " ".join(printable(text).split())


def printable(text: str) -> str:
    """The text with every control and formatting code replaced by a space: terminals obey them."""
    if text.isprintable():
        return text
    return "".join(" " if unicodedata.category(char) in _UNSAFE else char for char in text)


_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def with_lines(text: str | None, wanted: Iterable[str]) -> str:
    """The text with each wanted line that it lacks added at its end, in its own line ending."""
    text = text or ""
    newline = newline_of(text)
    there = {line.strip() for line in LINE_END.split(text)}
    missing = [line for line in wanted if line not in there]
    if missing and text and not LINE_END.search(text[-1:]):
        text += newline
    return text + "".join(f"{line}{newline}" for line in missing)
