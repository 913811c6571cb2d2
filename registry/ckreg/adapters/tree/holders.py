"""Processes that hold a lock: this one as a holder, and what is known of another."""

import os
from datetime import UTC, datetime
from pathlib import Path

from ckreg.core.holding import Holder, Life, life_of

_STATE_AND_START = (0, 19)  # places in /proc/PID/stat behind the command's closing bracket, proc(5)


def this_process() -> Holder:
    """This process as the holder of a lock, from now on."""
    pid = os.getpid()
    return Holder(
        os.uname().nodename,
        pid,
        _person(),
        datetime.now(UTC),
        _started(pid) or 0,
        _space(),
        os.urandom(8).hex(),
    )


def life(holder: Holder) -> Life:
    """Whether a holder lives, as far as this host can tell."""
    return life_of(holder, this_process(), _started(holder.pid))


def _started(pid: int) -> int | None:
    """When a process began, in clock ticks since boot; None where there is none, 0 where that is hidden."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        state, start = (fields[place] for place in _STATE_AND_START)
    except (OSError, IndexError):
        return _signalled(pid)  # no /proc here, or mounted with hidepid, which shows only one's own
    return None if state in {b"Z", b"X"} else int(start)  # a zombie has ended, its parent has not looked


def _signalled(pid: int) -> int | None:
    """0 if a signal would find a process with this number, None if not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except (OSError, OverflowError):
        return 0
    return 0


def _space() -> str:
    try:
        return os.readlink("/proc/self/ns/pid")  # noqa: PTH115  # a name such as pid:[4026531836], no path
    except OSError:
        return ""


def _person() -> str:
    import pwd  # noqa: PLC0415  # only whoever takes the lock has to say a name

    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return f"user {os.geteuid()}"
