"""The spool: requests to change a status, one file each, until somebody who holds the lock commits them.

A request is written beside its place and renamed, so that a killed process leaves a whole one or none. Names
begin with the time of writing: sorted, they are in the order in which they came.
"""

import contextlib
import dataclasses
import json
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path, PurePath
from typing import NamedTuple

from ckreg.adapters.tree import Home, replace_text
from ckreg.core.status import Source, Status, StatusRequest
from ckreg.errors import MalformedError

ANSWERS_KEPT_SECONDS = 24 * 3600


class Waiting(NamedTuple):
    """A request in the spool and its file."""

    path: Path
    request: StatusRequest


class Answer(NamedTuple):
    """What became of a request that another process took along.

    An error with its exit code; or the commit (None: no change), the cells that changed by column, and the
    status before and after.
    """

    error: str | None = None
    exit_code: int = 0
    commit: str | None = None
    cells: Mapping[str, str] = {}
    old: str = ""
    new: str = ""


def put(home: Home, request: StatusRequest) -> Path:
    """Write a request into the spool; it is on disk when this returns."""
    path = _spool(home) / f"{time.time_ns():020d}-{request.id}.json"
    told = dataclasses.asdict(request) | {"at": request.at.isoformat()}
    told |= {"started": request.started.isoformat() if request.started else None}
    replace_text(path, json.dumps(told, ensure_ascii=False) + "\n")
    return path


def waiting(home: Home) -> list[Waiting]:
    """All requests in the spool in the order in which they came; what is no request moves to `refused/`."""
    found = []
    for path in sorted(_spool(home).glob("*.json")):
        try:
            found.append(Waiting(path, _read(path)))
        except FileNotFoundError:
            continue  # its owner took it back
        except (ValueError, TypeError, KeyError, MalformedError):
            refuse(home, path)
    return found


def pending(home: Home) -> tuple[list[float], list[float]]:
    """When (seconds since the epoch) each request that waits, and each that was refused, was written."""
    folder = home.state / "spool"
    found = (folder.glob("*.json"), (folder / "refused").glob("*.json"))
    waiting, refused = ([path.stat().st_mtime for path in paths] for paths in found)
    return waiting, refused


def remove(path: Path) -> None:
    """Take a request out of the spool."""
    path.unlink(missing_ok=True)


def refuse(home: Home, path: Path) -> None:
    """Put a request aside, so that a person can look at it."""
    folder = _spool(home) / "refused"
    folder.mkdir(exist_ok=True)
    with contextlib.suppress(FileNotFoundError):
        path.rename(folder / path.name)


def answer(home: Home, request_id: str, what: Answer) -> None:
    """Leave word for the process that waits for this request."""
    replace_text(_answers(home) / request_id, json.dumps(what._asdict(), ensure_ascii=False))


def take_answer(home: Home, request_id: str) -> Answer | None:
    """The word left for this request, once."""
    path = _answers(home) / request_id
    try:
        told = json.loads(path.read_text())
    except FileNotFoundError:
        return None
    path.unlink(missing_ok=True)
    return Answer(**told)


def forget_old_answers(home: Home) -> None:
    """Remove answers whose asker was killed and never came for them."""
    for path in _answers(home).iterdir():
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > ANSWERS_KEPT_SECONDS:
                path.unlink()


def _spool(home: Home) -> Path:
    return _folder(home, home.state / "spool")


def _answers(home: Home) -> Path:
    return _folder(home, home.state / "spool" / "answers")


def _folder(home: Home, folder: Path) -> Path:
    # A registry from somebody else must not lead our files elsewhere through a link.
    if not folder.resolve().is_relative_to(home.root.resolve()):
        raise MalformedError(f"{folder} leads out of the registry. Remove the link.")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _read(path: Path) -> StatusRequest:
    told = json.loads(path.read_text())
    if PurePath(told["experiment"]).name != told["experiment"] or told["experiment"] == "..":
        raise MalformedError(f"{path}: {told['experiment']!r} is not the name of an experiment.")
    return StatusRequest(
        **told
        | {
            "at": datetime.fromisoformat(told["at"]),
            "status": None if told["status"] is None else Status(told["status"]),
            "by": Source(told["by"]),
            "started": datetime.fromisoformat(told["started"]) if told.get("started") else None,
        }
    )
