"""Looks into a model's folder: which files it has, and what its `config.json` says."""

import json
import os
from itertools import islice
from pathlib import Path

from ckreg.core.scaffold.torchtune.models import ModelFolder

_MOST_FILES = 10_000
_LARGEST = 4 * 1024**2  # bytes; a config.json is a page


def look_into(name: str, path: str) -> ModelFolder:
    """What is there; a folder that is not there, or cannot be read, has no files."""
    folder = Path(path)
    files = (*_names(folder), *(f"original/{name}" for name in _names(folder / "original")))
    return ModelFolder(name, path, tuple(sorted(files)), _config(folder / "config.json"))


def _names(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return [entry.name for entry in islice(entries, _MOST_FILES) if entry.is_file()]
    except (OSError, ValueError):  # ValueError: a NUL in the name
        return []


def _config(path: Path) -> dict[str, object]:
    try:
        if not path.is_file() or path.stat().st_size > _LARGEST:
            return {}
        found = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
