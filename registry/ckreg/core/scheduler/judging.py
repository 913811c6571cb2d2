"""What follows for a run's status from what scheduler and log say of its job; nothing from silence."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from ckreg.core.measure.measurement import Outcome
from ckreg.core.scheduler.accounting import Job
from ckreg.core.scheduler.notes import evidence, requeued, went
from ckreg.core.scheduler.queue import Queued
from ckreg.core.scheduler.states import Phase, outcome_of, phase_of
from ckreg.core.status import Source, Status


class Why(StrEnum):
    """Why nothing follows."""

    UNKNOWN_JOB = "neither accounting nor queue knows its job"
    NO_ANSWER = "the scheduler did not answer"
    MAY_RETURN = "it ended, but may have been put back into the queue, which did not answer"
    STRANGE_STATE = "its state is none that ckreg knows"
    HALF_WRITTEN = "the accounting has not written down its end yet"
    OTHER_JOB = "the id belongs to another job now"


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What a log says of the job that wrote it; `at` is when it was last written, in ISO 8601."""

    outcome: Outcome
    path: str
    evidence: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The status that follows, with the times (as Slurm prints them), notes and evidence.

    `settled` says that nothing else is to be learned of the job. `never_started` is a job that was cancelled
    before it began.
    """

    status: Status
    by: Source
    evidence: str
    notes: tuple[str, ...] = ()
    at: str | None = None
    started: str | None = None
    settled: bool = False
    cancelled_unstarted: bool = False


def judged(
    attempts: Sequence[Job], queued: Queued | None, *, queue_answered: bool, accounting_answered: bool
) -> Judged | Why:
    """What follows from the accounting's rows of one job, oldest first, and from its place in the queue.

    The queue alone decides an end only where the accounting does not answer.
    """
    if attempts:
        return _by_accounting(attempts, queued, queue_answered=queue_answered)
    if queued is not None:
        return _by_queue(queued, decides=not accounting_answered)
    return Why.UNKNOWN_JOB if queue_answered and accounting_answered else Why.NO_ANSWER


def _by_accounting(attempts: Sequence[Job], queued: Queued | None, *, queue_answered: bool) -> Judged | Why:
    last, requeues = attempts[-1], len(attempts) - 1
    phase = phase_of(last.state)
    if phase is Phase.BETWEEN:
        if queued is not None and phase_of(queued.state) in {Phase.WAITING, Phase.RUNNING}:
            return _running(last, requeues + 1)
        return _ended(last, requeues) if queue_answered else Why.MAY_RETURN
    if phase is Phase.ENDED:
        # After an outage a row may have its last state for seconds, and its times and exit code only then.
        return Why.HALF_WRITTEN if last.ended is None else _ended(last, requeues)
    if phase is Phase.WAITING and not requeues:
        return _waiting(last)
    if phase is Phase.UNCLEAR and last.state != "REQUEUED":
        return Why.STRANGE_STATE
    return _running(last, requeues + (last.state == "REQUEUED"))


def _ended(job: Job, requeues: int) -> Judged:
    notes = (went(job), *([requeued(requeues)] if requeues else []))
    return Judged(
        status=Status.COMPLETED if job.outcome is Outcome.COMPLETED else Status.FAILED,
        by=Source.SACCT,
        evidence=evidence(job, requeues),
        notes=notes,
        at=job.ended,
        started=None if job.never_started else job.started,
        settled=True,
        cancelled_unstarted=job.state == "CANCELLED" and job.never_started,
    )


def _running(job: Job, requeues: int) -> Judged:
    """A requeued job stays `running` while it waits for its next start."""
    return Judged(
        status=Status.RUNNING,
        by=Source.SACCT,
        evidence=evidence(job, requeues),
        notes=(requeued(requeues),) if requeues else (),
        at=job.started,
        started=job.started,
    )


def _waiting(job: Job) -> Judged:
    return Judged(status=Status.PENDING, by=Source.SACCT, evidence=evidence(job))


def _by_queue(queued: Queued, *, decides: bool) -> Judged | Why:
    told = f"squeue: {queued.state}{f' ({queued.reason})' if queued.reason else ''}; job {queued.job_id}"
    phase = phase_of(queued.state)
    if phase is Phase.WAITING:
        return Judged(status=Status.PENDING, by=Source.SACCT, evidence=told)
    if phase is Phase.RUNNING:
        return Judged(status=Status.RUNNING, by=Source.SACCT, evidence=told)
    if phase is not Phase.ENDED or not decides:
        return Why.UNKNOWN_JOB if decides else Why.NO_ANSWER
    completed = outcome_of(queued.state) is Outcome.COMPLETED
    reason = () if completed else (_short(queued),)
    status = Status.COMPLETED if completed else Status.FAILED
    unstarted = queued.state == "CANCELLED" and queued.reason == "DependencyNeverSatisfied"
    return Judged(status=status, by=Source.SACCT, evidence=told, notes=reason, cancelled_unstarted=unstarted)


def _short(queued: Queued) -> str:
    return queued.state if queued.state != "FAILED" else f"failed ({queued.reason or 'no reason told'})"


_FINAL = {
    Outcome.COMPLETED: "",
    Outcome.FAILED: "failed (log)",
    Outcome.TIMEOUT: "TIMEOUT (log)",
    Outcome.OOM_GPU: "out of GPU memory",
    Outcome.OOM_HOST: "OUT_OF_MEMORY (log)",
    Outcome.CANCELLED: "CANCELLED (log)",
    Outcome.PREEMPTED: "PREEMPTED (log)",
    Outcome.NODE_FAIL: "NODE_FAIL (log)",
}


def judged_by_log(word: Word) -> Judged | Why:
    """What follows where the accounting knows nothing of the job, and its log tells how it ended."""
    if word.outcome not in _FINAL:
        return Why.UNKNOWN_JOB
    return Judged(
        status=Status.COMPLETED if word.outcome is Outcome.COMPLETED else Status.FAILED,
        by=Source.LOG,
        evidence=f"log {word.path}: {word.evidence}",
        notes=(_FINAL[word.outcome],),
        at=word.at,
        settled=True,
    )
