"""The intent record: what is about to be changed, on disk before anything is.

`.ckreg/intent.json` lies there only while somebody who holds the registry's lock changes files, index and
HEAD. Found by the next who takes the lock, it tells how to finish or undo what a killed process left.
"""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from ckreg.adapters.git.repo import Repo
from ckreg.adapters.git.texts import refuse_link
from ckreg.adapters.tree import Home, read_text, replace_text
from ckreg.errors import MalformedError, NotFoundError, RefusedError

VERSION = 1
_PRIVATE = {".git", ".ckreg"}


class Sides(NamedTuple):
    """Something before and after the change; None where it is not there."""

    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """One file: its text in the folder, and the ids of its blobs in HEAD and in the index.

    Without ids the three agree before and after; what git makes of the text in the folder is committed.
    """

    path: str
    working: Sides
    committed: Sides | None = None
    staged: Sides | None = None


@dataclass(frozen=True, slots=True)
class Intent:
    """A change that is about to be made: from which commit (None: there is none) and on which host.

    `folders` are those that are made for new files; paths are relative to the registry.
    """

    id: str
    host: str
    head: str | None
    files: tuple[PlannedFile, ...]
    folders: tuple[str, ...]


def new_intent(repo: Repo, head: str | None, files: tuple[PlannedFile, ...]) -> Intent:
    """An intent with an id of its own."""
    folders = {
        folder.as_posix()
        for file in files
        if file.working.after is not None
        for folder in PurePosixPath(file.path).parents
        if not (repo.root / folder).exists()
    }
    return Intent(os.urandom(4).hex(), os.uname().nodename, head, files, tuple(sorted(folders)))


def intent_file(repo: Repo) -> Path:
    """Where the record lies.

    Raises:
        RefusedError: `.ckreg` is a link, or a file.
    """
    refuse_link(repo, ".ckreg/intent.json")
    return Home(repo.root).state / "intent.json"


def write_intent(repo: Repo, intent: Intent) -> Path:
    """Put the record on disk.

    Raises:
        OutsideError: it cannot be written; nothing was changed.
    """
    path = intent_file(repo)
    replace_text(path, json.dumps({"version": VERSION, **asdict(intent)}, ensure_ascii=False) + "\n")
    return path


@contextlib.contextmanager
def held_open(path: Path) -> Iterator[int]:
    """The record, locked: a git that is given this file tells by the lock that it still lives."""
    with path.open("r+b") as file:
        with contextlib.suppress(OSError):  # a file system without locks: there nobody can tell
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield file.fileno()


def is_held(path: Path) -> bool:
    """Whether a git of the process that wrote the record still lives."""
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
    return False


def read_intent(repo: Repo) -> Intent | None:
    """The record that somebody left; None where there is none.

    Raises:
        RefusedError: git tracks it (it came with a clone), or it is a link.
        MalformedError: it is none of ours, or leads out of the registry.
    """
    path = intent_file(repo)
    try:
        text = read_text(path)
    except NotFoundError:
        return None
    if repo.run("ls-files", "--", ".ckreg"):
        raise RefusedError(
            f"git tracks {path}: a change that came with a clone is not carried out. "
            f"Look at it, then `git rm -r --cached .ckreg` and remove it."
        )
    try:
        return _intent(json.loads(text))
    except (ValueError, TypeError, KeyError, RecursionError, AttributeError) as error:
        raise MalformedError(
            f"{path} is to tell what a killed ckreg was changing, and does not. "
            f"See what `git status` says, then remove the file."
        ) from error


def _intent(told: dict[str, object]) -> Intent:
    if told["version"] != VERSION:
        raise ValueError(told["version"])
    files = _list(told["files"])
    return Intent(
        id=_name(told["id"]),
        host=str(told["host"]),
        head=_text(told["head"]),
        files=tuple(_file(**file) for file in files),
        folders=tuple(_path(folder) for folder in _list(told["folders"])),
    )


def _file(path: object, working: object, committed: object, staged: object) -> PlannedFile:
    return PlannedFile(
        _path(path),
        _sides(working),
        None if committed is None else _ids(committed),
        None if staged is None else _ids(staged),
    )


def _list(told: object) -> list:  # type: ignore[type-arg]  # what is in it is looked at by the caller
    if not isinstance(told, list):
        raise TypeError(told)
    return told


def _text(told: object) -> str | None:
    if not (told is None or isinstance(told, str)):
        raise TypeError(told)
    return told


def _sides(told: object) -> Sides:
    before, after = _list(told)
    return Sides(_text(before), _text(after))


def _ids(told: object) -> Sides:
    sides = _sides(told)
    for side in sides:
        if side is not None:
            int(side, 16)
    return sides


def _name(told: object) -> str:
    if not (isinstance(told, str) and told.isalnum()):
        raise ValueError(told)
    return told


def _path(told: object) -> str:
    """A path inside the registry, to a place where documents may lie."""
    path = PurePosixPath(str(told))
    private = any(part.lower() in _PRIVATE for part in path.parts)
    if str(path) != told or path.is_absolute() or ".." in path.parts or private or not path.parts:
        raise ValueError(told)
    return told
