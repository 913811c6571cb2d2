"""Breaking the lock, for a person who knows that its holder is gone."""

import os
from pathlib import Path
from typing import NamedTuple

from ckreg.adapters.tree.files import file_mode
from ckreg.adapters.tree.holders import life, this_process
from ckreg.adapters.tree.home import Home
from ckreg.adapters.tree.kind import recorded_choice
from ckreg.adapters.tree.lock import HOLDER, LOCK, holder_of
from ckreg.adapters.tree.state import read_own
from ckreg.core.holding import Holder, Life, read_holder
from ckreg.core.mounts import LockKind
from ckreg.errors import BusyError, OutsideError, RefusedError


class Held(NamedTuple):
    """A lock that somebody holds: who, as far as it says, and what is known of them here."""

    path: Path
    kind: LockKind
    holder: Holder | None
    life: Life


def held_lock(home: Home) -> Held | None:
    """The lock, if somebody holds it.

    Raises:
        CkregError: what lies in its place is none.
    """
    choice = recorded_choice(home)
    path = home.state / LOCK
    if choice is None or not path.exists() or (choice.kind is LockKind.FLOCK and _is_free(path)):
        return None
    holder = holder_of(home, choice.kind)
    return Held(path, choice.kind, holder, life(holder) if holder else Life.UNKNOWN)


def break_lock(home: Home, held: Held) -> None:
    """Take the lock away from the holder that was shown.

    Raises:
        RefusedError: the holder lives on this host.
        BusyError: somebody else has the lock by now.
        OutsideError: it cannot be removed.
    """
    if held.holder and held.life is Life.ALIVE:
        raise RefusedError(
            f"Process {held.holder.pid} runs on this host and holds the lock. "
            f"Wait, or end it (`kill {held.holder.pid}`): the lock is then free or can be broken."
        )
    taken = BusyError("Somebody else holds the lock by now. Call `ckreg doctor` again.")
    if holder_of(home, held.kind) != held.holder:
        raise taken
    aside = held.path.with_name(f".lock.broken.{this_process().token}")
    try:
        held.path.rename(aside)
        if held.kind is LockKind.LINK and read_holder(read_own(aside) or "") != held.holder:
            os.link(aside, held.path)  # between our look and the renaming it changed hands
            raise taken
        if held.kind is LockKind.FLOCK:
            held.path.with_name(HOLDER).unlink(missing_ok=True)
    except FileNotFoundError:
        return  # its holder gave it back just now
    except OSError as error:
        raise OutsideError(f"{held.path} cannot be removed: {error.strerror}.") from error
    finally:
        aside.unlink(missing_ok=True)


def _is_free(path: Path) -> bool:
    """Whether the kernel gives the lock at once."""
    from filelock import FileLock, Timeout  # noqa: PLC0415  # only for somebody who looks at the lock

    try:
        with FileLock(path, timeout=0, mode=file_mode(path.parent), fallback_to_soft=False):
            return True
    except Timeout:
        return False
    except OSError as error:
        raise OutsideError(f"{path} cannot be looked at: {error.strerror}.") from error
