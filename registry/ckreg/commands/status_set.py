"""`ckreg status set`: change one row of an experiment's Status tables, in one commit."""

import re
import uuid
from dataclasses import dataclass

from ckreg.adapters.clock import now
from ckreg.adapters.tree import Home
from ckreg.core.status import Source, Status, StatusRequest
from ckreg.core.update import Update
from ckreg.errors import UsageError
from ckreg.flows.updates import Committed, Preview, apply, preview

_JOB_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+\[\]-]{0,63}")
_ESTIMATES = "estimates.json"
_EPOCH = re.compile(r"\d{1,6}|best|-")


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


def status_set(home: Home, experiment: str, wish: Wish, *, timeout_seconds: float = 60.0) -> Committed:
    """Change the row and commit it; `experiment` may be the beginning of its name.

    Raises:
        CkregError: nothing was changed; see `flows.updates.apply`.
    """
    return apply(home, request(home, experiment, wish), timeout_seconds=timeout_seconds)


def status_preview(home: Home, experiment: str, wish: Wish) -> Preview:
    """The document before and after, nothing changed."""
    return preview(home, request(home, experiment, wish))


def how_it_went(home: Home, update: Update) -> str | None:
    """How the estimate of a run did that is completed now, in words; None where nothing is known of it."""
    if not update.completes or not home.summary(update.request.experiment).with_name(_ESTIMATES).is_file():
        return None
    from ckreg.core.score.words import one  # noqa: PLC0415  # the cache, which no other update needs
    from ckreg.flows.verdict import verdict  # noqa: PLC0415  # see above

    graded = verdict(home, update)
    return one(graded) if graded else None


def request(home: Home, experiment: str, wish: Wish) -> StatusRequest:
    """The wish as a request, checked as far as it can be without the document.

    Raises:
        UsageError: it asks for nothing, or a word is not what it should be.
    """
    asked = (wish.status, wish.job, wish.note, wish.resolved)
    if all(part is None for part in asked):
        raise UsageError("There is nothing to set: give --status, --job-id, --note or --resolved.")
    if wish.job is not None and not _JOB_ID.fullmatch(wish.job):
        raise UsageError(f"{wish.job!r} is not a job id; Slurm's look like 12345 or 12345_7.")
    if wish.epoch is not None and not _EPOCH.fullmatch(wish.epoch):
        raise UsageError(f"{wish.epoch!r} is not an epoch; give its number from 0 on, or `best`.")
    if (wish.epoch is not None or wish.resolved is not None) and wish.task is None:
        raise UsageError("--epoch and --resolved are for evaluations: give --task with them.")
    return StatusRequest(
        id=uuid.uuid4().hex[:16],
        experiment=home.experiment(experiment),
        run=wish.run,
        at=now(),
        task=wish.task,
        epoch=wish.epoch,
        status=wish.status,
        job=wish.job,
        note=wish.note,
        resolved=None if wish.resolved is None else str(wish.resolved),
        by=wish.by,
        evidence=wish.evidence,
        forced=wish.forced,
    )
