"""Carries out several status requests at once, in one commit."""

from collections.abc import Sequence
from dataclasses import dataclass

from ckreg.adapters.tree import Home
from ckreg.core.status import StatusRequest
from ckreg.core.update import Update
from ckreg.errors import CkregError
from ckreg.flows.updates import Committed, apply_all


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was carried out, why some could not be, and the commit; None where the rows said all already."""

    updates: tuple[Update, ...]
    refused: tuple[tuple[StatusRequest, CkregError], ...]
    commit: str | None


def record(home: Home, requests: Sequence[StatusRequest]) -> Recorded:
    """Carry out the requests in one commit; one that is refused leaves the others alone.

    Raises:
        BusyError: git is in the middle of something, or the lock stayed held.
    """
    if not requests:
        return Recorded((), (), None)
    done = apply_all(home, requests)
    updates, refused, commit = [], [], None
    for request, result in zip(requests, done, strict=True):
        if isinstance(result, CkregError):
            refused.append((request, result))
        elif isinstance(result, Committed):
            updates.append(result.update)
            commit = commit or result.commit
    return Recorded(tuple(updates), tuple(refused), commit)
