"""Requests on their way into a commit: put, claimed by whoever commits, given or taken back, removed."""

import contextlib
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ckreg.adapters.spool import files
from ckreg.adapters.spool.refusals import refuse
from ckreg.adapters.tree import Home, replace_text
from ckreg.core.requests import as_told, from_told, parsed
from ckreg.core.status import StatusRequest
from ckreg.errors import MalformedError, UsageError


class Bundle(NamedTuple):
    """The requests of one call and the name of their file.

    `left_behind` says that a process died while it was committing them: they may be in a commit.
    """

    name: str
    requests: tuple[StatusRequest, ...]
    left_behind: bool = False


def put(home: Home, requests: Sequence[StatusRequest]) -> Bundle:
    """Write requests into the spool as one bundle; they are on disk when this returns.

    Raises:
        UsageError: they are too many for one call.
        OutsideError: the spool cannot be written.
    """
    name = f"{time.time_ns():020d}-{requests[0].id}.json"
    text = "".join(json.dumps(as_told(request), ensure_ascii=False) + "\n" for request in requests)
    if len(text.encode()) > files.LARGEST:
        raise UsageError(f"{len(requests):,} changes are too many for one call. Give them in several.")
    replace_text(files.folder(home) / name, text)
    return Bundle(name, tuple(requests))


def claim(home: Home) -> list[Bundle]:
    """Take all that waits, oldest first; nobody can take back what is claimed. For the holder of the lock.

    What is no request moves to `refused/`. What may not be read or moved stays where it is.
    """
    spool, taken = files.folder(home), files.folder(home, files.TAKEN)
    files.forget_half_written(spool)
    before = files.names(taken)
    claimed = [name for name in files.names(spool) if name not in before and files.moved(spool / name, taken)]
    found = [_read(home, taken / name, left_behind=True) for name in before]
    found += [_read(home, taken / name, left_behind=False) for name in claimed]
    return sorted((bundle for bundle in found if bundle is not None), key=lambda bundle: bundle.name)


def give_back(home: Home, bundles: Sequence[Bundle]) -> None:
    """Let others commit what could not be committed now."""
    spool, taken = files.folder(home), files.folder(home, files.TAKEN)
    for bundle in bundles:
        if not bundle.left_behind:
            files.moved(taken / bundle.name, spool)


def take_back(home: Home, bundle: Bundle) -> bool:
    """Take one's own requests out of the spool again; whether nobody had claimed them."""
    try:
        (home.state / "spool" / bundle.name).unlink()
    except OSError:
        return False
    return True


def remove(home: Home, bundle: Bundle) -> None:
    """Take out what was carried out."""
    with contextlib.suppress(OSError):  # the next who commits finds it in history
        (home.state / "spool" / files.TAKEN / bundle.name).unlink()


def is_claimed(home: Home, bundle: Bundle) -> bool:
    """Whether somebody is committing these requests, or died while doing so."""
    return (home.state / "spool" / files.TAKEN / bundle.name).exists()


def is_empty(home: Home, but: Bundle | None = None) -> bool:
    """Whether nothing waits, `but` this one."""
    names = {name for place in _places(home) for name in files.names(place)}
    return not names - ({but.name} if but else set())


def look(home: Home) -> list[Bundle]:
    """All that waits, oldest first, left where it is; what is no request is passed over."""
    found = []
    for place in _places(home):
        for name in files.names(place):
            with contextlib.suppress(MalformedError, OSError):
                found.append(Bundle(name, _requests(place / name)))
    return sorted(found, key=lambda bundle: bundle.name)


def pending(home: Home) -> tuple[list[float], list[float]]:
    """When (seconds since the epoch) what waits was written, and what was refused and nobody has seen yet."""
    waiting = [time for place in _places(home) for time in _times(place)]
    return waiting, _times(home.state / "spool" / files.REFUSED)


def _places(home: Home) -> tuple[Path, Path]:
    return home.state / "spool", home.state / "spool" / files.TAKEN


def _times(folder: Path) -> list[float]:
    found = []
    for name in files.names(folder):
        with contextlib.suppress(OSError):
            found.append((folder / name).lstat().st_mtime)
    return found


def _read(home: Home, path: Path, *, left_behind: bool) -> Bundle | None:
    try:
        return Bundle(path.name, _requests(path), left_behind)
    except MalformedError as error:
        refuse(home, path.name, f"{path.name}: {str(error).rstrip('.')}.", MalformedError.exit_code)
    except OSError:
        pass  # it may not be read: whoever put it there, or root, has to look after it
    return None


def _requests(path: Path) -> tuple[StatusRequest, ...]:
    lines = files.read(path).split("\n")
    requests = tuple(from_told(parsed(line)) for line in lines if line.strip())
    if not requests:
        raise MalformedError("it is empty")
    return requests
