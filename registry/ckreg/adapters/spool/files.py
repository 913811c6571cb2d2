"""The spool's folders and files: anybody in the group may put something there, nothing is taken on trust."""

import contextlib
import os
import stat
import time
import uuid
from pathlib import Path

from ckreg.adapters.tree import Home, file_mode, make_folder
from ckreg.errors import MalformedError, OutsideError

LARGEST = 4 << 20  # bytes; a change is some 300
TAKEN, ANSWERS, REFUSED, SHOWN = "taken", "answers", "refused", "refused/shown"
_LEFT_SECONDS = 3600  # a file half-written so long ago has nobody who writes it


def folder(home: Home, name: str = "") -> Path:
    """The spool or a folder of it, made where it is missing.

    Raises:
        MalformedError: it leads out of the registry: one from somebody else must not lead us elsewhere.
        OutsideError: it cannot be made.
    """
    path = home.state / "spool" / name
    if not path.resolve().is_relative_to(home.root.resolve()):
        raise MalformedError(f"{path} leads out of the registry. Remove the link.")
    try:
        make_folder(path)
    except OSError as error:
        raise OutsideError(f"{path} cannot be made: {error.strerror}. Nothing was changed.") from None
    return path


def names(path: Path) -> list[str]:
    """The names of the requests in a folder, oldest first; none where it cannot be read."""
    try:
        found = os.listdir(path)  # noqa: PTH208  # plain strings
    except OSError:
        return []
    return sorted(name for name in found if name.endswith(".json") and not name.startswith("."))


def read(path: Path) -> str:
    """The text of a small plain file.

    Raises:
        MalformedError: it is a link, a folder, too large, or not UTF-8.
        OSError: it is not there, or may not be read.
    """
    if not stat.S_ISREG(path.lstat().st_mode):
        raise MalformedError("it is a link, a folder, or no plain file")
    with open(path, "rb", opener=_opener) as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise MalformedError(f"it has more than {LARGEST >> 20} MiB")
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise MalformedError("it is not UTF-8") from None


def write(path: Path, text: str) -> None:
    """Put a text in its place whole; it need not outlive a power failure."""
    beside = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")
    beside.write_text(text, encoding="utf-8")
    beside.chmod(file_mode(path.parent))
    beside.replace(path)


def moved(path: Path, into: Path) -> Path | None:
    """Move a file or whatever it is; None where somebody else did, or it may not be moved."""
    target = into / path.name
    try:
        path.rename(target)
    except OSError:
        return None
    return target


def forget_old(path: Path, seconds: float, *, hidden: bool = False) -> None:
    """Remove files that have lain in a folder for so long; with `hidden` only half-written ones."""
    with contextlib.suppress(OSError):
        for file in list(path.iterdir()):
            if hidden and not file.name.startswith("."):
                continue
            with contextlib.suppress(OSError):
                if time.time() - file.lstat().st_mtime > seconds:
                    file.unlink()


def forget_half_written(path: Path) -> None:
    """Remove what processes that were killed had begun to write."""
    forget_old(path, _LEFT_SECONDS, hidden=True)


def _opener(path: str, flags: int) -> int:
    # Neither does it follow a link, nor wait for the other end of a pipe, that was put there a moment ago.
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)
