"""Remembers what a check found in files that have not changed since, in `.ckreg/checked.json`.

It may be lost, be read-only or hold anything: then files are simply read again.
"""

import contextlib
import json
import os
import time
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from ckreg.adapters.tree import Home, read_text, replace_text
from ckreg.errors import CkregError

Stamp = list[list[int]]
Entry = tuple[Stamp, list[list[object]]]

_NAME = "checked.json"
# A file that was written in the same tick of the clock as it was read could change again and look the same.
_SETTLED_NS = 2_000_000_000


def remembered(home: Home) -> dict[str, Entry]:
    """What was found, by the path of the document; empty where the rules are others by now."""
    try:
        told = json.loads(read_text(_file(home)))
        if told["rules"] != rules_version():
            return {}
        return {str(path): (list(stamp), list(found)) for path, (stamp, found) in told["files"].items()}
    except (CkregError, OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {}


def remember(home: Home, entries: Mapping[str, Entry]) -> None:
    """Keep this for the next time; where that cannot be, nothing is kept."""
    file = _file(home)
    if file.is_symlink() or file.parent.is_symlink() or not os.access(home.root, os.W_OK):
        return  # a link came with somebody's clone, and leads to a file that is not ours to write
    with contextlib.suppress(CkregError, OSError):
        replace_text(file, json.dumps({"rules": rules_version(), "files": entries}, separators=(",", ":")))


def stamp(folder: str, names: Sequence[str]) -> Stamp:
    """Size, times and inode of these files, zeros for one that is not there."""
    return [_stamp(f"{folder}/{name}") for name in names]


def is_settled(found: Stamp) -> bool:
    """Whether none of the files was written just now."""
    limit = time.time_ns() - _SETTLED_NS
    return all(changed < limit for _, _, changed, _ in found)


def rules_version() -> str:
    """Another text whenever the code that checks is another."""
    sources = [
        (folder, name, *_stamp(f"{folder}/{name}")[:2])
        for folder, _, names in sorted(os.walk(Path(__file__).parents[1] / "core"))
        for name in sorted(names)
        if name.endswith(".py")
    ]
    # A checksum is enough against chance, and hashlib would be the dearest import of an unchanged check.
    return f"{len(sources)}-{zlib.crc32(repr(sources).encode(errors='surrogateescape')):08x}"


def _stamp(path: str) -> list[int]:
    try:
        found = os.stat(path)  # noqa: PTH116  # a third of Path's time
    except OSError:
        return [0, 0, 0, 0]
    return [found.st_size, found.st_mtime_ns, max(found.st_ctime_ns, found.st_mtime_ns), found.st_ino]


def _file(home: Home) -> Path:
    return home.state / _NAME
