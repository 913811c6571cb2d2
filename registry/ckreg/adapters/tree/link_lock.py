"""A lock for filesystems on which flock cannot be trusted: whoever makes the file has the lock.

The way of open(2), "atomic file locking using a lockfile": a file of one's own is linked to the lock's name.
link(2) is atomic on NFS too, and if its answer was lost the file's number of links says whether it was done.
Nobody but its holder, or a person with `ckreg doctor --break-lock`, ever removes it.
"""

import contextlib
import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

from ckreg.adapters.tree.files import file_mode
from ckreg.adapters.tree.holders import life, this_process
from ckreg.adapters.tree.state import read_own
from ckreg.core.holding import Holder, Life, read_holder
from ckreg.errors import MalformedError

_FIRST_PAUSE, _LONGEST_PAUSE = 0.01, 0.25  # seconds


class HeldError(Exception):
    """Somebody else has the lock, and kept it, or is dead."""


@contextlib.contextmanager
def link_lock(path: Path, timeout_seconds: float) -> Iterator[None]:
    """Hold the lock while the block runs.

    Raises:
        HeldError: it was held for all of the time, or its holder is dead.
        OSError: the folder cannot be written, or the filesystem knows no hard links.
    """
    me = this_process()
    own = path.with_name(f".lock.{me.host}.{me.pid}.{me.token}")
    try:
        own.write_text(me.text())
        own.chmod(file_mode(path.parent))
        _wait(own, path, time.monotonic() + timeout_seconds)
        try:
            yield
        finally:
            _release(me, path)
    finally:
        with contextlib.suppress(OSError):
            own.unlink()


def _wait(own: Path, path: Path, end: float) -> None:
    pause = _FIRST_PAUSE
    while not _linked(own, path):
        if time.monotonic() >= end or _is_dead(path):
            raise HeldError
        time.sleep(pause * random.uniform(0.5, 1))  # noqa: S311  # so that those who wait do not march in step
        pause = min(2 * pause, _LONGEST_PAUSE)


def _linked(own: Path, path: Path) -> bool:
    try:
        os.link(own, path)
    except FileExistsError:
        return own.stat().st_nlink == 2  # noqa: PLR2004  # done all the same: its answer was lost on the way
    return True


def _is_dead(path: Path) -> bool:
    holder = read_holder(read_own(path) or "")
    return holder is not None and life(holder) is Life.DEAD


def _release(me: Holder, path: Path) -> None:
    """Take the lock's name away, unless a person broke the lock and somebody else has it now."""
    with contextlib.suppress(FileNotFoundError, MalformedError):
        if read_holder(read_own(path) or "") == me:
            path.unlink()
