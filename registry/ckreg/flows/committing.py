"""Commits files as a function of their text; one change, one commit."""

import contextlib
from collections.abc import Callable, Iterator, Mapping

from ckreg.adapters.git import Change, Repo, Texts, commit_change, open_repo, recover, require_identity
from ckreg.adapters.tree import Home, locked

Edit = Callable[[str | None], str]


@contextlib.contextmanager
def changing(home: Home, *, timeout_seconds: float = 60.0) -> Iterator[Repo]:
    """Hold the registry's lock, with whatever a killed process left finished or undone.

    Raises:
        BusyError: somebody else held the lock for too long, or git is in the middle of something.
        MalformedError, RefusedError: what a killed process seems to have left is not to be trusted.
    """
    repo = open_repo(home.root)
    with locked(home, timeout_seconds=timeout_seconds):
        recover(repo)
        yield repo


def finish_interrupted(home: Home) -> str | None:
    """Finish or undo the change that a killed process left; gives in words what was done, None if nothing.

    Raises:
        CkregError: as `changing`.
    """
    if not (home.state / "intent.json").exists():
        return None
    with locked(home):
        return recover(open_repo(home.root))


def commit_edits(home: Home, edits: Mapping[str, Edit], message: str) -> str | None:
    """Commit edits by path (relative to the registry); each gets the old text, None where there is no file.

    Returns:
        The commit's id, None where nothing changed.

    Raises:
        CkregError: see `commit_change`; files, index and history are then as before.
    """
    require_identity(home.root)

    def plan(old: Mapping[str, Texts]) -> Change:
        return Change({path: old[path].map(edit) for path, edit in edits.items()}, message)

    with changing(home) as repo:
        return commit_change(repo, list(edits), plan)
