"""Tries again for a while what another git at work holds up."""

import time
from collections.abc import Callable
from typing import TypeVar

from ckreg.adapters.git.repo import Repo
from ckreg.errors import BusyError, CkregError

TRIES = 12
WAIT_SECONDS = 0.1

_T = TypeVar("_T")


class TryAgainError(CkregError):
    """Somebody committed, held the index or saved a file at the same moment."""

    exit_code = BusyError.exit_code


def until_at_rest(repo: Repo, what: Callable[[], _T]) -> _T:
    """What `what` gives, called again while it raises `TryAgainError`.

    Raises:
        BusyError: it went on raising it.
    """
    for attempt in range(TRIES):
        try:
            return what()
        except TryAgainError as error:
            reason = str(error)
            time.sleep(WAIT_SECONDS * (attempt + 1) / 2)
    remedy = "If no git is running, remove that file." if ".lock" in reason else "Try again."
    raise BusyError(f"{repo.root}: git stayed busy: {reason}. {remedy}")
