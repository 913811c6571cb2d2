"""SHA-256 of what lies in files: of one file, or of a folder as a listing of its files."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ckreg.core.text import one_line

LARGEST = 10 * 1024**3  # bytes; beyond, reading it all takes minutes on a network filesystem
MOST_FILES = 10_000
_CHUNK = 1024**2


class Digest(NamedTuple):
    """The SHA-256 in hexadecimal, or None and why there is none."""

    sha256: str | None
    reason: str | None = None


def digest_of(path: Path, largest: int = LARGEST) -> Digest:
    """The SHA-256 of a file's bytes, read in pieces; of a folder that of what `sha256sum` says of its files.

    A folder's listing has a line `<sha256>  <path in the folder>` a file, by path, hidden ones left out, so
    that `find * -type f | LC_ALL=C sort | xargs sha256sum | sha256sum` in it gives the same.
    """
    try:
        files = _files(path) if path.is_dir() else [path]
        if len(files) > MOST_FILES:
            return Digest(None, f"it has more than {MOST_FILES:,} files")
        if sum(file.stat().st_size for file in files) > largest:
            return Digest(None, f"it is larger than {largest / 1024**3:g} GiB")
        if path.is_dir():
            return Digest(_of_listing(path, files))
        return Digest(_of_file(path) if path.is_file() else None)
    except OSError as error:
        return Digest(None, f"it cannot be read: {one_line(str(error.strerror))}")


def _files(folder: Path) -> list[Path]:
    found = sorted(_walk(folder), key=lambda path: os.fsencode(path.relative_to(folder)))
    return found[: MOST_FILES + 1]


def _walk(folder: Path) -> Iterator[Path]:
    """Regular files; links to files count (Hugging Face's cache is links), those to folders do not."""
    seen = 0
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            file = Path(parent, name)
            if not name.startswith(".") and file.is_file():
                seen += 1
                yield file
        if seen > MOST_FILES:
            return


def _of_listing(folder: Path, files: list[Path]) -> str:
    listing = hashlib.sha256()
    for file in files:
        listing.update(f"{_of_file(file)}  ".encode() + os.fsencode(file.relative_to(folder)) + b"\n")
    return listing.hexdigest()


def _of_file(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_CHUNK):
            digest.update(piece)
    return digest.hexdigest()
