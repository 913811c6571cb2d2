"""Replacing whole files; files and folders that a group shares."""

import contextlib
import os
import stat
from collections.abc import Iterable
from pathlib import Path

from ckreg.errors import OutsideError


def replace_text(path: Path, text: str) -> None:
    """Put `text` in the file's place whole, or leave it as it is: written beside it, synced, renamed.

    The file's mode is kept; a link is followed, so that it stays a link.

    Raises:
        OutsideError: the folder is read-only, the disk is full; the old file is untouched.
    """
    replace_parts(path.resolve(), [text.encode()])


def replace_parts(
    path: Path, parts: Iterable[bytes], *, mode: int | None = None, synced: bool = True
) -> None:
    """The same with the parts of a file as they come, and a mode; what is a link is replaced itself.

    What can be made again need not be `synced`: a machine that loses its power may lose it.

    Raises:
        OutsideError: as `replace_text`.
    """
    import tempfile  # noqa: PLC0415  # 5 ms that reading verbs need not pay

    try:
        make_folder(path.parent)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.writelines(parts)
                file.flush()
                if synced:
                    os.fsync(file.fileno())
            os.chmod(name, _mode_for(path) if mode is None else mode)  # noqa: PTH101  # a name that mkstemp gave
            os.replace(name, path)  # noqa: PTH105
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(name)  # noqa: PTH108
            raise
    except OSError as error:
        raise OutsideError(f"{path} cannot be written: {error.strerror}. Nothing was changed.") from error


def _mode_for(path: Path) -> int:
    return path.stat().st_mode & 0o7777 if path.exists() else file_mode(path.parent)


def can_be_written(path: Path) -> bool:
    """Whether this person may write the file, or make it and the folders above it, as its disk says."""
    there = path
    while not os.path.exists(there):  # noqa: PTH110  # Path's fails where none may look
        there = there.parent
    # A database is written with a journal beside it.
    return os.access(there, os.W_OK) and (there.is_dir() or os.access(there.parent, os.W_OK))


def make_folder(folder: Path) -> None:
    """Make a folder and those above it where they are missing; in one that a group shares, as that one is.

    Raises:
        OSError: it cannot be made.
    """
    try:
        folder.mkdir()
    except FileExistsError:
        if not folder.is_dir():
            raise
    except FileNotFoundError:
        make_folder(folder.parent)
        make_folder(folder)
    else:
        above = folder.parent.stat().st_mode
        if same_group(above):  # the kernel hands the group down, but the umask takes its rights away
            folder.chmod(above & 0o7777)


def file_mode(folder: Path) -> int:
    """A new file's mode: what the umask leaves; in a folder that a group shares, the group may write."""
    mode = folder.stat().st_mode
    return 0o660 | mode & 0o006 if same_group(mode) else 0o666 & ~_umask()


def same_group(mode: int) -> bool:
    """Whether a folder's mode says that a group shares it: it may write, and new files are the group's."""
    return bool(mode & stat.S_ISGID and mode & stat.S_IWGRP)


def group_umask(folder: Path) -> int:
    """The umask for programs that write in a folder: it lets a group that shares it write.

    Elsewhere -1, which subprocess takes as "leave it as it is".
    """
    try:
        return _umask() & ~0o070 if same_group(folder.stat().st_mode) else -1
    except OSError:
        return -1


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
