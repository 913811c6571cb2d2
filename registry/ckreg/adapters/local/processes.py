"""Which process is meant: ids are used again, so each goes with the moment of its birth."""

import os
import signal
import subprocess
from functools import cache
from pathlib import Path
from typing import NamedTuple

_AFTER_NAME = 19  # of /proc/PID/stat: starttime, counted from the state, which follows the name
_GONE = ("Z", "X")


class Process(NamedTuple):
    """A process, and what only this one of its id has: when it was born, and in which boot."""

    pid: int
    born: str


def process(pid: int) -> Process | None:
    """The process of this id, None where there is none, or only what is left of one."""
    born = _born(pid)
    return None if born is None else Process(pid, born)


def is_alive(one: Process | None) -> bool:
    """Whether this very process still runs."""
    return one is not None and _born(one.pid) == one.born


def signal_group(leader: Process, number: signal.Signals) -> None:
    """Send a signal to the group that this process leads, if it still is this process."""
    if is_alive(leader):
        kill_group(leader.pid, number)


def kill_group(pid: int, number: signal.Signals) -> None:
    """Send a signal to a group; that nobody is left in it is no failure."""
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        return


def _born(pid: int) -> str | None:
    if not os.path.isdir("/proc/self"):  # noqa: PTH112  # asked for each process
        return _born_by_ps(pid)
    try:
        told = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return None
    fields = told.rpartition(b")")[2].decode(errors="replace").split()
    return None if fields[0] in _GONE else f"{_boot()} {fields[_AFTER_NAME]}"


def _born_by_ps(pid: int) -> str | None:
    done = subprocess.run(
        ["ps", "-o", "stat=,lstart=", "-p", str(pid)],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "LC_ALL": "C"},
    )
    state, _, born = done.stdout.strip().partition(" ")
    return None if not state or state.startswith(_GONE) else " ".join(born.split())


@cache
def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""
