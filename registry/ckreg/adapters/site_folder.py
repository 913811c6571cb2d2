"""The folder of a site: what of it is ours, what is still as it was written, and writing the rest.

A manifest says which files there are and what each page was made from. It names files before they are
written: a build that is killed leaves nothing that the next one does not know.
"""

import contextlib
import json
import os
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from ckreg.adapters.tree import file_mode, make_folder, replace_parts
from ckreg.core.site.names import DATA, EXPERIMENTS, OURS
from ckreg.errors import BusyError, OutsideError, RefusedError

MANIFEST = ".ckreg-site.json"
_LOCK = ".ckreg-site.lock"
_FORMAT = 1
_UNWRITTEN = -1
# What `replace_parts` leaves beside a file of ours, or beside the manifest, if it is killed.
_LEFT_OVER = re.compile(r"\.(.+)\.[a-z0-9_]{8}")


@dataclass(frozen=True, slots=True)
class Entry:
    """A page: the key of what it was made from, and the sizes of its files, in bytes, by path."""

    key: str
    files: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SiteFolder:
    """A site's folder, held for one build, and the pages that it had."""

    root: Path
    pages: Mapping[str, Entry]

    def without_trust(self) -> "SiteFolder":
        """The same, but no page counts as current: others may have put them there."""
        return replace(self, pages={page: replace(entry, key="") for page, entry in self.pages.items()})

    def is_current(self, page: str, key: str) -> bool:
        """Whether the page was made from what has this key, and all its files are as they were written."""
        entry = self.pages.get(page)
        return (
            entry is not None
            and entry.key == key
            and all(self._size(path) == size for path, size in entry.files.items())
        )

    def write(self, path: str, text: str) -> int:
        """Put a file of the site in its place; gives its size in bytes.

        Raises:
            OutsideError: the disk is full, the folder read-only.
        """
        content = text.encode("utf-8", "replace")
        replace_parts(self.root / path, [content], synced=False)
        return len(content)

    def announce(self, planned: Mapping[str, tuple[str, ...]]) -> None:
        """Say which files will be written, before any is: pages, and the files that each may have."""
        coming = {
            page: Entry("", dict.fromkeys((page, *self._files(page), *files), _UNWRITTEN))
            for page, files in planned.items()
        }
        self._record({**self.pages, **coming})

    def finish(self, pages: Mapping[str, Entry]) -> tuple[str, ...]:
        """Remove the files of pages that are gone, and write down those that are there; gives the former."""
        wanted = {path for entry in pages.values() for path in entry.files}
        gone = sorted({path for entry in self.pages.values() for path in entry.files} - wanted)
        announced = self._announced() - wanted - set(gone)
        removed = tuple(path for path in gone if self._remove(path))
        for path in announced:
            self._remove(path)
        self._record(pages)
        return removed

    def _files(self, page: str) -> tuple[str, ...]:
        entry = self.pages.get(page)
        return () if entry is None else tuple(entry.files)

    def _announced(self) -> set[str]:
        return {path for entry in _read_manifest(self.root).values() for path in entry.files}

    def _record(self, pages: Mapping[str, Entry]) -> None:
        told = {page: {"key": entry.key, "files": dict(entry.files)} for page, entry in sorted(pages.items())}
        text = json.dumps({"ckreg_site": _FORMAT, "pages": told}, indent=0)
        replace_parts(self.root / MANIFEST, [text.encode("utf-8", "backslashreplace"), b"\n"])

    def _size(self, path: str) -> int | None:
        try:
            status = (self.root / path).lstat()
        except OSError:
            return None
        return status.st_size if stat.S_ISREG(status.st_mode) else None

    def _remove(self, path: str) -> bool:
        if not OURS.fullmatch(path):  # a manifest may come with a clone, and name any file
            return False
        try:
            (self.root / path).unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise OutsideError(f"{self.root / path} cannot be removed: {error.strerror}.") from error
        return True


@contextlib.contextmanager
def site_folder(root: Path) -> Iterator[SiteFolder]:
    """The folder, made where it is missing, for as long as one build takes.

    Raises:
        RefusedError: it holds something else than a site of ckreg's, or leads elsewhere.
        BusyError: another ckreg builds there.
        OutsideError: it cannot be made or read.
    """
    from filelock import FileLock, Timeout  # noqa: PLC0415  # 20 ms, for a build alone

    try:
        _check(root)
        for folder in (root, root / EXPERIMENTS, root / DATA):
            make_folder(folder)
        lock = root / _LOCK
        with FileLock(lock, timeout=0, mode=file_mode(root)):
            _sweep(root)
            yield SiteFolder(root, _read_manifest(root))
    except Timeout:
        raise BusyError(f"Another ckreg builds a site in {root}. Try again when it is done.") from None
    except OSError as error:
        raise OutsideError(f"{root} cannot be used: {error.strerror}. Name another with --out.") from error


def _check(root: Path) -> None:
    """Whether a site may be built there."""
    for path in (root, root / EXPERIMENTS, root / DATA, root / MANIFEST, root / _LOCK):
        if path.is_symlink():
            raise RefusedError(f"{path} is a link. Remove it, or name another folder with --out.")
    if root.exists() and not root.is_dir():
        raise RefusedError(f"{root} is no folder. Name another with --out.")
    if root.is_dir() and _listed(root) and not _is_ours(root):
        raise RefusedError(
            f"{root} holds something else than a site of ckreg's. Name an empty folder with --out."
        )


def _is_ours(root: Path) -> bool:
    """Whether a site was built there, or a build was killed before it had said so: then no page is there."""
    if (root / MANIFEST).is_file():
        return True
    strange = {name for name in _listed(root) if not _is_begun(name, "")} - {EXPERIMENTS, DATA, _LOCK}
    return not (strange or _listed(root / EXPERIMENTS) or _listed(root / DATA))


def _read_manifest(root: Path) -> dict[str, Entry]:
    """The pages that it names; one that is none, or of another format, names none: all is written anew."""
    if not (root / MANIFEST).is_file():
        return {}
    try:
        told = json.loads((root / MANIFEST).read_text(encoding="utf-8"))
        if told["ckreg_site"] != _FORMAT:
            return {}
        return {
            str(page): Entry(
                str(entry["key"]), {str(path): int(size) for path, size in entry["files"].items()}
            )
            for page, entry in told["pages"].items()
        }
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {}


def _sweep(root: Path) -> None:
    """Remove what a build that was killed had begun to write."""
    for folder in (root, root / EXPERIMENTS, root / DATA):
        inside = "" if folder == root else f"{folder.name}/"
        for name in _listed(folder):
            if _is_begun(name, inside):
                (folder / name).unlink(missing_ok=True)


def _is_begun(name: str, inside: str) -> bool:
    begun = _LEFT_OVER.fullmatch(name)
    return begun is not None and (begun[1] == MANIFEST or OURS.fullmatch(f"{inside}{begun[1]}") is not None)


def _listed(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208  # plain names are enough
    except OSError:
        return []
