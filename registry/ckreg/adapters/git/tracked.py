"""Which files below a folder git tracks, whatever repository that is in."""

from pathlib import Path

from ckreg.adapters.git.repo import call_git
from ckreg.errors import OutsideError

# The repository may be anybody's: its settings must not make git start a program.
_QUIET = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")


def tracked_below(folder: Path) -> frozenset[str]:
    """The tracked files, as paths relative to the folder; none where it is in no repository.

    Raises:
        OutsideError: git cannot tell.
    """
    done = call_git(folder, *_QUIET, "ls-files", "-z", "--", ".")
    if done.returncode == 0:
        return frozenset(filter(None, done.stdout.split("\0")))
    if "not a git repository" in done.stderr:
        return frozenset()
    raise OutsideError(f"{folder}: git cannot tell what it tracks there: {done.stderr.strip()}")
