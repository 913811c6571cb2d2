"""What lies ready to be used: folders of models, files of data, scripts; hidden folders are passed over."""

import os
from collections.abc import Iterator
from pathlib import Path

_DEPTH = 3
_MOST_LOOKED_AT = 20_000
_PASSED_OVER = {"node_modules", "__pycache__", "site-packages", "venv", "experiments"}
_SCRIPT_LIMIT = 1024 * 1024  # bytes


def folders_in(folder: Path) -> list[str]:
    """The names of the folders in a folder, links to folders too; none where it cannot be read."""
    try:
        with os.scandir(folder) as entries:
            return sorted(entry.name for entry in entries if entry.name[0] != "." and entry.is_dir())
    except OSError:
        return []


def files_below(folder: Path, endings: tuple[str, ...], most: int) -> list[Path]:
    """At most `most` files with these endings, at most three folders down, sorted; links are not followed."""
    found: list[Path] = []
    for path in _walk(folder):
        if path.name.endswith(endings):
            found.append(path)
            if len(found) == most:
                break
    return sorted(found)


def source_of(path: Path) -> bytes:
    """A script's bytes; nothing where it is too large for a script, or cannot be read."""
    try:
        return path.read_bytes() if path.stat().st_size <= _SCRIPT_LIMIT else b""
    except OSError:
        return b""


def _walk(folder: Path) -> Iterator[Path]:
    looked_at = 0
    for place, folders, files in os.walk(folder):
        depth = len(Path(place).relative_to(folder).parts)
        folders[:] = sorted(name for name in folders if _is_searched(name)) if depth < _DEPTH else []
        looked_at += len(files) + len(folders)
        if looked_at > _MOST_LOOKED_AT:
            return
        yield from (Path(place, name) for name in sorted(files) if name[0] != ".")


def _is_searched(name: str) -> bool:
    return name[0] != "." and name not in _PASSED_OVER
