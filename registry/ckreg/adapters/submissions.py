"""What was sent, or is about to be: one file an intent in `.ckreg/submissions/`, until its job is over.

Files are written beside their place, synced and renamed: a killed process leaves a whole one or none.
"""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from ckreg.adapters.tree import Home, file_mode, lock_choice, make_folder, read_own, replace_text
from ckreg.adapters.tree.link_lock import HeldError, link_lock
from ckreg.core.holding import read_holder
from ckreg.core.mounts import LockKind
from ckreg.core.submission.record import Intent, as_text, read_intent
from ckreg.errors import BusyError, MalformedError, OutsideError

_POLL_SECONDS = 0.2


def write(home: Home, intent: Intent) -> None:
    """Note an intent, or what became of it; it is on disk when this returns."""
    replace_text(_folder(home) / f"{intent.id}.json", as_text(intent))


def write_script(home: Home, intent: Intent, text: str) -> Path:
    """The script of an intent's array, beside its note."""
    path = _folder(home) / f"{intent.id}.slurm"
    replace_text(path, text)
    return path


def log_path(home: Home, intent_id: str) -> Path:
    """Where the tasks of an array write until they have opened their own logs."""
    return home.state / "submissions" / f"{intent_id}.out"


def intents(home: Home) -> list[Intent]:
    """All that is noted, the oldest first.

    Raises:
        MalformedError: a note cannot be read: what it stood for may be sent already.
    """
    found = []
    if not (home.state / "submissions").is_dir():
        return []
    for path in _folder(home).glob("*.json"):
        try:
            found.append(read_intent(path.read_bytes().decode()))
        except FileNotFoundError:
            continue
        except (ValueError, OSError, MalformedError) as error:
            raise MalformedError(
                f"{path}: {error}. Look with `squeue --me` what was sent, then remove the file."
            ) from None
    return sorted(found, key=lambda intent: (intent.sent_at, intent.id))


def forget(home: Home, intent: Intent) -> None:
    """Remove a note whose jobs are over, or were never sent."""
    for path in (_folder(home) / f"{intent.id}{suffix}" for suffix in (".json", ".slurm", ".out")):
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


@contextlib.contextmanager
def sending(home: Home, *, timeout_seconds: float) -> Iterator[int]:
    """Be the only one of this clone that sends jobs; gives the descriptor of the lock.

    What inherits the descriptor keeps the lock: an `sbatch` whose caller was killed still holds it, so that
    nobody concludes too early that nothing was sent. Where flock excludes only this host, a file besides
    excludes the others.

    Raises:
        BusyError: somebody else held it for all of that time.
    """
    with contextlib.ExitStack() as held:
        descriptor = held.enter_context(_on_this_host(home, timeout_seconds))
        if lock_choice(home).kind is LockKind.LINK:
            held.enter_context(_on_all_hosts(_folder(home) / "lock.link", timeout_seconds))
        yield descriptor


@contextlib.contextmanager
def _on_all_hosts(path: Path, timeout_seconds: float) -> Iterator[None]:
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(link_lock(path, timeout_seconds))
        except HeldError:
            holder = read_holder(read_own(path) or "")
            who = holder.in_words(datetime.now(UTC)) if holder else "somebody who does not say a name"
            raise BusyError(
                f"{path} is held by {who}: another `ckreg submit`. Try again when it is done; "
                f"if it has ended there, remove the file."
            ) from None
        except OSError as error:
            raise OutsideError(f"{path} cannot be locked: {error.strerror}.") from error
        yield


@contextlib.contextmanager
def _on_this_host(home: Home, timeout_seconds: float) -> Iterator[int]:
    path = _folder(home) / "lock"
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise OutsideError(f"{path} cannot be opened: {error.strerror}.") from error
    with contextlib.suppress(OSError):  # another member's: its maker opened it to the group
        os.fchmod(descriptor, file_mode(path.parent))
    try:
        _lock(descriptor, path, timeout_seconds)
        yield descriptor
    finally:
        os.close(descriptor)


def _lock(descriptor: int, path: Path, timeout_seconds: float) -> None:
    until = time.monotonic() + timeout_seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise BusyError(
                    f"{path} is held: another `ckreg submit`, or an sbatch that it started, still works. "
                    f"Try again when it is done."
                ) from None
            time.sleep(_POLL_SECONDS)
        except OSError:  # a file system without locks
            return
        else:
            return


def _folder(home: Home) -> Path:
    # A registry from somebody else must not lead our files elsewhere through a link.
    folder = home.state / "submissions"
    if not folder.resolve().is_relative_to(home.root.resolve()):
        raise MalformedError(f"{folder} leads out of the registry. Remove the link.")
    make_folder(folder)
    return folder
