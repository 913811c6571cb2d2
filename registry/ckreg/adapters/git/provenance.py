"""Which commit a file is of, in whatever repository holds it; nothing that this repository names is run."""

from pathlib import Path

from ckreg.adapters.git.repo import call_git
from ckreg.errors import CkregError

# The repository may be anybody's: its settings must not make git start a program or fetch.
_QUIET = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")
_NO_FETCH = {"GIT_NO_LAZY_FETCH": "1"}


def commit_of(file: Path) -> str | None:
    """The commit that last changed the file, with `-dirty` where it has been changed since.

    None where git does not know the file, or is not there.
    """
    try:
        file = file.resolve()
        commit = _asked(file.parent, "rev-list", "-1", "HEAD", "--", file.name)
        if not commit:
            return None
        committed = _asked(file.parent, "rev-parse", f"HEAD:./{file.name}")
        # Without filters: a repository may name programs as such.
        here = _asked(file.parent, "hash-object", "--no-filters", "--", file.name)
    except (CkregError, OSError, ValueError):
        return None
    return commit if here == committed else f"{commit}-dirty"


def _asked(folder: Path, *words: str) -> str:
    done = call_git(folder, *_QUIET, *words, env=_NO_FETCH)
    return "" if done.returncode else done.stdout.strip()
