"""Reads files three times: as committed in HEAD, as staged, and as they lie in the folder."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from ckreg.adapters.git.objects import Objects
from ckreg.adapters.git.repo import Repo
from ckreg.adapters.git.trying import TryAgainError, until_at_rest
from ckreg.adapters.tree import read_text
from ckreg.errors import BusyError, NotFoundError, RefusedError

# git-status(1), "Porcelain Format Version 2": changed, unmerged, untracked, ignored.
_COLUMNS_BEFORE_PATH = {"1": 8, "u": 10, "?": 1, "!": 1}


class Texts(NamedTuple):
    """A file as committed in HEAD, as staged and as it lies in the folder; None where it is not."""

    committed: str | None
    staged: str | None
    working: str | None

    def map(self, edit: Callable[[str | None], str | None]) -> "Texts":
        """Each of the three edited for itself; once where they agree."""
        committed = edit(self.committed)
        staged = committed if self.staged == self.committed else edit(self.staged)
        working = committed if self.working == self.committed else edit(self.working)
        return Texts(committed, staged, working)


class Standing(NamedTuple):
    """The files at one moment, with the commit of HEAD (None before the first).

    `dirty` are the paths that are new or whose texts do not agree; for all others the texts are the one in
    the folder, with the line endings that git gives it there.
    """

    head: str | None
    dirty: frozenset[str]
    texts: Mapping[str, Texts]


def read_texts(repo: Repo, paths: Sequence[str]) -> Mapping[str, Texts]:
    """The texts of some files, for somebody who only looks; this needs no lock.

    Raises:
        RefusedError: a file is a link, or lies behind one.
        BusyError: somebody's git holds the index.
    """
    return until_at_rest(repo, lambda: read_standing(repo, paths)).texts


def read_standing(repo: Repo, paths: Sequence[str]) -> Standing:
    """The files as they stand.

    Raises:
        RefusedError: a file is a link, or lies behind one.
        BusyError: HEAD is detached.
        TryAgainError: git was at work in between.
    """
    for path in paths:
        refuse_link(repo, path)
    index = _index_at_rest(repo)
    head, dirty = _ask_status(repo, paths)
    dirty |= _hidden(repo, paths)
    folder = {path: _in_folder(repo, path) for path in paths}
    texts = {path: Texts(text, text, text) for path, text in folder.items()}
    differing = [path for path in paths if path in dirty or folder[path] is None]
    texts |= _three_texts(repo, {path: folder[path] for path in differing})
    if _index_at_rest(repo) != index:
        raise TryAgainError("the index is being changed")
    return Standing(head, dirty, texts)


def refuse_link(repo: Repo, path: str) -> None:
    """See that neither a file nor a folder above it is a link: a registry must not make us write elsewhere.

    Raises:
        RefusedError: one is.
    """
    if (repo.root / path).resolve() != repo.root.resolve() / path:
        raise RefusedError(
            f"{repo.root / path} is a link, or lies behind one: ckreg writes through no links."
        )


def _index_at_rest(repo: Repo) -> tuple[int, int] | None:
    """The index file's identity while no git is about to replace it; None before the first.

    A `git commit` changes HEAD first and the index after: read in between, they would contradict each other.
    """
    if (repo.git_dir / "index.lock").exists():
        raise TryAgainError(f"{repo.git_dir / 'index.lock'} is there")
    try:
        index = (repo.git_dir / "index").stat()
    except FileNotFoundError:
        return None
    return index.st_ino, index.st_mtime_ns


def _ask_status(repo: Repo, paths: Sequence[str]) -> tuple[str | None, frozenset[str]]:
    asked = ("--porcelain=v2", "--branch", "-z", "--no-renames", "--untracked-files=all", "--ignored", "--")
    entries = [entry for entry in repo.run("status", *asked, *paths).split("\0") if entry]
    told = dict(entry[2:].split(" ", 1) for entry in entries if entry.startswith("# branch."))
    if told.get("branch.head") == "(detached)":
        raise BusyError(f"{repo.root}: HEAD is detached. `git switch` to a branch, then try again.")
    files = [entry for entry in entries if entry[0] in _COLUMNS_BEFORE_PATH]
    tops = {entry.split(" ", _COLUMNS_BEFORE_PATH[entry[0]])[-1] for entry in files}
    head = told.get("branch.oid")
    dirty = frozenset(path for path in paths if repo.prefix + path in tops)
    return None if head == "(initial)" else head, dirty


def _hidden(repo: Repo, paths: Sequence[str]) -> frozenset[str]:
    """The paths that git was told to pass over (assume-unchanged, skip-worktree): it sees no change there."""
    entries = repo.run("ls-files", "-v", "-z", "--", *paths).split("\0")
    return frozenset(entry[2:] for entry in entries if entry[:1].islower() or entry[:1] == "S")


def _in_folder(repo: Repo, path: str) -> str | None:
    try:
        return read_text(repo.root / path)
    except NotFoundError:  # what is there and is no plain file is refused, not replaced
        return None


def _three_texts(repo: Repo, folder: Mapping[str, str | None]) -> dict[str, Texts]:
    """The texts of files that differ, of all of them by one git."""
    if not folder:
        return {}
    with Objects(repo) as objects:
        return {
            path: Texts(objects.text(f"HEAD:./{path}"), objects.text(f":./{path}"), working)
            for path, working in folder.items()
        }
