"""Reads the end of a log, once or as it grows; of a long one only what is shown is read."""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ckreg.adapters.scan import OpenLog, opened, reason_of
from ckreg.core.tail.advance import Advance, advance_of
from ckreg.core.tail.lines import Folding, last_lines
from ckreg.errors import OutsideError
from ckreg.flows.run_logs import RunLog

_WINDOW = 1 << 16  # bytes of the end that are read first, and at both ends for progress
_MOST = 1 << 23
_CHUNK = 1 << 20
_EVERY = 1.0  # seconds between two looks at a log that is followed


@contextlib.contextmanager
def _open(path: Path) -> Iterator[OpenLog]:
    with opened(path) as log:
        if not isinstance(log, OpenLog):
            raise OutsideError(f"{path} cannot be read: {log.reason}.")
        try:
            yield log
        except OSError as error:
            raise OutsideError(f"{path} cannot be read: {reason_of(error)}.") from error


def tail(path: Path, lines: int) -> list[str]:
    """The last lines of a log, without control codes.

    Raises:
        OutsideError: it cannot be read.
    """
    with _open(path) as log:
        return _tail(log, lines)


def _tail(log: OpenLog, lines: int) -> list[str]:
    size = _WINDOW
    while True:
        start = max(0, log.size - size)
        found = last_lines(log.read_at(start, size), lines + 1)
        if start == 0 or len(found) > lines or size >= _MOST:
            return found[-lines:] if lines else []
        size *= 4


def advance(path: Path) -> Advance:
    """How far the job of a log is, from its beginning and its end.

    Raises:
        OutsideError: it cannot be read.
    """
    with _open(path) as log:
        if log.size <= 2 * _WINDOW:
            return advance_of(b"", log.read_at(0, log.size), str(path))
        head, end = log.read_at(0, _WINDOW), log.read_at(log.size - _WINDOW, _WINDOW)
        return advance_of(head, end, str(path))


@dataclass(frozen=True, slots=True)
class Part:
    """What a log that is followed has new: lines that are over, and what stands at its end for now.

    `path` is None as long as there is no log; `anew` says that another file, or the same from its beginning,
    goes on.
    """

    path: Path | None
    lines: list[str]
    waiting: list[str]
    anew: bool = False


class _Follower:
    """One log after the other, read as they grow."""

    def __init__(self) -> None:
        self._file: tuple[Path, int] | None = None
        self._offset = 0
        self._folding = Folding()

    def read(self, path: Path, first: int | None) -> Part:
        """What is new; of the first file that is met, the last `first` lines."""
        with _open(path) as log:
            file, before = (path, path.stat().st_ino), self._file
            anew = file != before or log.size < self._offset
            lines: list[str] = []
            if anew:
                self._file, self._offset, self._folding = file, 0, Folding()
                if before is None and first is not None:
                    lines = self._begin(log, first)
            while data := log.read_at(self._offset, _CHUNK):
                self._offset += len(data)
                lines += self._folding.feed(data)
            return Part(path, lines, self._folding.waiting(), anew and before is not None)

    def _begin(self, log: OpenLog, first: int) -> list[str]:
        """The last lines that are over; what may still change is read on from where it stands."""
        size = _WINDOW
        while True:
            start, folding = max(0, log.size - size), Folding()
            lines = folding.feed(log.read_at(start, size))
            if start == 0 or len(lines) > first or size >= _MOST:
                self._offset, self._folding = log.size, folding
                return lines[-first:] if first else []
            size *= 4


def follow(
    find: Callable[[], RunLog], lines: int, *, wait: Callable[[float], None] = time.sleep
) -> Iterator[Part]:
    """A log's last lines, then what is written to it, until its job is over and no more comes.

    `find` is asked each time: a job that is put back, or sent again, may write another file.

    Raises:
        NotFoundError: there is no log, and no job that could write one.
        OutsideError: it cannot be read.
    """
    follower = _Follower()
    while True:
        found = find()
        if found.path is None:
            if found.is_over or not found.jobs:
                found.found()
            yield Part(None, [], [])
        else:
            try:
                part = follower.read(found.path, lines)
            except OutsideError:
                if found.path.exists():
                    raise
            else:
                yield part
                if found.is_over and not part.lines:
                    return
        wait(_EVERY)
