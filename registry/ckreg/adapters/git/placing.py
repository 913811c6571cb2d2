"""Puts several texts in their files' places: all are written beside them first, then renamed."""

import contextlib
import glob
import os
from collections.abc import Mapping
from pathlib import Path

from ckreg.adapters.git.intent import Intent, PlannedFile, Sides
from ckreg.adapters.git.repo import Repo
from ckreg.adapters.git.texts import refuse_link
from ckreg.adapters.git.trying import TryAgainError
from ckreg.adapters.tree import replace_text
from ckreg.errors import OutsideError


def place(repo: Repo, intent: Intent) -> None:
    """Put the texts after the change into the folder.

    Raises:
        TryAgainError: somebody saved one of the files since it was read.
        OutsideError: the disk is full, or a folder is read-only.
    """
    changing = {file.path: file.working for file in placed(intent)}
    _write_beside(repo, intent, changing)
    for path, working in changing.items():
        file = repo.root / path
        # An editor may have saved the file since it was read.
        if text_of(file) != working.before:
            raise TryAgainError(f"{file} is being edited")
        rename(beside(file, intent.id), file)


def placed(intent: Intent) -> list[PlannedFile]:
    """The files of a change that get another text in the folder."""
    return [file for file in intent.files if file.working.after not in {None, file.working.before}]


def _write_beside(repo: Repo, intent: Intent, changing: Mapping[str, Sides]) -> None:
    for path, working in changing.items():
        file = beside(repo.root / path, intent.id)
        refuse_link(repo, str(file.relative_to(repo.root)))
        replace_text(file, working.after or "")


def beside(file: Path, intent_id: str) -> Path:
    """Where a new text waits for the rename; the name tells whose it is."""
    return file.with_name(f".{file.name}.ckreg-{intent_id}")


def text_of(file: Path) -> str | None:
    """The text in the folder, whatever it is; None where there is no file.

    Raises:
        OutsideError: it cannot be read.
    """
    try:
        if file.is_fifo():  # somebody put one there meanwhile: it would be waited for with the lock in hand
            raise OutsideError(f"{file} is a pipe. Remove it.")
        return file.read_bytes().decode(errors="surrogateescape")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise OutsideError(f"{file} cannot be read: {error.strerror}.") from error


def rename(source: Path, target: Path) -> None:
    """Rename within a folder; the mode of the file that was there is kept.

    Raises:
        OutsideError: that cannot be.
    """
    try:
        with contextlib.suppress(FileNotFoundError):
            source.chmod(target.stat().st_mode & 0o7777)
        os.replace(source, target)  # noqa: PTH105  # the same, and half the time
    except OSError as error:
        raise OutsideError(f"{target} cannot be written: {error.strerror}.") from error


def sweep(repo: Repo, intent: Intent) -> None:
    """Remove what `place` left beside the files, and folders that were made for them and are empty."""
    for file in intent.files:
        place_of = beside(repo.root / file.path, intent.id)
        for left in (place_of, *place_of.parent.glob(f".{glob.escape(place_of.name)}.????????")):
            with contextlib.suppress(OSError):
                left.unlink()
    for folder in sorted(intent.folders, key=len, reverse=True):
        with contextlib.suppress(OSError):
            (repo.root / folder).rmdir()
