"""Rows of the tables that quota commands print, by what their header says of each column.

Read are those of `quota`, `lfs quota`, `mmlsquota`, `beegfs-ctl --getquota`, `df`, of Princeton's
`checkquota`, and of sites' own scripts that write such tables, or `/home/me Used=18G Quota=100G`.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple

from ckreg.core.quota.amounts import (
    is_no_limit,
    is_number,
    is_unit,
    number_of_files,
    size_in_bytes,
    unit_bytes,
)
from ckreg.core.text import LINE_END

_LONGEST_LINE = 1000
_MOST_LINES = 2000
_MOST_WORDS = 60

_NOISE = re.compile(r"[|:│┃║]+(?=\s|$)|(?:(?<=\s)|^)[|:│┃║]+|[|│┃║]+|(?<=\S)\(\s*[\d.]*\s*%\s*\),?|,(?=\s)")
_BY_EVERYBODY = re.compile(r"\bby\s+all\b", re.IGNORECASE)
_BY_ONE = re.compile(r"\bby\s+\S+", re.IGNORECASE)
_PROJECT_SPACE = re.compile(r"\bproject\s+space\b", re.IGNORECASE)
_SHARE_USED = re.compile(r"(?<=\s)\(%\)\s+used", re.IGNORECASE)
_UNIT_APART = re.compile(r"[(\[]([KMGTP]i?B?)[)\]]", re.IGNORECASE)
_PAIR = re.compile(r"^\s*(\S+)\s.*?\bused\s*[=:]\s*(\S+).*?\b(?:quota|limit)\s*[=:]\s*(\S+)", re.IGNORECASE)
_OF_FILES = re.compile(r"number of files|inodes?\b.*(?:report|quota)", re.IGNORECASE)
_OF_SIZES = re.compile(r"\bsize\b.*(?:report|quota)", re.IGNORECASE)
_PART_OF_LUSTRE = re.compile(r"(?:MDT|OST)[0-9a-fA-F]{4}$")
_ABOUT_FILES = re.compile(r"_?(?:inode|file)s?_?")
_TEXT = re.compile(r"file-?system|fileset|entrytype")


class _What(Enum):
    TEXT = auto()  # words, or nothing at all
    SKIPPED = auto()  # a number that says nothing here
    USED = auto()
    LIMIT = auto()
    FREE = auto()
    FILES_USED = auto()
    FILES_LIMIT = auto()
    FILES_FREE = auto()


_FILES = {_What.USED: _What.FILES_USED, _What.LIMIT: _What.FILES_LIMIT, _What.FREE: _What.FILES_FREE}
_WORDS = {
    _What.LIMIT: re.compile(r"(h-?|s-?|max|soft_?|hard_?|space_|file_)?(limit|lim)|soft|hard|(space_)?quota"),
    _What.FREE: re.compile(r"avail(able)?|free|left|remaining"),
    _What.USED: re.compile(r"(space_)?(used|usage)|space|blocks|[kmgtp]b|kbytes"),
}
_TOTAL = re.compile(r"(?:1k|1m|1g|512|1024)-blocks|size|total")  # df's; the same as a limit
_SKIPPED = re.compile(r"in_doubt|[ug]?id|capacity|.*%.*|.*perc")
_BLOCK = {"blocks": 1024.0, "1k-blocks": 1024.0, "1024-blocks": 1024.0, "kbytes": 1024.0, "512-blocks": 512.0}


class _Column(NamedTuple):
    what: _What
    word: str
    unit: float | None


@dataclass(frozen=True, slots=True)
class Row:
    """One limit; `left` and `limit` are bytes or numbers of files, None where there is no limit."""

    name: str
    words: tuple[str, ...]
    left: float | None
    limit: float | None

    @property
    def paths(self) -> tuple[str, ...]:
        """The folders and devices that the row names."""
        return tuple(word for word in self.words if word.startswith("/") or ":/" in word)


class Rows(NamedTuple):
    """What a command says of sizes, and of numbers of files."""

    sizes: tuple[Row, ...]
    files: tuple[Row, ...]


def read_rows(output: str) -> Rows:
    """All rows that are understood; lines that are not are passed over."""
    sizes: list[Row] = []
    files: list[Row] = []
    columns: tuple[_Column, ...] = ()
    all_files, name = False, ""
    for line in _lines(output):
        all_files = _OF_FILES.search(line) is not None or (all_files and not _OF_SIZES.search(line))
        header = _columns(line)
        words = _tokens(line)
        if header:
            columns, name = _as_files(header) if all_files else header, ""
            continue
        found = _pair(line) or _row(columns, [*_tokens(name), *words])
        name = line if len(words) == 1 and not found else ""  # a long name has a line of its own
        if found and not any(map(_PART_OF_LUSTRE.search, found[0].words)):
            sizes += [row for row in found[:1] if not all_files]
            files += found[:1] if all_files else found[1:]
    return Rows(tuple(sizes), tuple(files))


def _lines(output: str) -> Iterable[str]:
    return [line[:_LONGEST_LINE] for line in LINE_END.split(output)[:_MOST_LINES]]


def _columns(line: str) -> tuple[_Column, ...]:
    """The columns of a header; none where the line is no header."""
    columns: list[_Column] = []
    for word in _header_words(line):
        apart = _UNIT_APART.fullmatch(word)
        if apart and columns:
            columns[-1] = columns[-1]._replace(unit=unit_bytes(apart[1]))
            continue
        column = _column(_UNIT_APART.sub("", word).casefold(), columns)
        inside = _UNIT_APART.search(word)
        column = column._replace(unit=unit_bytes(inside[1])) if inside else column
        if columns and columns[-1].word in {"files", "file", "inodes", "space"} and _is_usage(column):
            columns[-1] = columns[-1]._replace(word="used")  # `files used` is one column
        else:
            columns.append(column)
    return tuple(columns) if _is_header(columns) else ()


def _header_words(line: str) -> list[str]:
    """Words that stand for one column each."""
    text = _PROJECT_SPACE.sub(" name ", line)
    text = _BY_ONE.sub(" id ", _BY_EVERYBODY.sub(" ", text))  # Princeton's `Used by ALL`, `By ab1234`
    return _NOISE.sub(" ", _SHARE_USED.sub(" % ", text)).split()[:_MOST_WORDS]


def _is_usage(column: _Column) -> bool:
    return column.word in {"used", "usage"}


def _is_header(columns: Sequence[_Column]) -> bool:
    found = {column.what for column in columns}
    return bool(found & {_What.USED, _What.FREE}) and _What.LIMIT in found


def _column(word: str, before: Sequence[_Column]) -> _Column:
    if _SKIPPED.fullmatch(word):
        return _Column(_What.SKIPPED, word, None)
    if "file" in word or "inode" in word:
        if _TEXT.search(word):
            return _Column(_What.TEXT, word, None)
        rest = _ABOUT_FILES.sub("", word)
        kind = next((what for what, words in _WORDS.items() if words.fullmatch(rest)), _What.USED)
        return _Column(_FILES[kind], word, None)
    what = next((what for what, words in _WORDS.items() if words.fullmatch(word)), None)
    if _TOTAL.fullmatch(word):
        what = _What.LIMIT
    if what is None:
        return _Column(_What.TEXT, word, None)
    unit = _BLOCK.get(word) or (unit_bytes(word[0]) if re.fullmatch("[kmgtp]b", word) else None)
    unit = unit or next((column.unit for column in reversed(before) if column.unit), None)
    # What is told for a second time, or after the files, is told of files.
    again = what is _What.USED and any(column.what is what for column in before)
    counted = any(column.what in _FILES.values() for column in before)
    return _Column(_FILES[what] if again or counted else what, word, unit)


def _as_files(columns: Iterable[_Column]) -> tuple[_Column, ...]:
    return tuple(column._replace(what=_FILES.get(column.what, column.what)) for column in columns)


def _tokens(line: str) -> list[str]:
    """The words of a row; a unit that stands apart joins its number."""
    tokens: list[str] = []
    for word in _NOISE.sub(" ", line).split():
        if tokens and is_unit(word) and is_number(tokens[-1]) and tokens[-1][-1].isdigit():
            tokens[-1] += word
        else:
            tokens.append(word)
    return tokens[:_MOST_WORDS]


def _pair(line: str) -> list[Row]:
    """`/home/me  Used=18.8G  Quota=100G`."""
    parts = _PAIR.match(line)
    if not parts:
        return []
    used, limit = (size_in_bytes(parts[place], None) for place in (2, 3))
    if used is None or limit is None:
        return []
    return [_limited(parts[1], (parts[1],), used, [limit], None)]


def _row(columns: Sequence[_Column], tokens: Sequence[str]) -> list[Row]:
    """The row's limit of size and that of files, from the first word on that the columns explain."""
    numbers = list(columns)
    while numbers and numbers[0].what is _What.TEXT:
        numbers.pop(0)
    for start, word in enumerate(tokens):
        if not (is_number(word) or is_no_limit(word)):
            continue
        rows = list(_explained(numbers, tokens, start))
        if rows:
            return rows
    return []


def _explained(columns: Sequence[_Column], tokens: Sequence[str], start: int) -> Iterator[Row]:
    values: dict[_What, list[float | None]] = {}
    rest = list(tokens[start:])
    for what, _, unit in columns:
        if what is _What.TEXT:
            if rest and not is_number(rest[0]):
                rest.pop(0)
            continue
        if not rest:
            break
        value = _value(what, rest.pop(0), unit)
        if value is _UNKNOWN:
            break
        values.setdefault(what, []).append(value)
    words = (*tokens[:start], *(word for word in tokens[start:] if word.startswith("/")))
    name = next((word for word in reversed(words) if word.startswith("/")), " ".join(tokens[:start]))
    for used, limit, free in _KINDS:
        known = values.get(used) or values.get(free)
        if known and known[0] is not None and values.get(limit):
            limits = [value for value in values[limit] if value]
            left = (values.get(free) or [None])[0]
            yield _limited(name, words, (values.get(used) or [0.0])[0] or 0.0, limits, left)
        elif used is _What.USED and any(column.what is used for column in columns):
            return


_KINDS = (
    (_What.USED, _What.LIMIT, _What.FREE),
    (_What.FILES_USED, _What.FILES_LIMIT, _What.FILES_FREE),
)
_UNKNOWN = -1.0


def _value(what: _What, word: str, unit: float | None) -> float | None:
    if what is _What.SKIPPED:
        return 0.0 if is_number(word) or is_no_limit(word) or word.endswith("%") else _UNKNOWN
    if is_no_limit(word):
        return None
    value = number_of_files(word) if what in _FILES.values() else size_in_bytes(word, unit)
    return _UNKNOWN if value is None else value


def _limited(
    name: str, words: Sequence[str], used: float, limits: Sequence[float], free: float | None
) -> Row:
    """Of a soft and a hard limit the lower one: the grace above the soft one may end before the jobs do.

    A limit of 0 is none.
    """
    lowest = min((limit for limit in limits if limit > 0), default=None)
    if lowest is None:
        return Row(name, tuple(words), None, None)
    return Row(name, tuple(words), max(0.0, lowest - used) if free is None else free, lowest)
