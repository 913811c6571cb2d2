"""Where the registry's cache lies: its own in `.ckreg/`, never one that came with a clone."""

import functools
import os
from pathlib import Path

from ckreg.adapters.git import open_repo
from ckreg.adapters.git.asking import tracked_paths
from ckreg.adapters.tree import Home
from ckreg.errors import CkregError

_NAME = "cache.db"


def cache_path(home: Home) -> Path:
    """Where the cache lies: in `.ckreg/`, or in git's own folder where git tracks what lies there."""
    own = home.state / _NAME
    if not os.path.lexists(own):
        return own
    folder = _instead(home.root)
    return own if folder is None else folder / _NAME


@functools.cache  # a call has one registry, and asks often
def _instead(root: Path) -> Path | None:
    """The folder for the cache where that in `.ckreg/` came with the clone; None where it did not."""
    try:
        repo = open_repo(root)
        if not tracked_paths(repo, f".ckreg/{_NAME}"):
            return None
    except CkregError:  # a folder that was only copied: git brought nothing
        return None
    _warn(f"git tracks .ckreg/{_NAME}: it is ignored. Run `git rm --cached .ckreg/{_NAME}` and remove it.")
    return repo.git_dir / "ckreg"


def _warn(text: str) -> None:
    """Whoever uses ckreg as a library may take it up; else it goes to stderr."""
    import logging  # noqa: PLC0415  # 5 ms for what hardly ever happens

    logging.getLogger("ckreg").warning("ckreg: warning: %s", text)
