"""Finds logs in folders by pattern, and reads them; nothing that it meets can hang or stop it."""

import contextlib
import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

DEFAULT_PATTERNS = ("slurm-*.out", "slurm-*.err", "ck-out-*/**/*.out")
GPU_METRICS = "gpu_metrics.csv"
_SACCT = "sacct*.txt"
# A longer log is read whole at its ends; of what lies between, the ends of each line: memory is bounded.
_MOST_BYTES = 16 * 2**20
_END = 3 * 2**20
_CHUNK = 2**20
_LINE_ENDS = 500
_PRINTED = 4096  # bytes at each end of a file that tell it from others
_KINDS = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFDIR: "a folder",
}


class Found(NamedTuple):
    """A log (or a text of sacct), with what tells whether it has changed since.

    `metrics_ns` is the time of the last change of the `gpu_metrics.csv` beside it, 0 where there is none.
    """

    path: Path
    size: int
    mtime_ns: int
    inode: int
    metrics_ns: int = 0

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
            yield Unreadable(path, reason_of(error))
            continue
        if stat.S_ISDIR(status.st_mode):
            yield from _walk(os.fspath(path), fits, seen)
        else:
            found = _file(os.fspath(path), status, seen)
            if found:
                yield _with_metrics(found, _changed_ns(path.with_name(GPU_METRICS)))


class OpenLog:
    """A log that is open for reading, of the size that it had when it was opened."""

    def __init__(self, handle: int, size: int) -> None:
        self._handle = handle
        self.size = size

    def read_at(self, offset: int, most: int) -> bytes:
        """At most so many bytes from an offset on."""
        return os.pread(self._handle, max(0, min(most, self.size - offset)), offset)

    def whole(self) -> bytes:
        """All of it; of more than 16 MiB the ends, and between them the ends of each line while they fit."""
        if self.size <= _MOST_BYTES:
            return self.read_at(0, self.size)
        between = b"".join(self._line_ends(_END, self.size - _END, _MOST_BYTES - 2 * _END))
        return b"\n".join([self.read_at(0, _END), between, self.read_at(self.size - _END, _END)])

    def fingerprint(self) -> str:
        """A hash of the size and of both ends: a log that is moved keeps it."""
        tail = self.read_at(max(_PRINTED, self.size - _PRINTED), _PRINTED)
        text = b"%d\n%b%b" % (self.size, self.read_at(0, _PRINTED), tail)
        return blake2b(text, digest_size=16).hexdigest()

    def _line_ends(self, first: int, last: int, most: int) -> Iterator[bytes]:
        for offset in range(first, last, _CHUNK):
            for text in self.read_at(offset, min(_CHUNK, last - offset)).split(b"\n"):
                line = text + b"\n"
                part = line if len(line) <= 2 * _LINE_ENDS else line[:_LINE_ENDS] + line[-_LINE_ENDS:]
                most -= len(part)
                if most < 0:
                    return
                yield part


@contextlib.contextmanager
def opened(path: Path) -> Iterator[OpenLog | Unreadable]:
    """A log to read, or why it cannot be; reading may still raise OSError."""
    try:
        # Without NONBLOCK, opening a pipe that has taken the file's place would wait for ever.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        yield Unreadable(path, reason_of(error))
        return
    try:
        status = os.fstat(handle)
        regular = stat.S_ISREG(status.st_mode)
        yield OpenLog(handle, status.st_size) if regular else Unreadable(path, _not_a_file(status))
    finally:
        os.close(handle)


def read_bytes(path: Path) -> bytes | Unreadable:
    """A log's bytes, those of a long one as `OpenLog.whole` thins them."""
    with opened(path) as log:
        if isinstance(log, Unreadable):
            return log
        try:
            return log.whole()
        except OSError as error:
            return Unreadable(path, reason_of(error))


def reason_of(error: OSError | ValueError) -> str:
    """Why a path cannot be read, in the system's words."""
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


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
            yield Unreadable(Path(folder), reason_of(error))
            continue
        inner, metrics_ns = [], 0
        if any(entry.name == GPU_METRICS for entry in listed):
            metrics_ns = _changed_ns(Path(folder, GPU_METRICS))
        for entry in listed:
            if _is_folder(entry):
                if not entry.name.startswith("."):
                    inner.append(entry.path)
            elif fits.fullmatch(entry.path):
                found = _entry(entry, seen)
                if found:
                    yield _with_metrics(found, metrics_ns) if metrics_ns else found
        waiting.extend(reversed(inner))


def _with_metrics(found: Found | Unreadable, metrics_ns: int) -> Found | Unreadable:
    return found if isinstance(found, Unreadable) else found._replace(metrics_ns=metrics_ns)


def _changed_ns(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _entry(entry: os.DirEntry[str], seen: set[tuple[int, int]]) -> Found | Unreadable | None:
    try:
        return _file(entry.path, entry.stat(), seen)
    except OSError as error:
        return Unreadable(Path(entry.path), "a link to nothing" if entry.is_symlink() else reason_of(error))


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
