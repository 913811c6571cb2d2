"""The frame around a change: recorded before it begins, settled if it fails or if its process was killed."""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import replace

from ckreg.adapters.git.intent import Intent, held_open, intent_file, is_held, read_intent, write_intent
from ckreg.adapters.git.leftovers import clear_dead_locks
from ckreg.adapters.git.repo import Repo
from ckreg.adapters.git.settling import settle
from ckreg.adapters.git.trying import TryAgainError
from ckreg.errors import BusyError, CkregError, OutsideError, RefusedError

_LOOKS = 100
_SECONDS_BETWEEN = 0.1


@contextlib.contextmanager
def announced(repo: Repo, intent: Intent) -> Iterator[Repo]:
    """Record a change; gives the repository whose gits the record is told to be alive by.

    Where the change fails, files and index are brought to where HEAD is.

    Raises:
        OutsideError: that cannot be either: the record stays, and the next call does it.
    """
    path = write_intent(repo, intent)
    with held_open(path) as record:
        try:
            yield replace(repo, inherited=(record,))
        except BaseException as error:
            _bring_back(repo, intent, error)
            raise
    path.unlink(missing_ok=True)


def _bring_back(repo: Repo, intent: Intent, error: BaseException) -> None:
    path = intent_file(repo)
    try:
        if not isinstance(error, (TryAgainError, RefusedError)):  # a git may have been killed
            clear_dead_locks(repo, path.stat().st_mtime_ns, host=intent.host)
        settle(repo, intent)
    except (CkregError, OSError) as why:
        raise OutsideError(
            f"{error} What was half done could not be undone: {why} The next call does it."
        ) from why
    path.unlink(missing_ok=True)


def recover(repo: Repo) -> str | None:
    """Finish or undo what a killed process left; gives in words what was done, None where nothing was left.

    The registry's lock is held by the caller.

    Raises:
        BusyError: git is in the middle of something, or a git of the killed process is still at work.
        MalformedError, RefusedError: the record is not to be trusted.
    """
    path = intent_file(repo)
    if not path.exists():
        return None
    intent = read_intent(repo)
    if intent is None:
        return None
    if operation := repo.under_way():
        raise BusyError(f"{repo.root}: git is in the middle of {operation}. Finish it, then try again.")
    _wait_for_its_git(repo, intent)
    clear_dead_locks(repo, path.stat().st_mtime_ns, host=intent.host)
    finished = settle(repo, intent)
    path.unlink(missing_ok=True)
    names = ", ".join(file.path for file in intent.files)
    return f"{'Finished' if finished else 'Undid'} the change of {names} that a killed ckreg had begun."


def _wait_for_its_git(repo: Repo, intent: Intent) -> None:
    """Wait while the git lives on that a killed process started: it may yet commit."""
    path = intent_file(repo)
    for _ in range(_LOOKS):
        if not is_held(path):
            return
        time.sleep(_SECONDS_BETWEEN)
    if (repo.git_dir / "index.lock").exists():
        raise BusyError(
            f"{repo.git_dir / 'index.lock'} is held by a git that a killed ckreg started on {intent.host}. "
            f"Wait until it is done, or end it."
        )
