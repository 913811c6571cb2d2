"""Which rows `sync` follows, and which of the scheduler's jobs are theirs."""

import re
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ckreg.adapters import submissions
from ckreg.adapters.cache import Row
from ckreg.adapters.tree import Home, read_text
from ckreg.core.plan.evaluations import BEST
from ckreg.core.scheduler.accounting import Job
from ckreg.core.scheduler.queue import Queued
from ckreg.core.status import FINISHED, Status
from ckreg.core.submission.planning import evaluation_key
from ckreg.core.submission.record import Intent
from ckreg.core.summary import EvaluationRow, FineTuningRow, parse
from ckreg.core.summary.rows import RowKey
from ckreg.flows.refreshing import cache_to_read

_Keyed = tuple[RowKey, FineTuningRow | EvaluationRow]
_CLOCKS_DIFFER = 300.0  # seconds
_PLACEHOLDER_SECONDS = 60.0  # by then the accounting has a job's name, or never gets it
_PLACEHOLDER = "allocation"
_SENT = re.compile(r"(?:sbatch|local): (\S+) submitted (\S+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """A row with a job whose end is not known yet.

    `job` is as the table has it, or the task of the array where the job itself wrote Slurm's other number for
    it. `name` is the job's name where ckreg gave it, and `sent_at` when it was sent; `noted_at` when the id
    was written down, where it was typed by hand; `wants_best` where the best epoch's number is not in the
    table yet. Times are in seconds since the epoch.
    """

    experiment: str
    key: RowKey
    status: Status
    job: str
    notes: str | None
    name: str | None = None
    sent_at: float | None = None
    noted_at: float | None = None
    wants_best: bool = False

    @property
    def is_final(self) -> bool:
        """Whether the table says that it is over."""
        return self.status in FINISHED


def followed(home: Home, experiments: Sequence[str]) -> list[Followed]:
    """The rows whose job has not ended, or whose end the scheduler has not told yet."""
    noted = submissions.intents(home)
    places = {
        (intent.experiment, place.key): (intent, intent.job_of(place))
        for intent in noted
        if intent.job
        for place in intent.places
    }
    found = []
    for experiment in experiments:
        summary = parse(read_text(home.summary(experiment)))
        trainings: list[_Keyed] = [(RowKey(row.run_name), row) for row in summary.fine_tuning]
        evaluations = [(evaluation_key(row), row) for row in summary.evaluations]
        for key, row in [*trainings, *evaluations]:
            if one := _followed(experiment, key, row, places.get((experiment, key), (None, None))):
                found.append(one)
    return _with_origins(home, found)


def _followed(
    experiment: str,
    key: RowKey,
    row: FineTuningRow | EvaluationRow,
    noted: tuple[Intent | None, str | None],
) -> Followed | None:
    intent, job = noted
    if row.job_id is None or row.status not in set(Status):
        return None
    status = Status(row.status)
    ours = intent is not None and job is not None and _is_same(row.job_id, job)
    if status in FINISHED and not ours:
        return None
    return Followed(
        experiment=experiment,
        key=key,
        status=status,
        job=job if ours and job else row.job_id,
        notes=row.notes,
        name=intent.name if ours and intent else None,
        sent_at=intent.sent_at if ours and intent else None,
        wants_best=isinstance(row, EvaluationRow) and row.epoch == BEST,
    )


def _is_same(shown: str, job: str) -> bool:
    """Whether the table's id may be this job: a task of an array calls itself by another number."""
    return shown == job or ("_" in job and "_" not in shown)


def _with_origins(home: Home, rows: list[Followed]) -> list[Followed]:
    """What history tells of ids that no note here knows: the job's name, or when the id was typed."""
    if all(row.name for row in rows):
        return rows
    told = _events(home)
    found = []
    for row in rows:
        event = None if row.name else told.get((row.experiment, *row.key, row.job))
        found.append(row if event is None else _with_origin(row, event))
    return found


def _with_origin(row: Followed, event: Row) -> Followed:
    if sent := _SENT.match(str(event["evidence"] or "")):
        return replace(row, name=sent[1], sent_at=_moment(sent[2]))
    return replace(row, noted_at=_moment(event["at"]))


def _events(home: Home) -> Mapping[tuple[object, ...], Row]:
    """The first commit that put a job into a row."""
    with cache_to_read(home) as cache:
        rows = cache.rows(
            "SELECT experiment, run, task, epoch, job, evidence, at FROM status_events "
            "WHERE job IS NOT NULL ORDER BY at DESC"
        )
    keys = ("experiment", "run", "task", "epoch", "job")
    return {tuple(row[name] for name in keys): row for row in rows}


def last_sayer(home: Home, row: Followed) -> str | None:
    """Who or what gave the row its status last: `person`, `job`, ...; None where history does not tell."""
    with cache_to_read(home) as cache:
        rows = cache.rows(
            'SELECT "by" FROM status_events WHERE experiment = ? AND run = ? AND task IS ? AND to_status = ? '
            "AND from_status <> to_status AND (epoch IS ? OR ? IS NULL) ORDER BY rowid DESC LIMIT 1",
            [row.experiment, row.key.run, row.key.task, str(row.status), row.key.epoch, row.key.epoch],
        )
    return str(rows[0]["by"]) if rows else None


def _moment(text: object) -> float | None:
    try:
        return datetime.fromisoformat(str(text)).timestamp()
    except (ValueError, OverflowError):
        return None


class Jobs:
    """The scheduler's answers, so that each row finds its own."""

    def __init__(self, told: Iterable[Job], queued: Iterable[Queued] = ()) -> None:
        self._told: defaultdict[str, list[Job]] = defaultdict(list)
        for job in told:
            for name in {job.job_id, job.raw_id or job.job_id}:
                self._told[name].append(job)
        self._queued = {name: each for each in queued for name in (each.raw_id, each.job_id)}

    def attempts(self, row: Followed) -> tuple[Job, ...]:
        """Every start of the row's job, oldest first; empty where the id belongs to somebody else's."""
        all_of_id = sorted(self._told.get(row.job, ()), key=lambda job: job.submitted or "")
        if row.name is not None:
            return tuple(job for job in all_of_id if job.name == row.name or _stays_nameless(job, row))
        return tuple(job for job in all_of_id if _was_there(job.submitted, row.noted_at))

    def has_other(self, row: Followed) -> bool:
        """Whether the id is known, but of another job."""
        there = [job for job in self._told.get(row.job, ()) if row.name is None or job.name != _PLACEHOLDER]
        return bool(there) and not self.attempts(row)

    def queued(self, row: Followed) -> Queued | None:
        """The row's place in the queue."""
        found = self._queued.get(row.job)
        return None if found is None or (row.name is not None and found.name != row.name) else found


def _stays_nameless(job: Job, row: Followed) -> bool:
    """Whether a row without the job's name is no placeholder: sent when ours was, and over for long."""
    sent, ended = _moment(job.submitted), _moment(job.ended)
    if job.name != _PLACEHOLDER or sent is None or ended is None or row.sent_at is None:
        return False
    return abs(sent - row.sent_at) < _CLOCKS_DIFFER and time.time() - ended > _PLACEHOLDER_SECONDS


def _was_there(submitted: str | None, noted_at: float | None) -> bool:
    """Whether the job was there when its id was written down: ids are used again."""
    sent = _moment(submitted)
    return noted_at is None or sent is None or sent <= noted_at + _CLOCKS_DIFFER


def as_time(text: str | None, otherwise: datetime) -> datetime:
    """A time as Slurm prints it, in this machine's zone."""
    moment = _moment(text) if text else None
    return otherwise if moment is None else datetime.fromtimestamp(moment, UTC).astimezone()
