"""The lines of a log as a terminal would show them in the end: bars in their last state, no control codes."""

import re
from collections.abc import Iterable

from ckreg.core.measure.parts.unwrap import without_codes
from ckreg.core.text import printable

_FRAME = re.compile(r"\b(\d{1,12})/(\d{1,12}|\?) \[\d{1,5}:\d\d(?::\d\d)?[<,]")
_UP = b"\x1b[A"
_LONGEST = 4000  # characters of a line that are shown
_LONGEST_HALF = 1 << 16  # bytes: a bar is one line that grows for hours


class Folding:
    """Bytes in, as they are written; lines out, once nothing can change them any more.

    Of the frames of one bar, each on its own line or all on one, the last stays.
    """

    def __init__(self) -> None:
        self._half = b""
        self._bar: str | None = None

    def feed(self, data: bytes) -> list[str]:
        """The lines that are over with these bytes; a bar is over when something else follows it."""
        *whole, half = (self._half + data).split(b"\n")
        self._half = half[-_LONGEST_HALF:]
        return list(self._over(shown for line in whole for shown in _shown(line)))

    def waiting(self) -> list[str]:
        """What may still change: the bar as it stands, and a line without an end."""
        after = [line for line in _shown(self._half) if line]
        if self._bar is None:
            return after
        return after if after and _goes_on(self._bar, after[0]) else [self._bar, *after]

    def _over(self, lines: Iterable[str]) -> Iterable[str]:
        for line in lines:
            before, self._bar = self._bar, line if _FRAME.search(line) else None
            if before is not None and not _goes_on(before, line):
                yield before
            if self._bar is None:
                yield line


def last_lines(data: bytes, most: int) -> list[str]:
    """The last lines of a log's bytes."""
    folding = Folding()
    lines = [*folding.feed(data), *folding.waiting()]
    return lines[-most:] if most else []


def _shown(line: bytes) -> list[str]:
    """What is left of a line in the end; a program that goes up a line and writes on makes several of it."""
    if not line.strip(b"\r"):
        return [""]
    return [text for part in line.split(_UP) if (text := _last_state(part))]


def _last_state(part: bytes) -> str:
    """What stands there after the last carriage return."""
    states = [state for state in part.split(b"\r") if state.strip()]
    if not states:
        return ""
    text = printable(without_codes(states[-1]).decode(errors="replace").expandtabs()).rstrip()
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} ..."


def _goes_on(before: str, after: str) -> bool:
    """Whether two frames are of one bar: as many in all, and no fewer of them done."""
    old, new = _FRAME.search(before), _FRAME.search(after)
    return bool(old and new) and old[2] == new[2] and int(old[1]) <= int(new[1])  # type: ignore[index]
