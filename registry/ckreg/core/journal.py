"""The journal of a design, `design-experiment.log`: every check, calculation and decision with its time."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from ckreg.core.text import LINE_END, one_line

JOURNAL = "design-experiment.log"
_HEAD = re.compile(
    r"\[(?P<at>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\] (?P<action>[A-Z][A-Z_]*): ?(?P<description>.*)"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry; the fields are such as (`Command`, `ls -- /models`) in the order in which they are shown."""

    at: datetime
    action: str
    description: str
    fields: tuple[tuple[str, str], ...]


def render(entries: Iterable[Entry]) -> str:
    """The entries as the log has them: a head line, a line a field, a blank line between entries."""
    return "\n".join(_rendered(entry) for entry in entries)


def read(text: str) -> Iterator[Entry]:
    """The entries of a log, their times as written; lines that belong to none are passed over."""
    head: re.Match[str] | None = None
    fields: list[tuple[str, str]] = []
    for line in [*LINE_END.split(text), None]:
        found = _HEAD.fullmatch(line) if line is not None else None
        if (found or line is None) and head:
            yield from _entry(head, fields)
        if found:
            head, fields = found, []
        elif line and ": " in line:
            key, _, value = line.partition(": ")
            fields.append((key, value))


def _entry(head: re.Match[str], fields: list[tuple[str, str]]) -> Iterator[Entry]:
    try:
        at = datetime.fromisoformat(head["at"])
    except ValueError:  # the 31st of February
        return
    yield Entry(at, head["action"], head["description"], tuple(fields))


def _rendered(entry: Entry) -> str:
    head = f"[{entry.at:%Y-%m-%d %H:%M:%S}] {one_line(entry.action)}: {one_line(entry.description)}"
    # A value that brings its own line breaks could pass for another entry.
    fields = (f"{one_line(key)}: {one_line(value)}" for key, value in entry.fields)
    return "".join(f"{line}\n" for line in (head, *fields))
