"""`ckreg status set --from-json`: several changes in one call and one commit, a line each."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial

from ckreg.adapters.clock import now
from ckreg.adapters.tree import Home
from ckreg.core.requests import from_line
from ckreg.core.status import StatusRequest
from ckreg.errors import CkregError, MalformedError, RefusedError
from ckreg.flows.outcomes import Outcome
from ckreg.flows.spooling import experiment_named
from ckreg.flows.updates import Preview, apply_all, leave, preview


@dataclass(frozen=True, slots=True)
class Line:
    """A line and what became of it; `request` is None where it is no change."""

    number: int
    request: StatusRequest | None
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Lines:
    """All lines, in order, and the files that would change where that was only looked at."""

    where: str
    lines: tuple[Line, ...]
    preview: Preview | None = None

    @property
    def refused(self) -> tuple[Line, ...]:
        """The lines that were not carried out."""
        return tuple(line for line in self.lines if isinstance(line.outcome, CkregError))


def status_lines(
    home: Home,
    where: str,
    text: str,
    *,
    spool: bool = False,
    dry_run: bool = False,
    timeout_seconds: float = 60.0,
) -> Lines:
    """Carry out the changes of JSON lines; `where` is what messages call them.

    Each line stands for itself: one that is refused, or is no change at all, leaves the others alone. Those
    that can be are in one commit.

    Raises:
        CkregError: nothing at all could be committed; nothing was changed.
    """
    named = cache(partial(experiment_named, home) if spool else home.experiment)
    read = {
        number: _read(line, named)
        for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1)
        if line.strip()
    }
    requests = {number: found for number, found in read.items() if isinstance(found, StatusRequest)}
    outcomes: Mapping[int, Outcome] = {
        number: found for number, found in read.items() if isinstance(found, CkregError)
    }
    shown, done = _done(home, list(requests.values()), spool, dry_run, timeout_seconds)
    outcomes = {**outcomes, **dict(zip(requests, done, strict=True))}
    lines = tuple(Line(number, requests.get(number), outcomes[number]) for number in sorted(read))
    return Lines(where, lines, shown)


def _done(
    home: Home, requests: Sequence[StatusRequest], spool: bool, dry_run: bool, timeout_seconds: float
) -> tuple[Preview | None, Sequence[Outcome]]:
    if not requests:
        return None, []
    if dry_run:
        shown = preview(home, requests)
        return shown, shown.outcomes
    if spool:
        return None, leave(home, requests)
    return None, apply_all(home, requests, timeout_seconds=timeout_seconds)


def _read(line: str, named: Callable[[str], str]) -> StatusRequest | CkregError:
    try:
        request = from_line(line, uuid.uuid4().hex[:16], now())
        return replace(request, experiment=named(request.experiment))
    except MalformedError as error:
        return RefusedError(str(error))
    except CkregError as error:
        return error
