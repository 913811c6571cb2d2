"""`ckreg status set`: change one row of an experiment's Status tables, in one commit."""

import uuid
from dataclasses import dataclass

from ckreg.adapters.clock import now
from ckreg.adapters.tree import Home
from ckreg.core.requests import fault
from ckreg.core.status import Source, Status, StatusRequest
from ckreg.core.text import printable
from ckreg.core.update import Update
from ckreg.errors import UsageError
from ckreg.flows.outcomes import raised
from ckreg.flows.spooling import experiment_named
from ckreg.flows.updates import Committed, Preview, Spooled, apply, leave, preview

_ESTIMATES = "estimates.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a person asks of `status set`; what is None stays as it is."""

    run: str
    task: str | None = None
    epoch: str | None = None
    status: Status | None = None
    job: str | None = None
    note: str | None = None
    resolved: int | None = None
    by: Source = Source.PERSON
    evidence: str | None = None
    forced: bool = False


def status_set(
    home: Home, experiment: str, wish: Wish, *, spool: bool = False, timeout_seconds: float = 60.0
) -> Committed | Spooled:
    """Change the row and commit it; `experiment` may be the beginning of its name.

    With `spool` the request is only written, for a node that cannot commit.

    Raises:
        CkregError: nothing was changed; see `flows.updates.apply`.
    """
    if spool:
        [outcome] = leave(home, [request(experiment_named(home, experiment), wish)])
        return raised(outcome)
    return apply(home, request(home.experiment(experiment), wish), timeout_seconds=timeout_seconds)


def status_preview(home: Home, experiment: str, wish: Wish) -> Preview:
    """The files before and after, nothing changed.

    Raises:
        CkregError: the request would be refused.
    """
    shown = preview(home, [request(home.experiment(experiment), wish)])
    raised(shown.outcomes[0])
    return shown


def how_it_went(home: Home, update: Update) -> str | None:
    """How the estimate of a run did that is completed now, in words; None where nothing is known of it."""
    if not update.completes or not home.summary(update.request.experiment).with_name(_ESTIMATES).is_file():
        return None
    from ckreg.core.score.words import one  # noqa: PLC0415  # the cache, which no other update needs
    from ckreg.flows.verdict import verdict  # noqa: PLC0415  # see above

    graded = verdict(home, update)
    return one(graded) if graded else None


def request(experiment: str, wish: Wish) -> StatusRequest:
    """The wish as a request, checked as far as it can be without the document.

    Raises:
        UsageError: it asks for nothing, or a word is not what it should be.
    """
    asked = StatusRequest(
        id=uuid.uuid4().hex[:16],
        experiment=experiment,
        run=wish.run,
        at=now(),
        task=wish.task,
        epoch=wish.epoch,
        status=wish.status,
        job=wish.job,
        note=None if wish.note is None else printable(wish.note),
        resolved=None if wish.resolved is None else str(wish.resolved),
        by=wish.by,
        evidence=None if wish.evidence is None else printable(wish.evidence),
        forced=wish.forced,
    )
    if wrong := fault(asked):
        raise UsageError(wrong)
    return asked
