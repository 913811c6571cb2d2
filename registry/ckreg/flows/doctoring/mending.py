"""What `ckreg doctor --fix` puts right by itself: only what cannot lose anything."""

from collections.abc import Callable, Iterator
from pathlib import Path

from ckreg.adapters.git import open_repo
from ckreg.adapters.git.asking import common_folder, git_config
from ckreg.adapters.sharing import folders_of, remove_leftovers, share
from ckreg.adapters.tree import Home, find_home, lock_choice, locked, mount_at, read_own
from ckreg.core.health import sharing
from ckreg.core.mounts import chosen
from ckreg.core.units import counted
from ckreg.errors import MalformedError, NotFoundError
from ckreg.flows.committing import finish_interrupted
from ckreg.flows.mending import mend as remerge


def mend(start: Path) -> list[str]:
    """Put right what can be, in the registry that `start` lies in; what was done, in words.

    Raises:
        CkregError: something could not be put right.
    """
    try:
        home = find_home(start)
    except NotFoundError:
        return []
    return [word for mender in MENDERS for word in mender(home)]


def _lock_kind(home: Home) -> Iterator[str]:
    """Record the kind of lock for this filesystem, while nobody holds the old one."""
    path = home.state / "lock.kind"
    here = chosen(mount_at(home.root))
    try:
        if lock_choice(home) == here:
            return
        with locked(home, timeout_seconds=5.0):
            path.unlink()
            (home.state / "lock").unlink(
                missing_ok=True
            )  # for the other kind a file that is there is a lock held
    except MalformedError:
        if path.is_symlink() or read_own(path) is not None:
            path.unlink()
    lock_choice(home)
    yield f"Recorded the lock `{here.kind}` for {here.filesystem}."


def _leftovers(home: Home) -> Iterator[str]:
    if gone := remove_leftovers(home):
        yield f"Removed {counted(len(gone), 'file')} of killed processes from .ckreg/."


def _modes(home: Home) -> Iterator[str]:
    """Open a group's clone to the group, as far as its files are ours."""
    group = sharing.is_shared(git_config(home.root, "core.sharedRepository"))
    git_folder = common_folder(open_repo(home.root))
    if group and sharing.modes(group, folders_of(home, git_folder)).remedy:
        share(home, git_folder)
        yield "Opened the clone's files to its group."


def _unfinished(home: Home) -> Iterator[str]:
    """Finish or undo the change that a killed ckreg had begun."""
    if done := finish_interrupted(home):
        yield done


def _merges(home: Home) -> Iterator[str]:
    """Do the merges again that left faults in documents."""
    for mended in remerge(home):
        if mended.refused:
            yield f"{mended.path} was left as it is: {mended.refused}"
        elif mended.commit:
            yield f"Merged {mended.path} again, by row: commit {mended.commit[:10]}."


MENDERS: tuple[Callable[[Home], Iterator[str]], ...] = (_lock_kind, _leftovers, _modes, _unfinished, _merges)
