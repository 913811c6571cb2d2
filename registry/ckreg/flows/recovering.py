"""Finds what became of submissions that were cut short, and writes job ids into the tables."""

import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from ckreg.adapters import submissions
from ckreg.adapters.clock import now
from ckreg.adapters.git import open_repo
from ckreg.adapters.tree import Home
from ckreg.core.scheduler.local import CLUSTER, is_local
from ckreg.core.scheduler.port import Scheduler
from ckreg.core.status import StatusRequest
from ckreg.core.submission.record import Intent
from ckreg.errors import OutsideError, RefusedError
from ckreg.flows.recording import record
from ckreg.flows.scheduling import called

_CLOCKS_DIFFER = 120.0  # seconds between this machine and the controller


def refuse_foreign(home: Home) -> None:
    """See that no notes of submissions came with a clone.

    Raises:
        RefusedError: git tracks them.
    """
    tracked = open_repo(home.root).run("ls-files", "--", ".ckreg/submissions").split("\n")[0]
    if tracked:
        raise RefusedError(
            f"git tracks {tracked}: notes of submissions that came with a clone are not believed. "
            f"Look at them, then `git rm -r --cached .ckreg` and remove them."
        )


def find_lost(
    home: Home, scheduler: Scheduler, *, wait: bool, tell: Callable[[str], None] = lambda _text: None
) -> None:
    """Find the jobs of notes that have none, by name; the caller holds the lock of `submissions.sending`.

    With `wait` what accounting and queue do not know after its lag was never sent, and its note goes.

    Raises:
        OutsideError: the scheduler does not answer, so that nobody can tell.
    """
    lost = [intent for intent in submissions.intents(home) if intent.job is None]
    if not lost:
        return
    for name in sorted({intent.scheduler for intent in lost}):
        sent_there = [intent for intent in lost if intent.scheduler == name]
        _find(home, called(name, scheduler), sent_there, wait=wait, tell=tell)


def _find(
    home: Home, scheduler: Scheduler, lost: Sequence[Intent], *, wait: bool, tell: Callable[[str], None]
) -> None:
    missing = _found(home, scheduler, lost)
    if not missing or not wait:
        return
    lag = scheduler.lag_seconds
    age = time.time() - max(intent.sent_at for intent in missing)
    if age < lag:
        tell("A submission was cut short; waiting until accounting would know of it.")
        time.sleep(min(lag, lag - age))
        missing = _found(home, scheduler, missing)
    for intent in missing:
        submissions.forget(home, intent)


def _found(home: Home, scheduler: Scheduler, lost: Sequence[Intent]) -> list[Intent]:
    """Note the jobs of those that are found; give those that are not."""
    since = datetime.fromtimestamp(min(intent.sent_at for intent in lost) - _CLOCKS_DIFFER, UTC)
    answer = scheduler.named({intent.name for intent in lost}, since)
    jobs = {job.name: job for job in answer.jobs}
    missing = []
    for intent in lost:
        if job := jobs.get(intent.name):
            found = replace(intent, job=job.job_id.partition("_")[0], cluster=job.cluster)
            submissions.write(home, found)
        else:
            missing.append(intent)
    if missing and answer.failed:
        raise OutsideError(
            f"Whether {missing[0].name} was submitted cannot be told: {answer.failed}. "
            f"Nothing is sent until that is known; try again later."
        )
    return missing


def record_jobs(home: Home) -> str | None:
    """Write the ids of jobs that were sent into the tables, all in one commit; its id.

    Raises:
        BusyError: git is in the middle of something; the notes stay for the next call.
    """
    sent = [intent for intent in submissions.intents(home) if intent.job and not intent.recorded]
    if not sent:
        return None
    done = record(home, [request for intent in sent for request in _requests(intent)])
    for intent in sent:
        submissions.write(home, replace(intent, recorded=True))
    return done.commit


def _requests(intent: Intent) -> list[StatusRequest]:
    sent = datetime.fromtimestamp(intent.sent_at, UTC).astimezone().isoformat(timespec="seconds")
    where = f" on {intent.cluster}" if intent.cluster else ""
    return [
        StatusRequest(
            id=uuid.uuid4().hex[:16],
            experiment=intent.experiment,
            run=place.key.run,
            task=place.key.task,
            epoch=place.key.epoch,
            at=now(),
            job=intent.job_of(place),
            evidence=f"{_word(intent)}: {intent.name} submitted {sent}{where}",
        )
        for place in intent.places
    ]


def _word(intent: Intent) -> str:
    return CLUSTER if intent.job and is_local(intent.job) else "sbatch"
