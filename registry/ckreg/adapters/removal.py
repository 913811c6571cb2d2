"""Removes folders in two steps, so that a killed process leaves nothing half removed under its own name.

First a folder gets a name that says what is to become of it, beside its place; then it is removed. Links are
never followed: neither a folder that is one, nor one whose parent was replaced by one, nor those inside.
"""

import contextlib
import os
import re
import secrets
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from ckreg.errors import OutsideError

_ASIDE = re.compile(r"\.ckreg-trash-[0-9a-f]{8}-(.+)", re.DOTALL)


def is_folder_itself(path: Path) -> bool:
    """Whether there is a folder, and no link to one."""
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except (OSError, ValueError):
        return False


def original_name(name: str) -> str | None:
    """What a folder that was put aside was called; None for any other name."""
    found = _ASIDE.fullmatch(name)
    return found[1] if found else None


def put_aside(path: Path) -> Path:
    """Rename a folder to what says that it is to be removed; gives its path.

    Raises:
        OutsideError: it is no folder any more, or may not be renamed.
    """
    if original_name(path.name) is not None:
        return path
    name = f".ckreg-trash-{secrets.token_hex(4)}-{path.name}"
    _renamed(path, name)
    return path.with_name(name)


def put_back(aside: Path, path: Path) -> None:
    """Give it its name again, where that is free.

    Raises:
        OutsideError: it may not be renamed.
    """
    if aside != path and not os.path.lexists(path):
        _renamed(aside, path.name)


def remove(aside: Path) -> None:
    """Remove what was put aside, with all that is in it.

    Raises:
        OutsideError: something in it may not be removed; the rest of it may be gone.
    """
    try:
        with _parent(aside) as parent:
            shutil.rmtree(aside.name, dir_fd=parent)
    except OSError as error:
        raise OutsideError(f"{aside} cannot be removed: {error.strerror}.") from error


def _renamed(path: Path, name: str) -> None:
    try:
        with _parent(path) as parent:
            if not stat.S_ISDIR(os.lstat(path.name, dir_fd=parent).st_mode):
                raise OutsideError(f"{path} is no folder any more. Nothing was removed.")
            os.rename(path.name, name, src_dir_fd=parent, dst_dir_fd=parent)
    except OSError as error:
        raise OutsideError(f"{path} cannot be renamed: {error.strerror}. Nothing was removed.") from error


@contextlib.contextmanager
def _parent(path: Path) -> Iterator[int]:
    """The folder that holds it, opened so that no link in its place is followed."""
    handle = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        yield handle
    finally:
        os.close(handle)
