"""A place in a spec that can say what it holds, and notes a fault where that is not what was expected."""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NoReturn, TypeVar, cast

from ckreg.core import naming
from ckreg.core.spec.document import Document, Fault, is_unreadable, joined
from ckreg.core.text import one_line

T = TypeVar("T")
D = TypeVar("D")
_SHOWN = 40
_YES_NO = {"on": "true", "yes": "true", "off": "false", "no": "false"}
# Beyond it a float cannot hold every whole number.
_TOO_LARGE = 1e15
# `fromisoformat` also takes 20251022 and 2025-W43-3.
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class NotAsExpectedError(Exception):
    """Unwinds the reading of one value; its fault has been noted."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """A value of the tree (None where the key is not there or null) and its path."""

    document: Document
    value: object
    path: str
    line: int | None

    @property
    def absent(self) -> bool:
        """Whether nothing is given here."""
        return self.value is None

    def fault(self, what: str) -> None:
        """Note what is wrong here."""
        self.document.faults.append(Fault(self.path or "the spec", self.line, what))

    def expected(self, what: str) -> NoReturn:
        """Note what was expected here and give up on this value."""
        if not is_unreadable(self.value):
            self.fault(f"expected {what}, found {shown(self.value)}")
        raise NotAsExpectedError

    def attempt(self, reader: "Callable[[Cursor], T]") -> T | None:
        """What the reader makes of it, None where it is at fault (which is noted)."""
        try:
            return reader(self)
        except NotAsExpectedError:
            return None

    def required(self, reader: "Callable[[Cursor], T]", default: D) -> T | D:
        """What the reader makes of it; the default stands in for what is at fault or not given."""
        value = self.attempt(reader)
        return default if value is None else value

    def read(self, reader: "Callable[[Cursor], T]", default: D) -> T | D:
        """What the reader makes of it; the default where nothing is given."""
        return default if self.absent else self.required(reader, default)

    def child(self, value: object, path: str) -> "Cursor":
        """A cursor on something under this one."""
        return Cursor(self.document, value, path, self.document.lines.get(path, self.line))

    def mapping(self, what: str = "a mapping") -> Mapping[str, object]:
        """The mapping that is here."""
        if not isinstance(self.value, Mapping):
            self.expected(what)
        return self.value

    def section(self, known: Iterable[str]) -> "dict[str, Cursor]":
        """A cursor for every known key; keys that are not known are faults."""
        mapping = {} if self.absent else self.mapping()
        known = list(known)
        for key in mapping.keys() - set(known):
            self.child(mapping[key], joined(self.path, key)).unknown(key, known)
        return {key: self.child(mapping.get(key), joined(self.path, key)) for key in known}

    def unknown(self, key: str, known: Iterable[str]) -> None:
        """Note that this key is not known, and which one may have been meant."""
        near = difflib.get_close_matches(key, list(known), 1)
        hint = f"did you mean `{near[0]}`?" if near else "expected one of " + ", ".join(known)
        self.fault(f"unknown key; {hint}")

    def entries(self, what: str = "a mapping") -> "list[tuple[str, Cursor]]":
        """Every key with a cursor on its value; null counts as not given."""
        return [
            (key, self.child(value, joined(self.path, key)))
            for key, value in self.mapping(what).items()
            if value is not None
        ]

    def items(self, what: str) -> "list[Cursor]":
        """A cursor on every item of the list that is here; an empty list is a fault."""
        if not isinstance(self.value, list) or not self.value:
            self.expected(what)
        items = cast("list[object]", self.value)
        return [self.child(item, f"{self.path}[{index}]") for index, item in enumerate(items)]


def each(reader: Callable[[Cursor], T], cursors: Iterable[Cursor]) -> tuple[T, ...]:
    """What the reader makes of every cursor, those at fault left out."""
    return tuple(value for cursor in cursors if (value := cursor.attempt(reader)) is not None)


def prose(cursor: Cursor) -> str:
    """Text of any length and number of lines, perhaps empty."""
    if not isinstance(cursor.value, str):
        cursor.expected("text")
    if any("\ud800" <= char <= "\udfff" for char in cursor.value):
        cursor.expected("text without lone surrogates")
    return cursor.value


def sentence(cursor: Cursor) -> str:
    """Text with something in it."""
    text = prose(cursor)
    return text if one_line(text) else cursor.expected("text with something in it")


def line(cursor: Cursor) -> str:
    """Text on one line, without control codes: a path, a recipe."""
    text = sentence(cursor)
    return text if text == one_line(text) else cursor.expected("text on one line, without spaces at its ends")


def name(cursor: Cursor) -> str:
    """Text that may stand in a name."""
    text = line(cursor)
    return text if naming.is_name(text) else cursor.expected(naming.NAME_RULE)


def task_name(cursor: Cursor) -> str:
    """Text that may stand in a table's header beside those of the document."""
    text = line(cursor)
    if set(text) & set("|\\`") or text.casefold() in {"-", "run name", "notes"} or len(text) > naming.LONGEST:
        cursor.expected("a task's name without |, \\ and `, other than `-`, `Run Name` and `Notes`")
    return text


def flag(cursor: Cursor) -> bool:
    """True or false; `on`, `off`, `yes`, `no` are faults with a hint."""
    if isinstance(cursor.value, bool):
        return cursor.value
    word = _YES_NO.get(cursor.value.lower()) if isinstance(cursor.value, str) else None
    return cursor.expected(f"true or false (write {word})" if word else "true or false")


def number(cursor: Cursor) -> float:
    """A number; whole ones are int, so that `1e3` and `1000` are the same."""
    value = cursor.value
    if isinstance(value, bool) or not isinstance(value, int | float):
        cursor.expected("a number")
    if not abs(value) < _TOO_LARGE:
        cursor.expected(f"a number below {_TOO_LARGE:g}")
    return int(value) if value == int(value) else value


def whole(cursor: Cursor, least: int = 1) -> int:
    """A whole number from `least` on."""
    value = cursor.value
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value < _TOO_LARGE:
        cursor.expected(f"a whole number from {least} on")
    return int(value) if value == int(value) else cursor.expected(f"a whole number from {least} on")


def day(cursor: Cursor) -> date:
    """A date, or its ISO form."""
    value = cursor.value
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        cursor.expected("a date (YYYY-MM-DD)")
    try:
        return date.fromisoformat(value)
    except ValueError:
        cursor.expected("a date that exists (YYYY-MM-DD)")


def shown(value: object) -> str:
    """A value as a fault names it, short and on one line."""
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case list():
            return f"a list of {len(value)}" if value else "an empty list"
        case Mapping():
            return "a mapping"
        case str():
            return f'"{_cut(value)}"'
        case int() if abs(value) >= _TOO_LARGE:
            return "a huge number"
        case _:
            return _cut(str(value))


def _cut(text: str) -> str:
    text = one_line(text)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
