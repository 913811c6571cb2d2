"""What could not be carried out, put aside with the reason until somebody has seen it."""

import contextlib
import json
from pathlib import Path
from typing import NamedTuple

from ckreg.adapters.spool import files
from ckreg.adapters.tree import Home
from ckreg.errors import MalformedError, RefusedError

_WHY = ".why"
_KEPT_SECONDS = 30 * 24 * 3600


class Refusal(NamedTuple):
    """A file that was put aside, why, and the exit code that its caller would have had."""

    path: Path
    error: str
    exit_code: int


def refuse(home: Home, name: str, error: str, exit_code: int) -> None:
    """Put a claimed file aside with the reason, so that a person can look at it."""
    folder = files.folder(home, files.REFUSED)
    with contextlib.suppress(OSError):
        files.write(folder / f"{name}{_WHY}", json.dumps({"error": error, "exit_code": exit_code}))
        if files.moved(home.state / "spool" / files.TAKEN / name, folder) is None:
            (folder / f"{name}{_WHY}").unlink()


def refusal_of(home: Home, name: str) -> Refusal | None:
    """The refusal of a file that was put aside and that nobody has seen yet; it stays."""
    path = home.state / "spool" / files.REFUSED / name
    return _why(path) if path.exists() else None


def show_refused(home: Home) -> list[Refusal]:
    """What was put aside since somebody last asked; it moves to `refused/shown/`, and goes after 30 days."""
    folder, shown = home.state / "spool" / files.REFUSED, home.state / "spool" / files.SHOWN
    found = []
    for name in files.names(folder):
        refusal = _why(folder / name)
        into = files.folder(home, files.SHOWN)
        files.moved(folder / f"{name}{_WHY}", into)
        path = files.moved(folder / name, into) or folder / name
        found.append(refusal._replace(path=path))
    files.forget_old(shown, _KEPT_SECONDS)
    return found


def _why(path: Path) -> Refusal:
    try:
        told = json.loads(files.read(path.with_name(f"{path.name}{_WHY}")))
        return Refusal(path, str(told["error"]), int(told["exit_code"]))
    except (OSError, ValueError, TypeError, KeyError, MalformedError):
        return Refusal(path, f"{path}: it could not be carried out.", RefusedError.exit_code)
