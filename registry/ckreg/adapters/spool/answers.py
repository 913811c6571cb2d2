"""The word that whoever commits leaves for those who wait."""

import contextlib
import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ckreg.adapters.spool import files
from ckreg.adapters.spool.bundles import Bundle
from ckreg.adapters.tree import Home
from ckreg.errors import MalformedError

_KEPT_SECONDS = 24 * 3600


class Answer(NamedTuple):
    """What became of a request that another process took along.

    An error with its exit code; or the commit (None: no change), the cells that changed by column, the status
    before and after, and whether later evidence had overtaken the request.
    """

    error: str | None = None
    exit_code: int = 0
    commit: str | None = None
    cells: Mapping[str, str] = {}
    old: str = ""
    new: str = ""
    overtaken: bool = False
    warnings: Sequence[str] = ()


def answer(home: Home, bundle: Bundle, what: Sequence[Answer]) -> None:
    """Leave word for the process that waits for this bundle: an answer a request, in their order."""
    with contextlib.suppress(OSError):  # the disk is full: it will find its commit in history
        told = [entry._asdict() for entry in what]
        files.write(files.folder(home, files.ANSWERS) / bundle.name, json.dumps(told, ensure_ascii=False))


def take_answer(home: Home, bundle: Bundle) -> list[Answer] | None:
    """The word left for this bundle, once; None as long as there is none."""
    path = home.state / "spool" / files.ANSWERS / bundle.name
    try:
        found = [Answer(**entry) for entry in json.loads(files.read(path))]
    except (OSError, ValueError, TypeError, MalformedError):
        return None
    with contextlib.suppress(OSError):
        path.unlink()
    if any(entry.error for entry in found):  # who asked is told: nobody else needs to look into it
        refused = home.state / "spool" / files.REFUSED
        for left in (refused / bundle.name, refused / f"{bundle.name}.why"):
            left.unlink(missing_ok=True)
    return found if len(found) == len(bundle.requests) else None


def forget_old_answers(home: Home) -> None:
    """Remove answers whose asker was killed and never came for them."""
    files.forget_old(files.folder(home, files.ANSWERS), _KEPT_SECONDS)
