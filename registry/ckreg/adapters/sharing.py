"""A clone that a group shares: its folders' modes, and how to make it one."""

import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from ckreg.adapters.tree import EXPERIMENTS, Home, same_group, state_folder
from ckreg.errors import OutsideError

_LEFT_SECONDS = 3600.0


def umask() -> int:
    """This process's umask."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def folders_of(home: Home, git_folder: Path) -> dict[str, int | None]:
    """The folders in which a group that shares the clone must be able to write, by name, with their modes."""
    folders = {
        str(home.root): home.root,
        EXPERIMENTS: home.experiments,
        ".ckreg": home.state,
        ".ckreg/spool": home.state / "spool",
        git_folder.name: git_folder,
        f"{git_folder.name}/objects": git_folder / "objects",
    }
    folders |= {f"{EXPERIMENTS}/{name}": home.experiments / name for name in home.experiment_names()}
    return {name: folder.stat().st_mode if folder.is_dir() else None for name, folder in folders.items()}


def share(home: Home, git_folder: Path) -> list[Path]:
    """Let the group that owns the registry's folder write all of the clone, and nobody else into `.ckreg/`.

    What others own they have to open themselves; it is passed over.

    Returns:
        The paths that are somebody else's and closed to the group.

    Raises:
        OutsideError: a folder cannot be read.
    """
    group = home.root.stat().st_gid
    others = []
    state_folder(home)
    for path, private in _everything(home, git_folder):
        try:
            if not _opened(path, group, private=private):
                others.append(path)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise OutsideError(f"{path} cannot be shared: {error.strerror}.") from error
    return others


def file_age(path: Path) -> float | None:
    """Seconds since a file was written, None where there is none."""
    try:
        return time.time() - path.lstat().st_mtime
    except FileNotFoundError:
        return None


def leftovers(home: Home) -> list[str]:
    """Files in `.ckreg/` that processes made for a moment, an hour ago or longer: they were killed."""
    return [path.name for path in _left(home)]


def remove_leftovers(home: Home) -> list[str]:
    """Remove them; gives their names."""
    gone = []
    for path in list(_left(home)):
        try:
            if path.is_dir() and not path.is_symlink():
                for inside in path.iterdir():
                    inside.unlink()
                path.rmdir()
            else:
                path.unlink()
        except OSError:
            continue  # somebody else's, or not as flat as ours are
        gone.append(path.name)
    return gone


def _left(home: Home) -> Iterator[Path]:
    for folder in (home.state, home.state / "spool"):
        if folder.is_symlink() or not folder.is_dir():
            continue
        for path in sorted(folder.glob(".*")):
            if time.time() - path.lstat().st_mtime > _LEFT_SECONDS:
                yield path


def _everything(home: Home, git_folder: Path) -> Iterator[tuple[Path, bool]]:
    """Every file and folder of the clone but what lies behind links; whether nobody else may enter it."""
    for top, private in ((home.root, False), (git_folder, False)):
        yield top, private
        for folder, folders, files in os.walk(top):
            for name in (*folders, *files):
                path = Path(folder, name)
                yield path, path.is_relative_to(home.state)


def _opened(path: Path, group: int, *, private: bool) -> bool:
    """Whether the group can write it now."""
    found = path.lstat()
    if stat.S_ISLNK(found.st_mode):
        return True
    folder = stat.S_ISDIR(found.st_mode)
    mode = stat.S_IMODE(found.st_mode) & ~(0o007 if private else 0o002)
    # As git's own sharing does: what the owner may, the group may; objects stay read-only.
    mode |= (mode & 0o700) >> 3 | (stat.S_ISGID if folder else 0)
    if found.st_uid != os.geteuid() and os.geteuid() != 0:
        return same_group(found.st_mode) if folder else bool(found.st_mode & stat.S_IRGRP)
    if found.st_gid != group:
        os.chown(path, -1, group)
    if mode != stat.S_IMODE(found.st_mode):
        path.chmod(mode)
    return True
