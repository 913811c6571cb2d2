"""The registry's one lock."""

import contextlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from ckreg.adapters.tree.files import file_mode
from ckreg.adapters.tree.holders import life, this_process
from ckreg.adapters.tree.home import Home
from ckreg.adapters.tree.hosts import refuse_unless_commits
from ckreg.adapters.tree.kind import lock_choice
from ckreg.adapters.tree.link_lock import HeldError, link_lock
from ckreg.adapters.tree.state import read_own
from ckreg.core.holding import Holder, Life, read_holder
from ckreg.core.mounts import LockKind
from ckreg.errors import BusyError, MalformedError, OutsideError, StaleLockError

LOCK, HOLDER = "lock", "lock.holder"


@contextlib.contextmanager
def locked(home: Home, *, timeout_seconds: float = 60.0) -> Iterator[None]:
    """Hold the registry's one lock.

    Raises:
        BusyError: somebody else held it for all of `timeout_seconds`; the message says who.
        StaleLockError: its holder is dead.
        RefusedError: this host does not commit here.
        OutsideError: the lock cannot be taken here.
        MalformedError: what lies in the lock's place is none.
    """
    refuse_unless_commits(home)
    kind = lock_choice(home).kind
    path = home.state / LOCK
    if path.is_symlink():
        raise MalformedError(f"{path} is a link. Remove it: ckreg writes only inside the registry.")
    with contextlib.ExitStack() as held:
        try:
            if kind is LockKind.FLOCK:
                held.enter_context(_kernel_lock(home, timeout_seconds))
            else:
                held.enter_context(link_lock(path, timeout_seconds))
        except HeldError:
            raise busy(home, kind) from None
        except OSError as error:
            raise OutsideError(
                f"{path} cannot be locked: {error.strerror}. `ckreg doctor` says more."
            ) from error
        yield


@contextlib.contextmanager
def _kernel_lock(home: Home, timeout_seconds: float) -> Iterator[None]:
    from filelock import FileLock, Timeout  # noqa: PLC0415  # 15 ms that reading verbs need not pay

    note = home.state / HOLDER
    lock = FileLock(home.state / LOCK, mode=file_mode(home.state), fallback_to_soft=False)
    try:
        lock.acquire(timeout=timeout_seconds)
    except Timeout:
        raise HeldError from None
    try:
        _write(note, this_process().text())
        try:
            yield
        finally:
            note.unlink(missing_ok=True)
    finally:
        lock.release()


def _write(note: Path, text: str) -> None:
    """Say who has the lock. One that a killed process left is no longer true, whoever wrote it."""
    note.unlink(missing_ok=True)
    number = os.open(note, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(number, "w") as file:
        os.fchmod(number, file_mode(note.parent))
        file.write(text)


def holder_of(home: Home, kind: LockKind) -> Holder | None:
    """Who has the lock, as far as its file says.

    Raises:
        MalformedError: a link or the like lies in the file's place.
    """
    return read_holder(read_own(home.state / (HOLDER if kind is LockKind.FLOCK else LOCK)) or "")


def busy(home: Home, kind: LockKind) -> BusyError:
    """Why the lock could not be had, and what to do."""
    path = home.state / LOCK
    try:
        holder = holder_of(home, kind)
    except (MalformedError, OutsideError) as error:
        return BusyError(f"{path} is held: {error}")
    if holder is None:
        return BusyError(
            f"{path} is held, and does not say by whom. Try again; `ckreg doctor` if it stays so."
        )
    who = f"{path} is held by {holder.in_words(datetime.now(UTC))}"
    match life(holder):
        case Life.ALIVE:
            return BusyError(f"{who}. Try again when it is done.")
        case Life.DEAD if kind is LockKind.LINK:
            said = f"{who}, which has ended without giving it back."
            return StaleLockError(f"{said} `ckreg doctor --break-lock` removes it.")
        case _:
            return BusyError(
                f"{who}; from here nobody can say whether it still runs. If it does not, "
                f"`ckreg doctor --break-lock` removes the lock."
            )
