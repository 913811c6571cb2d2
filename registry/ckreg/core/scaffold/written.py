"""Which files of a scaffold may be replaced: those that are as ckreg wrote them, told by their SHA-256."""

import json
from collections.abc import Mapping
from enum import StrEnum
from hashlib import sha256

Manifest = Mapping[str, str]


class State(StrEnum):
    """What becomes of a file."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    KEPT = "kept"  # a person has edited it
    LEFT = "left"  # the plan has no such file any more


def digest(text: str) -> str:
    """The SHA-256 of a text in UTF-8."""
    return sha256(text.encode(errors="surrogatepass")).hexdigest()


def read_manifest(text: str | None) -> Manifest:
    """What was written when it was scaffolded last, by path; nothing where that cannot be read."""
    try:
        files = json.loads(text or "null")["files"]
    except (ValueError, RecursionError, KeyError, TypeError, IndexError):
        return {}
    found = files.items() if isinstance(files, dict) else ()
    return {path: value for path, value in found if isinstance(value, str)}


def dump_manifest(files: Mapping[str, str]) -> str:
    """The manifest of files by path with their texts; the same files give the same bytes."""
    hashes = {path: digest(text) for path, text in sorted(files.items())}
    return json.dumps({"files": hashes}, ensure_ascii=False, indent=2) + "\n"


def state_of(old: str | None, new: str, written: str | None, *, forced: bool = False) -> State:
    """What becomes of a text; `written` is the hash of the one that ckreg wrote last."""
    if old is None:
        return State.NEW
    if old == new:
        return State.UNCHANGED
    return State.CHANGED if forced or digest(old) == written else State.KEPT


def replaced(old: str | None, new: str, written: str | None, *, forced: bool = False) -> str:
    """The text that stands there afterwards."""
    kept = old is not None and state_of(old, new, written, forced=forced) is State.KEPT
    return old if kept and old is not None else new
