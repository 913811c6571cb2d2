"""The journal of a design, `design-experiment.log`: every check, calculation and decision with its time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ckreg.core.text import one_line


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


def _rendered(entry: Entry) -> str:
    head = f"[{entry.at:%Y-%m-%d %H:%M:%S}] {one_line(entry.action)}: {one_line(entry.description)}"
    # A value that brings its own line breaks could pass for another entry.
    fields = (f"{one_line(key)}: {one_line(value)}" for key, value in entry.fields)
    return "".join(f"{line}\n" for line in (head, *fields))
