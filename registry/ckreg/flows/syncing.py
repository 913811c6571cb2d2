"""Brings Status up to what scheduler and logs say: one question for all jobs, one commit for all changes."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from ckreg.adapters import submissions
from ckreg.adapters.clock import now
from ckreg.adapters.synced import remember_synced
from ckreg.adapters.tree import Home, read_text
from ckreg.core.scheduler.judging import Judged, Why, judged
from ckreg.core.scheduler.notes import TRAINING_FAILED, with_notes
from ckreg.core.scheduler.port import Answer, QueueAnswer, Scheduler
from ckreg.core.scheduler.states import Phase, phase_of
from ckreg.core.status import Source, Status, StatusRequest
from ckreg.core.summary import parse
from ckreg.core.summary.rows import RowKey
from ckreg.core.update import Update
from ckreg.errors import BusyError, CkregError, OutsideError
from ckreg.flows.best_epochs import told_best_epoch
from ckreg.flows.following import Followed, Jobs, as_time, followed, last_sayer
from ckreg.flows.indexing import How, index_known
from ckreg.flows.log_words import Key, Verdicts, with_logs
from ckreg.flows.recording import record
from ckreg.flows.recovering import find_lost, record_jobs, refuse_foreign
from ckreg.flows.updates import WaitsError, flush

_NONE = "-"


@dataclass(frozen=True, slots=True)
class Change:
    """A row that changes: the request for it, and the status before."""

    request: StatusRequest
    old: Status


@dataclass(frozen=True, slots=True)
class Unclear:
    """A row of whose job nothing follows, and why."""

    experiment: str
    key: RowKey
    job: str
    why: str


@dataclass(frozen=True, slots=True)
class Synced:
    """What was asked and what came of it.

    `asked` rows had jobs to ask for, `open` of them have not ended. `updates` are what was carried out,
    `refused` what could not be.
    """

    asked: int
    open: int
    changes: tuple[Change, ...]
    unclear: tuple[Unclear, ...]
    updates: tuple[Update, ...] = ()
    refused: tuple[str, ...] = ()
    commit: str | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Heard:
    """The answers, and the notes that they settle."""

    accounting: Answer
    queue: QueueAnswer | None
    jobs: Jobs


def sync(home: Home, experiments: Sequence[str], scheduler: Scheduler, *, dry_run: bool = False) -> Synced:
    """Ask once, and record what changed, with the evidence; with `dry_run` only tell it.

    Raises:
        OutsideError: neither accounting nor queue answers.
        BusyError: git is in the middle of something.
    """
    warnings = () if dry_run else (*_flushed(home), *_finish_submissions(home, scheduler))
    rows = followed(home, experiments)
    if not rows:
        return Synced(0, 0, (), (), warnings=warnings)
    heard = _ask(scheduler, rows)
    if not dry_run:
        remember_synced(home, {row.experiment for row in rows}, now())
    verdicts = {(row.experiment, row.key): _judged(heard, row) for row in rows}
    if _want_logs(verdicts):
        _index(home, heard, {row.experiment for row in rows})
        verdicts = with_logs(home, rows, verdicts)
    verdicts = _with_trainings(home, rows, verdicts)
    changes, unclear, settled = _changes(home, rows, verdicts)
    result = Synced(
        asked=len(rows),
        open=_open(rows, verdicts),
        changes=tuple(changes),
        unclear=tuple(unclear),
        warnings=(*warnings, *_failures(heard)),
    )
    if dry_run:
        return result
    done = record(home, [change.request for change in changes])
    _settle(home, settled - {_row_of(request) for request, _ in done.refused})
    refused = tuple(f"{request.experiment} {request.run}: {error}" for request, error in done.refused)
    return replace(result, updates=done.updates, refused=refused, commit=done.commit)


def _flushed(home: Home) -> tuple[str, ...]:
    """Commit what jobs have left in the spool, for it is older than what the scheduler says now."""
    told = [one for _, one in flush(home).settled if isinstance(one, CkregError)]
    return tuple(str(error) for error in told)


def _finish_submissions(home: Home, scheduler: Scheduler) -> tuple[str, ...]:
    """Record jobs that a killed `submit` sent; while another one is at work, that is its own affair."""
    if not (home.state / "submissions").is_dir():
        return ()
    refuse_foreign(home)
    try:
        with submissions.sending(home, timeout_seconds=0):
            try:
                find_lost(home, scheduler, wait=False)
            except OutsideError as error:
                return (str(error),)
            finally:
                record_jobs(home)
    except WaitsError as error:
        return (str(error),)
    except BusyError:
        return ()
    return ()


def _ask(scheduler: Scheduler, rows: Sequence[Followed]) -> _Heard:
    """One question to the accounting; one to the queue, where the accounting leaves something open."""
    accounting = scheduler.told({row.job for row in rows})
    jobs = Jobs(accounting.jobs)
    open_ = {row.job for row in rows if _is_unsure(jobs, row)}
    queue = scheduler.queued(open_) if open_ else None
    if queue is not None and queue.failed and (accounting.failed or accounting.absent):
        if accounting.failed and not accounting.absent:
            raise OutsideError(f"{accounting.failed}; {queue.failed}. Nothing was changed.")
        queue = None
    return _Heard(accounting, queue, Jobs(accounting.jobs, queue.jobs if queue else ()))


def _is_unsure(jobs: Jobs, row: Followed) -> bool:
    attempts = jobs.attempts(row)
    if not attempts:
        return not jobs.has_other(row)
    return phase_of(attempts[-1].state) in {Phase.BETWEEN, Phase.UNCLEAR}


def _judged(heard: _Heard, row: Followed) -> Judged | Why:
    if heard.jobs.has_other(row):
        return Why.OTHER_JOB
    return judged(
        heard.jobs.attempts(row),
        heard.jobs.queued(row),
        queue_answered=heard.queue is not None and heard.queue.failed is None,
        accounting_answered=heard.accounting.failed is None and not heard.accounting.absent,
    )


def _want_logs(verdicts: Verdicts) -> bool:
    """Whether a log has something to add: runs that ended are measured, those nobody knows may tell."""
    return any(
        verdict is Why.UNKNOWN_JOB or (isinstance(verdict, Judged) and verdict.settled)
        for verdict in verdicts.values()
    )


def _index(home: Home, heard: _Heard, experiments: Collection[str]) -> None:
    index_known(home, How(told=heard.accounting.text), experiments)


def _with_trainings(home: Home, rows: Sequence[Followed], verdicts: Verdicts) -> dict[Key, Judged | Why]:
    """What became of evaluations that were cancelled before they started follows from their training.

    Where it failed, they are pending again; where it is not over, nothing is said yet.
    """
    found = dict(verdicts)
    statuses: dict[str, dict[str, str | None]] = {}
    for row in rows:
        verdict = verdicts[(row.experiment, row.key)]
        if row.key.task is None or not isinstance(verdict, Judged) or not verdict.cancelled_unstarted:
            continue
        if row.experiment not in statuses:
            statuses[row.experiment] = _trainings(home, row.experiment, verdicts)
        training = statuses[row.experiment].get(row.key.run)
        if training == Status.FAILED:
            found[(row.experiment, row.key)] = replace(
                verdict, status=Status.PENDING, notes=(TRAINING_FAILED,), at=None, started=None
            )
        elif training not in {None, Status.COMPLETED}:
            found[(row.experiment, row.key)] = Why.NO_ANSWER
    return found


def _trainings(home: Home, experiment: str, verdicts: Verdicts) -> dict[str, str | None]:
    statuses = {row.run_name: row.status for row in parse(read_text(home.summary(experiment))).fine_tuning}
    for (name, key), verdict in verdicts.items():
        if name == experiment and key.task is None and isinstance(verdict, Judged):
            statuses[key.run] = verdict.status
    return statuses


def _changes(
    home: Home, rows: Sequence[Followed], verdicts: Verdicts
) -> tuple[list[Change], list[Unclear], set[Key]]:
    changes: list[Change] = []
    unclear: list[Unclear] = []
    settled: set[Key] = set()
    for row in rows:
        verdict = verdicts[(row.experiment, row.key)]
        if isinstance(verdict, Judged) and _contradicts_person(home, row, verdict):
            unclear.append(_unclear(row, f"a person set it to {row.status}, but {verdict.evidence}"))
            settled.add((row.experiment, row.key))
            continue
        if isinstance(verdict, Why):
            if verdict is not Why.NO_ANSWER and not row.is_final:
                unclear.append(_unclear(row, verdict))
            continue
        if verdict.settled:
            settled.add((row.experiment, row.key))
        if request := _resolved(home, row, _request(row, verdict)):
            changes.append(Change(request, row.status))
    return changes, unclear, settled


def _unclear(row: Followed, why: str) -> Unclear:
    return Unclear(row.experiment, row.key, row.job, why)


def _contradicts_person(home: Home, row: Followed, verdict: Judged) -> bool:
    """Whether somebody said by hand how a run ended, and the scheduler says something else."""
    if not row.is_final or verdict.status in {row.status, Status.PENDING}:
        return False
    return last_sayer(home, row) == Source.PERSON


def _request(row: Followed, verdict: Judged) -> StatusRequest | None:
    """The change that follows, None where the row says all of it already."""
    taken_back = verdict.cancelled_unstarted and verdict.status is Status.PENDING
    waits = verdict.status is Status.PENDING and not taken_back
    if waits:  # a lagging accounting says so of jobs that run
        return None
    notes = with_notes(row.notes, verdict.notes)
    status = None if verdict.status is row.status else verdict.status
    changed_notes = notes != (row.notes or _NONE)
    if status is None and not changed_notes and not taken_back:
        return None
    moment = now()
    return StatusRequest(
        id=uuid.uuid4().hex[:16],
        experiment=row.experiment,
        run=row.key.run,
        task=row.key.task,
        epoch=row.key.epoch,
        at=as_time(verdict.at, moment),
        status=status,
        job=_NONE if taken_back else row.job,
        note=notes if changed_notes else None,
        by=verdict.by,
        evidence=verdict.evidence,
        started=as_time(verdict.started, moment) if verdict.started and status else None,
    )


def _resolved(home: Home, row: Followed, request: StatusRequest | None) -> StatusRequest | None:
    """The change, with the number of the best epoch where an evaluation of it is done and it can be told."""
    if not (row.wants_best and request and request.status is Status.COMPLETED):
        return request
    told = told_best_epoch(home, row.experiment, row.key.run)
    if told is None:
        return request
    epoch, evidence = told
    return replace(request, resolved=epoch, evidence=f"{request.evidence}; {evidence}")


def _open(rows: Sequence[Followed], verdicts: Verdicts) -> int:
    def is_over(row: Followed) -> bool:
        verdict = verdicts[(row.experiment, row.key)]
        return isinstance(verdict, Judged) and (verdict.settled or verdict.cancelled_unstarted)

    return sum(not is_over(row) for row in rows)


def _failures(heard: _Heard) -> tuple[str, ...]:
    accounting = heard.accounting
    told = [accounting.failed if accounting.failed and not accounting.absent else None]
    told.append(heard.queue.failed if heard.queue else None)
    return tuple(f"{failure}." for failure in told if failure)


def _settle(home: Home, settled: set[Key]) -> None:
    """Forget the notes of submissions all of whose jobs are over."""
    for intent in submissions.intents(home):
        left = tuple(place for place in intent.places if (intent.experiment, place.key) not in settled)
        if not left:
            submissions.forget(home, intent)
        elif left != intent.places:
            submissions.write(home, replace(intent, places=left))


def _row_of(request: StatusRequest) -> Key:
    return request.experiment, RowKey(request.run, request.task, request.epoch)
