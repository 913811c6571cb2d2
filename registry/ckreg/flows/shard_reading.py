"""Reads the logs of one task's list, on whatever machine it runs; nothing but its result is written."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from ckreg.adapters import shards
from ckreg.adapters.scan import Found, Unreadable, find_logs
from ckreg.adapters.tree import Home
from ckreg.core.measure import READER_VERSION
from ckreg.core.sharding.lines import ReadLog, Wanted, done_line, read_log_line, read_wanted
from ckreg.errors import MalformedError, NotFoundError, OutsideError, RefusedError
from ckreg.flows.elsewhere import refuse_tracked, wanted_of
from ckreg.flows.log_rows import rows_of


def read_shard(home: Home, listed: Path) -> int:
    """Read the logs of a list and put what they say beside it; how many were read.

    One that has changed since, or cannot be read here, is left to whoever takes in the result.

    Raises:
        RefusedError: the file is no list of this registry, or came with a clone.
        OutsideError: it cannot be read, or the result not be written.
        MalformedError: a line of it names no log.
    """
    if not shards.is_list(home, listed):
        raise RefusedError(f"{listed} is no list of `ckreg index --slurm` in {home.root}.")
    # A node without git cannot tell; a list makes it read files, and no more.
    with contextlib.suppress(OutsideError, NotFoundError):
        refuse_tracked(home)
    wanted = []
    for number, line in enumerate(shards.lines_in(listed), 1):
        try:
            wanted.append(read_wanted(line.text))
        except ValueError as error:
            raise MalformedError(f"{listed}:{number}: {error}. Send the logs anew.") from None
    lines = _Lines(wanted)
    shards.write_lines(shards.result_of(listed), lines)
    return lines.read


class _Lines:
    """The lines of the result, made as they are written."""

    def __init__(self, wanted: list[Wanted]) -> None:
        self.wanted = wanted
        self.read = 0

    def __iter__(self) -> Iterator[str]:
        for log in self.wanted:
            if read := _read(log):
                self.read += 1
                yield read_log_line(read)
        yield done_line(self.read)


def _read(log: Wanted) -> ReadLog | None:
    found = Found(Path(log.path), *log[1:])
    rows = rows_of(found, full=False)
    # What was written to it meanwhile may be in what was read, or half of it.
    if isinstance(rows, Unreadable) or rows.jobs or list(find_logs([found.path])) != [found]:
        return None
    return ReadLog(wanted_of(found), READER_VERSION, str(rows.log["fingerprint"]), tuple(rows.measurements))
