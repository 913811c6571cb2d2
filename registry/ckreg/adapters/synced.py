"""Remembers when the scheduler was last asked about each experiment, in `.ckreg/synced.json`.

A sync that finds nothing new makes no commit, so nothing else tells of it. The file may be lost or hold
anything: then only what is committed counts.
"""

import contextlib
import json
import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from ckreg.adapters.tree import Home, read_text, replace_text
from ckreg.errors import CkregError


def last_synced(home: Home) -> dict[str, float]:
    """When each experiment was asked about, in seconds since the epoch."""
    with contextlib.suppress(CkregError, OSError, ValueError, RecursionError):
        told = json.loads(read_text(_file(home)))
        if isinstance(told, dict):
            moments = {str(name): _moment(at) for name, at in told.items()}
            return {name: at for name, at in moments.items() if at is not None}
    return {}


def remember_synced(home: Home, experiments: Iterable[str], at: datetime) -> None:
    """Keep that these were asked about; where it cannot be written, nothing is kept."""
    file = _file(home)
    if file.is_symlink() or file.parent.is_symlink() or not os.access(home.root, os.W_OK):
        return  # a link came with somebody's clone, and leads to a file that is not ours to write
    there = set(home.experiment_names())
    before = {name: datetime.fromtimestamp(old).astimezone() for name, old in last_synced(home).items()}
    moments = before | dict.fromkeys(experiments, at)
    told = {name: when.isoformat() for name, when in sorted(moments.items()) if name in there}
    with contextlib.suppress(CkregError, OSError):
        replace_text(file, json.dumps(told, indent=0, ensure_ascii=False) + "\n")


def _moment(at: object) -> float | None:
    try:
        return datetime.fromisoformat(str(at)).timestamp()
    except (ValueError, OverflowError, OSError):
        return None


def _file(home: Home) -> Path:
    return home.state / "synced.json"
