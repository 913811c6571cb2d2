"""Finds logs in folders by pattern, and reads them; nothing that it meets can hang or stop it."""

import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

DEFAULT_PATTERNS = ("slurm-*.out", "slurm-*.err", "ck-out-*/**/*.out")
_SACCT = "sacct*.txt"
# Of a longer log the first and the last half of this are read: config and end are there, memory is bounded.
_MOST_BYTES = 256 * 2**20
_KINDS = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFDIR: "a folder",
}


class Found(NamedTuple):
    """A log (or a text of sacct), with what tells whether it has changed since."""

    path: Path
    size: int
    mtime_ns: int
    inode: int

    @property
    def is_sacct(self) -> bool:
        """Whether the name says that this is what `sacct -P` printed."""
        return fnmatchcase(self.path.name, _SACCT)


class Unreadable(NamedTuple):
    """Something that should be read and cannot be, and why."""

    path: Path
    reason: str


def find_logs(
    paths: Sequence[Path], patterns: Iterable[str] = DEFAULT_PATTERNS
) -> Iterator[Found | Unreadable]:
    """Every file of `paths`, and in folders every one that fits a pattern or is `sacct*.txt`.

    A pattern without a slash is one of names, in any folder; one with slashes fits the end of the path. Links
    to files are followed, links to folders and hidden folders inside the tree are not (so there are no
    loops); a file reached twice comes once. Sorted by name within each folder.
    """
    fits = _matcher(patterns)
    seen: set[tuple[int, int]] = set()
    for path in paths:
        try:
            status = path.stat()
        except (OSError, ValueError) as error:  # ValueError: a NUL in the name
            yield Unreadable(path, _reason(error))
            continue
        if stat.S_ISDIR(status.st_mode):
            yield from _walk(os.fspath(path), fits, seen)
        else:
            yield from filter(None, [_file(os.fspath(path), status, seen)])


def read_bytes(path: Path) -> bytes | Unreadable:
    """A log's bytes; of a file beyond 256 MiB its first and last 128 MiB."""
    try:
        # Without NONBLOCK, opening a pipe that has taken the file's place would wait for ever.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(handle, "rb", buffering=0) as file:  # noqa: PTH123  # a handle, not a path
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode):
                return Unreadable(path, _not_a_file(status))
            if status.st_size <= _MOST_BYTES:
                return file.read(_MOST_BYTES)
            head = file.read(_MOST_BYTES // 2)
            file.seek(-(_MOST_BYTES // 2), os.SEEK_END)
            return head + b"\n" + file.read(_MOST_BYTES // 2)
    except (OSError, ValueError) as error:
        return Unreadable(path, _reason(error))


def _matcher(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:.*/)?{_regex(pattern)}" for pattern in (*patterns, _SACCT)), re.DOTALL)


def _regex(pattern: str) -> str:
    """A glob whose `*` and `?` stop at slashes, and whose `**/` is any number of folders."""
    parts = re.split(r"(\*\*/|\*\*|\*|\?|\[[!^]?[^]/]+\])", pattern)
    return "".join(
        _GLOB.get(part) or (_set(part) if index % 2 else re.escape(part)) for index, part in enumerate(parts)
    )


_GLOB = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def _set(part: str) -> str:
    negated, inside = part[1] in "!^", part[1:-1].lstrip("!^")
    characters = f"[{'^/' if negated else ''}{inside.translate(_ESCAPED)}]"
    try:
        re.compile(characters)
    except re.error:  # a range such as [z-a]: then the brackets stand for themselves
        return re.escape(part)
    return characters


_ESCAPED = {ord(char): f"\\{char}" for char in "\\[]^&~|"}


def _walk(root: str, fits: re.Pattern[str], seen: set[tuple[int, int]]) -> Iterator[Found | Unreadable]:
    waiting = [root]  # no recursion: folders may be nested deeper than Python's stack
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(folder) as entries:
                listed = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            yield Unreadable(Path(folder), _reason(error))
            continue
        inner = []
        for entry in listed:
            if _is_folder(entry):
                if not entry.name.startswith("."):
                    inner.append(entry.path)
            elif fits.fullmatch(entry.path):
                found = _entry(entry, seen)
                if found:
                    yield found
        waiting.extend(reversed(inner))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _entry(entry: os.DirEntry[str], seen: set[tuple[int, int]]) -> Found | Unreadable | None:
    try:
        return _file(entry.path, entry.stat(), seen)
    except OSError as error:
        return Unreadable(Path(entry.path), "a link to nothing" if entry.is_symlink() else _reason(error))


def _file(path: str, status: os.stat_result, seen: set[tuple[int, int]]) -> Found | Unreadable | None:
    """The log, None where it was found already under another name."""
    if not stat.S_ISREG(status.st_mode):
        return Unreadable(Path(path), _not_a_file(status))
    key = (status.st_dev, status.st_ino)
    if key in seen:
        return None
    seen.add(key)
    return Found(Path(path), status.st_size, status.st_mtime_ns, status.st_ino)


def _not_a_file(status: os.stat_result) -> str:
    return f"{_KINDS.get(stat.S_IFMT(status.st_mode), 'something else')}, not a file"


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
