"""How an experiment's runs are at this moment: table, logs and queue beside what was predicted."""

import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from ckreg.adapters import clock
from ckreg.adapters.tree import Home, read_text
from ckreg.core.measure.measurement import Outcome
from ckreg.core.scheduler.ids import is_job_id
from ckreg.core.scheduler.judging import Judged, judged
from ckreg.core.scheduler.port import QueueAnswer, Scheduler
from ckreg.core.score.values import Met
from ckreg.core.status import FINISHED, Status
from ckreg.core.submission.planning import evaluation_key
from ckreg.core.summary import EvaluationRow, FineTuningRow, parse
from ckreg.core.summary.rows import RowKey
from ckreg.core.tail.advance import Advance
from ckreg.errors import CkregError
from ckreg.flows.following import Followed, Jobs, followed
from ckreg.flows.refreshing import ESTIMATES, fresh_cache
from ckreg.flows.run_logs import job_ids, located
from ckreg.flows.scoring import met
from ckreg.flows.tailing import advance

ASK_EVERY = 30.0
"""Seconds between two questions to the queue; Slurm's manual asks for no less."""

_LOOK_AGAIN = 10.0  # seconds until a log that was not there is looked for once more
_CELL = "%Y-%m-%d %H:%M:%S"
_UNTOLD = {Outcome.UNKNOWN, Outcome.INCOMPLETE}
_NOTHING = Advance()
_Stamp = tuple[int, int, int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A run or evaluation at this moment; times in seconds, what nobody tells is None.

    `elapsed_seconds` is how long it runs, or took. `silent_seconds` have passed since its log was written.
    `differs` is what queue or log say that the table does not: `queue RUNNING`, `not in queue`, `log failed`.
    """

    key: RowKey
    status: str | None
    job: str | None
    notes: str | None
    elapsed_seconds: float | None = None
    at_least: bool = False
    median_seconds: float | None = None
    p90_seconds: float | None = None
    log_path: Path | None = None
    advance: Advance = _NOTHING
    silent_seconds: float | None = None
    queue_state: str | None = None
    reason: str | None = None
    differs: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether something is still to happen to it: it runs, or a job of it waits."""
        return self.status == Status.RUNNING or (self.status not in FINISHED and self.job is not None)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An experiment at one moment; `silent` is why the queue was not heard, None where it was or need not."""

    experiment: str
    at: datetime
    rows: tuple[Watched, ...]
    silent: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether anything runs or waits."""
        return any(row.is_open for row in self.rows)

    @property
    def differing(self) -> tuple[Watched, ...]:
        """The rows of which queue or log say something else than the table."""
        return tuple(row for row in self.rows if row.differs)


class Queue:
    """The queue's last answer; asked in the background, for squeue may take its time, and never often."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._asked = float("-inf")
        self._thread: threading.Thread | None = None
        self.answer: QueueAnswer | None = None

    def ask(self, jobs: Iterable[str], seconds: float) -> None:
        """Ask now, and wait so long for the answer."""
        self.ask_beside(jobs)
        if self._thread is not None:
            self._thread.join(seconds)
            if self._thread.is_alive():
                self.answer = QueueAnswer(failed=f"it has not answered within {seconds:.0f} s")

    def ask_beside(self, jobs: Iterable[str]) -> None:
        """Ask where it is time for it, without waiting."""
        busy = self._thread is not None and self._thread.is_alive()
        if busy or time.monotonic() - self._asked < ASK_EVERY:
            return
        self._asked = time.monotonic()
        wanted = sorted({job for job in jobs if is_job_id(job)})
        self._thread = threading.Thread(target=self._ask, args=(wanted,), daemon=True)
        self._thread.start()

    def _ask(self, jobs: Sequence[str]) -> None:
        self.answer = self._scheduler.queued(jobs) if jobs else None


class Watcher:
    """Looks at one experiment again and again; what has not changed since is not read again."""

    def __init__(self, home: Home, experiment: str, scheduler: Scheduler) -> None:
        self._home, self._experiment = home, experiment
        self.queue = Queue(scheduler)
        self._stamps: tuple[_Stamp, ...] = ()
        self._rows: tuple[Watched, ...] = ()
        self._began: Mapping[RowKey, float] = {}
        self._followed: Mapping[RowKey, Followed] = {}
        self._logs: dict[tuple[RowKey, str | None], tuple[Path, _Stamp, Advance]] = {}
        self._looked: dict[tuple[RowKey, str | None], float] = {}

    def jobs(self) -> list[str]:
        """The jobs to ask the queue for."""
        self._read()
        return [row.job for row in self._followed.values() if not row.is_final]

    def look(self) -> Snapshot:
        """How it is now."""
        self._read()
        now = clock.now()
        answer = self.queue.answer
        jobs = Jobs((), answer.jobs) if answer and not answer.failed else None
        rows = tuple(self._now(row, jobs, now.timestamp()) for row in self._rows)
        return Snapshot(self._experiment, now, rows, answer.failed if answer else None)

    def _read(self) -> None:
        """Read table and estimates where they have changed."""
        folder = self._home.experiments / self._experiment
        paths = (self._home.summary(self._experiment), folder / ESTIMATES)
        stamps = tuple(_stamp(path) for path in paths)
        if stamps == self._stamps:
            return
        summary = parse(read_text(paths[0]))
        predicted = {_key_of(each): each for each in met(self._home, self._experiment)}
        keyed: list[tuple[RowKey, FineTuningRow | EvaluationRow]] = [
            *((RowKey(row.run_name), row) for row in summary.fine_tuning),
            *((evaluation_key(row), row) for row in summary.evaluations),
        ]
        self._rows = tuple(_watched(key, row, predicted.get(key)) for key, row in keyed)
        self._began = _beginnings(self._home, self._experiment)
        self._followed = {row.key: row for row in followed(self._home, [self._experiment])}
        self._stamps = stamps

    def _now(self, row: Watched, jobs: Jobs | None, now: float) -> Watched:
        if not row.is_open:
            return row
        row = self._with_log(row) if row.status == Status.RUNNING else row
        if row.status == Status.RUNNING and (began := self._began.get(row.key)) is not None:
            row = replace(row, elapsed_seconds=max(0.0, now - began))
        told = self._followed.get(row.key)
        return row if jobs is None or told is None else _with_queue(row, told, jobs)

    def _with_log(self, row: Watched) -> Watched:
        whose = (row.key, row.job)
        known = self._logs.get(whose)
        path = known[0] if known and known[0].is_file() else self._find(row)
        stamp = _stamp(path) if path else None
        if path is None or stamp is None:
            return row
        if known is None or known[:2] != (path, stamp):
            try:
                known = self._logs[whose] = (path, stamp, advance(path))
            except CkregError:
                return row
        outcome = known[2].outcome
        return replace(
            row,
            log_path=path,
            advance=known[2],
            silent_seconds=max(0.0, time.time() - stamp[1] / 1e9),
            differs=None if outcome in _UNTOLD else f"log {outcome}",
        )

    def _find(self, row: Watched) -> Path | None:
        whose = (row.key, row.job)
        if time.monotonic() - self._looked.get(whose, float("-inf")) < _LOOK_AGAIN:
            return None
        self._looked[whose] = time.monotonic()
        jobs = list(job_ids(self._home, self._experiment, row.key, row.job))
        return located(self._home, self._experiment, row.key, jobs).path


def _watched(key: RowKey, row: FineTuningRow | EvaluationRow, told: Met | None) -> Watched:
    took = told.actual_seconds if told else None
    if took is None and row.status == Status.COMPLETED and isinstance(row, FineTuningRow):
        took = _between(row.started, row.completed)
    return Watched(
        key=key,
        status=row.status,
        job=row.job_id,
        notes=row.notes,
        elapsed_seconds=took,
        at_least=told.at_least if told else False,
        median_seconds=told.median_seconds if told else None,
        p90_seconds=told.p90_seconds if told else None,
    )


def _key_of(told: Met) -> RowKey:
    return RowKey(told.run_name, told.task, None if told.epoch is None else str(told.epoch))


def _with_queue(row: Watched, told: Followed, jobs: Jobs) -> Watched:
    """What the queue says of a job, and whether the table says the same."""
    queued = jobs.queued(told)
    if queued is None:
        return replace(row, differs=row.differs or "not in queue")
    row = replace(row, queue_state=queued.state, reason=queued.reason)
    verdict = judged((), queued, queue_answered=True, accounting_answered=False)
    if isinstance(verdict, Judged) and verdict.status != row.status:
        return replace(row, differs=f"queue {queued.state}")
    return row


def _beginnings(home: Home, experiment: str) -> dict[RowKey, float]:
    """When the last attempt of each row began, in seconds since the epoch."""
    with fresh_cache(home) as cache:
        rows: Sequence[Mapping[str, object]] = cache.rows(
            "SELECT run, task, epoch, started FROM attempts WHERE experiment = ? AND started IS NOT NULL "
            "ORDER BY attempt",
            [experiment],
        )
    found = {}
    for row in rows:
        task, epoch = row["task"], row["epoch"]
        key = RowKey(str(row["run"]), _text(task), _text(epoch))
        try:
            found[key] = datetime.fromisoformat(str(row["started"])).timestamp()
        except (ValueError, OverflowError):
            continue
    return found


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _between(started: str | None, completed: str | None) -> float | None:
    try:
        first, last = (datetime.strptime(text or "", _CELL).astimezone() for text in (started, completed))
    except (ValueError, OverflowError):
        return None
    seconds = (last - first).total_seconds()
    return seconds if seconds >= 0 else None


def _stamp(path: Path) -> _Stamp:
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_size, found.st_mtime_ns, found.st_ino
