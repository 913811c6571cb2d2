"""Commits files as a function of their text; one change, one commit."""

from collections.abc import Callable, Mapping

from ckreg.adapters.git import Change, Texts, commit_change, open_repo, require_identity
from ckreg.adapters.tree import Home, locked

Edit = Callable[[str | None], str]


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

    with locked(home):
        return commit_change(open_repo(home.root), list(edits), plan)
