"""Puts blobs into the index, and texts into blobs."""

import time
from collections.abc import Iterable, Mapping

from ckreg.adapters.git.repo import Repo, last_words
from ckreg.adapters.git.safe import SAFE
from ckreg.adapters.git.trying import TRIES, WAIT_SECONDS
from ckreg.errors import BusyError, OutsideError

_NEW_FILE = "100644"


def blob_id(repo: Repo, path: str, text: str, *, as_in_folder: bool) -> str:
    """The id of a text as an object, which is written.

    `as_in_folder` says that the text lies so in the folder: git's filters for the path (line endings) make
    the blob of it.
    """
    how = (f"--path={path}",) if as_in_folder else ()
    return repo.run(*SAFE, "hash-object", "-w", *how, "--stdin", stdin=text).strip()


def index_info(repo: Repo, blobs: Mapping[str, str]) -> str:
    """What `git update-index --index-info` reads, by path relative to the registry."""
    modes = _modes(repo, blobs)
    return "".join(
        f"{modes.get(path, _NEW_FILE)} {blob}\t{repo.prefix}{path}\0" for path, blob in blobs.items()
    )


def _modes(repo: Repo, paths: Iterable[str]) -> dict[str, str]:
    """The modes of the files that are in the index, by path."""
    listed = repo.run("ls-files", "--stage", "-z", "--", *paths).split("\0")
    return {path: facts.split(" ", 1)[0] for facts, _, path in (entry.partition("\t") for entry in listed)}


def stage(repo: Repo, blobs: Mapping[str, str | None]) -> None:
    """Put blobs into the index; None takes a path out of it.

    Raises:
        OutsideError: git cannot write it.
        BusyError: somebody holds it.
    """
    kept = {path: blob for path, blob in blobs.items() if blob is not None}
    gone = [path for path in blobs if path not in kept]
    if kept:
        _change_index(repo, "--add", "-z", "--index-info", stdin=index_info(repo, kept))
    if gone:
        _change_index(repo, "--force-remove", "--", *gone)


def _change_index(repo: Repo, *words: str, stdin: str | None = None) -> None:
    for _ in range(TRIES):
        done = repo.call(*SAFE, "update-index", *words, stdin=stdin)
        if done.returncode == 0:
            return
        if "index.lock" not in done.stderr or "Permission denied" in done.stderr:
            raise OutsideError(f"`git update-index` failed in {repo.root}: {last_words(done)}")
        time.sleep(WAIT_SECONDS)
    raise BusyError(
        f"{repo.git_dir / 'index.lock'} is there: another git is running, or one died. "
        f"Remove it if none runs."
    )
