"""Leaves requests in the spool, for nodes that cannot commit: nothing of git is asked here."""

import os
import re
from collections.abc import Sequence

from ckreg.adapters import spool
from ckreg.adapters.tree import EXPERIMENTS, Home, read_text
from ckreg.core.status import StatusRequest
from ckreg.core.summary.edit import changed_cells, key_of
from ckreg.core.summary.rows import find_row
from ckreg.errors import CkregError, NotFoundError, UsageError
from ckreg.flows.outcomes import Spooled

_CONFLICT = re.compile(r"^<{7} ", re.MULTILINE)


def leave(home: Home, requests: Sequence[StatusRequest]) -> list[Spooled | CkregError]:
    """Write requests into the spool as one bundle, to be committed by the next call that may.

    Each gets its outcome, in order. One that cannot be, because there is no such row or it asks for nothing,
    is not written; what only may stand in its way by then is a warning.

    Raises:
        OutsideError: the spool cannot be written.
    """
    outcomes = [_looked_at(home, request) for request in requests]
    kept = [outcome.request for outcome in outcomes if isinstance(outcome, Spooled)]
    if kept:
        spool.put(home, kept)
    return outcomes


def experiment_named(home: Home, word: str) -> str:
    """The experiment that a person means; where the folder may not be read, the word as it is.

    Raises:
        NotFoundError: none or several fit.
    """
    try:
        return home.experiment(word)
    except NotFoundError:
        if not _is_hidden(home, word):
            raise
    return word.rstrip("/").removeprefix(f"{EXPERIMENTS}/")


def _is_hidden(home: Home, word: str) -> bool:
    """Whether it is only that we may not look."""
    try:
        os.listdir(home.experiments)  # noqa: PTH208  # only whether it may be read
        home.summary(word).stat()
    except FileNotFoundError:
        return False
    except (OSError, ValueError):
        return True
    return False


def _looked_at(home: Home, request: StatusRequest) -> Spooled | CkregError:
    where = f"{EXPERIMENTS}/{request.experiment}/{home.summary(request.experiment).name}"
    try:
        text = read_text(home.summary(request.experiment))
    except NotFoundError as error:
        return error
    except CkregError as error:
        return Spooled(request, (str(error),))
    try:
        changed_cells(find_row(text, key_of(request), where), request, where)
    except (NotFoundError, UsageError) as error:
        if not _CONFLICT.search(text):  # a merge is under way, and rows may be there twice
            return error
        return Spooled(request, (str(error),))
    except CkregError as error:
        return Spooled(request, (f"As the document is now, this will be refused: {error}",))
    return Spooled(request)
