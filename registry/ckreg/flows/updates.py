"""Carries out requests to change a status: spool, lock, edit, one commit for all that wait."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ckreg.adapters import spool
from ckreg.adapters.git import open_repo, read_texts
from ckreg.adapters.spool import Answer, Bundle
from ckreg.adapters.tree import Home, locked, may_commit
from ckreg.core.status import StatusRequest
from ckreg.core.update import Update
from ckreg.errors import BusyError, CkregError, OutsideError, RefusedError, StaleLockError
from ckreg.flows.batch import Batch
from ckreg.flows.committing import finish_interrupted
from ckreg.flows.group_commit import Found, commit_waiting, events_around, hopeless, outcome, past_of_new
from ckreg.flows.outcomes import AnsweredError, Committed, Outcome, Settled, Spooled, WaitsError, raised
from ckreg.flows.spooling import leave

__all__ = [
    "Committed",
    "Flushed",
    "Outcome",
    "Preview",
    "Spooled",
    "WaitsError",
    "apply",
    "apply_all",
    "flush",
    "leave",
    "preview",
    "preview_flush",
]

_FIRST_LOOK_SECONDS, _LOOK_SECONDS = 0.02, 0.1  # how often a waiting process looks for its answer
_LOOKS = 4  # between two tries for the lock
_GIT_BUSY_SECONDS = 20  # how long other people's git may be in the way


class Shown(NamedTuple):
    """A file before and after requests, as it lies in the folder; `before` None is a new file."""

    path: str
    before: str | None
    after: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What requests would do: the files that change, and the outcome of each request, in order."""

    files: tuple[Shown, ...]
    outcomes: tuple[Settled, ...]


@dataclass(frozen=True, slots=True)
class Flushed:
    """What became of all that waited, and what had been put aside before and nobody had seen."""

    settled: tuple[tuple[StatusRequest, Outcome], ...] = ()
    refused: tuple[spool.Refusal, ...] = ()


def apply(home: Home, request: StatusRequest, *, timeout_seconds: float = 60.0) -> Committed | Spooled:
    """Carry out a request and all others that wait in the spool; returns when it is in a commit.

    Raises:
        RefusedError, NotFoundError, MalformedError: this request cannot be carried out; nothing was changed.
        WaitsError: git is in the middle of something, or the lock stayed held; the request is spooled.
    """
    [done] = apply_all(home, [request], timeout_seconds=timeout_seconds)
    return raised(done)


def apply_all(
    home: Home, requests: Sequence[StatusRequest], *, timeout_seconds: float = 60.0
) -> Sequence[Outcome]:
    """Carry out several requests in one commit, with all others that wait; each gets its outcome, in order.

    On a host that does not commit here they are left in the spool.

    Raises:
        WaitsError: as `apply`.
        OutsideError: git failed, or a file cannot be written; nothing was changed.
        KeyboardInterrupt: somebody pressed Ctrl-C; its message says what becomes of the requests.
    """
    if not requests:
        return []
    if not may_commit(home):
        return leave(home, requests)
    bundle = spool.put(home, requests)
    try:
        return _until_answered(home, bundle, timeout_seconds)
    except WaitsError:
        raise
    except BusyError as error:
        raise WaitsError(
            f"{error} Spooled; committed by the next `ckreg status set` or `ckreg status flush`."
        ) from None
    except KeyboardInterrupt as stop:
        raise KeyboardInterrupt(str(stop) or _fate(home, bundle)) from None
    except BaseException:
        spool.take_back(home, bundle)
        raise


def flush(home: Home, *, timeout_seconds: float = 60.0) -> Flushed:
    """Commit all that waits in the spool; on a host that does not commit here it is only told.

    Raises:
        BusyError: git is in the middle of something, or the lock stayed held; all stays in the spool.
    """
    if not may_commit(home):
        return Flushed(tuple((request, Spooled(request)) for request in _waiting(home)))
    finish_interrupted(home)
    found: Found = {}
    while not spool.is_empty(home):
        before = len(found)
        with locked(home, timeout_seconds=timeout_seconds):
            commit_waiting(home, found)
        if len(found) == before:
            break  # what is left may not be read or moved
    settled = [
        pair for bundle, all_of_it in found.values() for pair in zip(bundle.requests, all_of_it, strict=True)
    ]
    refused = [refusal for refusal in spool.show_refused(home) if refusal.path.name not in found]
    return Flushed(tuple(settled), tuple(refused))


def preview(home: Home, requests: Sequence[StatusRequest]) -> Preview:
    """What requests would do to the files in the folder, the first seal too; nothing is changed.

    Raises:
        CkregError: as `apply_all`.
    """
    repo = open_repo(home.root)
    batch = Batch(home, requests, past_of_new(repo, requests), hopeless(home, repo, requests))
    old = read_texts(repo, batch.paths)
    shown = [
        Shown(path, old[path].working, texts.working or "")
        for path, texts in batch.plan(old).texts.items()
        if texts.working != old[path].working
    ]
    return Preview(tuple(shown), tuple(outcome(batch, request, None) for request in requests))


def preview_flush(home: Home) -> Preview:
    """What `flush` would do now.

    Raises:
        CkregError: as `flush`.
    """
    return preview(home, _waiting(home))


def _waiting(home: Home) -> list[StatusRequest]:
    """All that waits in the spool, by the time of what happened."""
    waiting = [request for bundle in spool.look(home) for request in bundle.requests]
    return sorted(waiting, key=lambda request: request.at)


def _until_answered(home: Home, bundle: Bundle, timeout_seconds: float) -> Sequence[Outcome]:
    """Wait for the lock, or until whoever has it has committed our requests, too."""
    start = time.monotonic()
    wait = _FIRST_LOOK_SECONDS
    while True:
        patience = timeout_seconds
        try:
            with locked(home, timeout_seconds=0):
                patience = min(timeout_seconds, _GIT_BUSY_SECONDS)
                return _answered(home, bundle) or _lead(home, bundle)
        except (WaitsError, StaleLockError):
            raise
        except BusyError:
            if time.monotonic() > start + patience:
                raise
        for _ in range(_LOOKS):
            if answers := _answered(home, bundle):
                return answers
            time.sleep(wait)
        wait = min(wait * 1.5, _LOOK_SECONDS)


def _answered(home: Home, bundle: Bundle) -> list[Outcome] | None:
    answers = spool.take_answer(home, bundle)
    if answers is None:
        return None
    return [_told(request, answer) for request, answer in zip(bundle.requests, answers, strict=True)]


def _told(request: StatusRequest, answer: Answer) -> Outcome:
    if answer.error is not None:
        return AnsweredError(answer.error, answer.exit_code)
    update = Update(request, answer.cells, answer.old, answer.new, overtaken=answer.overtaken)
    return Committed(update, answer.commit, tuple(answer.warnings))


def _lead(home: Home, own: Bundle) -> Sequence[Outcome]:
    """Commit for all, under the lock; gives the outcomes of our own requests."""
    found: Found = {}
    try:
        commit_waiting(home, found, own)
    except CkregError:
        if own.name not in found:
            raise
    except KeyboardInterrupt:
        if own.name in found:
            raise KeyboardInterrupt("too late: the request was carried out") from None
        raise
    return found[own.name][1] if own.name in found else _found_in_history(home, own)


def _found_in_history(home: Home, own: Bundle) -> list[Outcome]:
    """What became of requests that somebody took and left no word of: a full disk, a slow file system."""
    events = {event.id: event for event in events_around(open_repo(home.root), own.requests)}
    if not any(request.id in events for request in own.requests):
        if refused := spool.refusal_of(home, own.name):
            raise AnsweredError(refused.error, refused.exit_code)
        raise OutsideError(
            f"Somebody removed the request from {home.state / 'spool'}; nothing was changed. Try again."
        )
    found: list[Outcome] = []
    for request in own.requests:
        if event := events.get(request.id):
            update = Update(request, {}, event.from_status or "", event.to_status or "")
            found.append(Committed(update, event.commit))
        else:
            found.append(
                RefusedError(
                    f"{request.run} was refused, or the row said so already: see `ckreg status show`."
                )
            )
    return found


def _fate(home: Home, bundle: Bundle) -> str:
    """What becomes of requests whose owner stops waiting."""
    if spool.take_back(home, bundle):
        return "the request was taken back; nothing was changed"
    if spool.is_claimed(home, bundle):
        return "the request stays: another process is committing it"
    return "too late: the request was carried out; `ckreg history` shows it"
