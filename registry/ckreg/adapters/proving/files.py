"""Is a rename atomic, does fsync work, do the clocks agree?"""

import os
import time
from pathlib import Path

from ckreg.adapters.proving.helper import LONG, TEXT
from ckreg.adapters.proving.scratch import SECONDS, helpers
from ckreg.core.health.mount import Replaced

_TIMES = 100


def replaced(folder: Path) -> Replaced:
    """What a reader sees of a file that another process replaces again and again."""
    path = folder / TEXT
    path.write_text("a" * LONG)
    whole = {"a" * LONG, "b" * LONG}
    reads = torn = missing = 0
    end = time.monotonic() + SECONDS
    with helpers(folder, "replace", str(_TIMES)) as (writer,):
        while writer.poll() is None and time.monotonic() < end:
            reads += 1
            try:
                torn += path.read_text() not in whole
            except FileNotFoundError:
                missing += 1
    return Replaced(reads, torn, missing)


def fsync_seconds(folder: Path) -> float:
    """How long it takes to bring a small new file and its folder to disk.

    Raises:
        OSError: it cannot be done.
    """
    begin = time.monotonic()
    path = folder / "synced"
    with path.open("wb") as file:
        file.write(b"x" * 4096)
        file.flush()
        os.fsync(file.fileno())
    above = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(above)
    finally:
        os.close(above)
    return time.monotonic() - begin


def clock_skew(folder: Path) -> float:
    """Seconds by which this machine's clock is ahead of the one that stamps new files."""
    path = folder / "stamped"
    before = time.time()
    path.write_bytes(b"x")
    return (before + time.time()) / 2 - path.stat().st_mtime
