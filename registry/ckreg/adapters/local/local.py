"""This machine as ckreg's scheduler: what was sent runs here, so many jobs at a time."""

import os
import signal
import sys
import time
from collections.abc import Callable, Collection
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from ckreg.adapters.local.accounting import sacct_text
from ckreg.adapters.local.processes import is_alive, signal_group
from ckreg.adapters.local.queue import cancelled, may_start, settled
from ckreg.adapters.local.records import Record, Records
from ckreg.adapters.local.runner import start_runner
from ckreg.core.scheduler.accounting import parse_sacct
from ckreg.core.scheduler.local import Held, expanded, held_by, is_local
from ckreg.core.scheduler.port import Answer, QueueAnswer
from ckreg.core.scheduler.queue import Queued
from ckreg.core.scheduler.sending import Accepted, Order
from ckreg.core.submission.script import sbatch_options
from ckreg.errors import CkregError, OutsideError, RefusedError

T = TypeVar("T")
_GRACE_SECONDS = 30.0  # Slurm's KillWait


def state_folder(base: Path | None = None) -> Path:
    """Where the queue of this machine and person lies, in `base` or their own folder for such things.

    Homes may be shared between machines, so each has its own.

    Never in a registry: what came with a clone must not be taken for a job that somebody sent.
    """
    configured = os.environ.get("XDG_STATE_HOME", "")
    # The XDG specification: a relative path there is invalid and to be ignored.
    usual = Path(configured) if configured.startswith("/") else Path.home() / ".local" / "state"
    # The name of a Mac follows the network that it is in.
    return (base or usual) / "ckreg" / "jobs" / ("mac" if sys.platform == "darwin" else os.uname().nodename)


class Local:
    """Processes of this machine; `at_once` None leaves what was said last."""

    name = "this machine"
    lag_seconds = 0.0

    def __init__(
        self, folder: Path, at_once: int | None = None, *, grace_seconds: float = _GRACE_SECONDS
    ) -> None:
        self._records = Records(folder)
        self._at_once = at_once
        self._grace_seconds = grace_seconds

    def shown(self, order: Order) -> list[str]:
        """A command line that does about the same, for people to read."""
        after = [f"SLURM_JOB_DEPENDENCY=afterok:{order.after.job}"] if order.after else []
        return ["env", "-C", order.folder, f"SLURM_JOB_NAME={order.name}", *after, "bash", order.script]

    def send(self, order: Order, *, held: int) -> Accepted:  # noqa: ARG002  # nothing outlives this call
        """Put a job into the queue, and see that the queue is worked on.

        Raises:
            RefusedError: it asks for what is not to be had here, or its script cannot be read.
            OutsideError: the queue cannot be written.
        """
        path = Path(order.folder, order.script)
        text = _script(path)
        asked = _asked(path, text)
        if order.tasks:
            raise RefusedError(f"{order.name} is an array, and this machine runs none.")
        with self._records.locked():
            after = self._after(order)
            if self._at_once is not None:
                self._records.allow(self._at_once)
            record = self._record(order, text, asked, after, self._records.next_id())
            self._keep(record, text)
        self._tend()
        return Accepted(record.id)

    def told(self, jobs: Collection[str]) -> Answer:
        """What became of these jobs."""
        return self._answered(Answer, lambda: self._told([job for job in jobs if is_local(job)]))

    def queued(self, jobs: Collection[str]) -> QueueAnswer:
        """Where these jobs are; also those that have ended."""
        return self._answered(QueueAnswer, lambda: self._queued(jobs))

    def named(self, names: Collection[str], since: datetime) -> Answer:
        """The jobs of these names, sent after `since`."""
        return self._answered(Answer, lambda: self._named(names, since.timestamp()))

    def in_queue(self) -> int | None:
        """How many jobs wait or run, of all registries."""
        try:
            return len(self._records.waiting_and_running()) if self._records.exists() else 0
        except CkregError:
            return None

    def largest_array(self) -> int:
        """One: each run is a job of its own here."""
        return 1

    def cancel(self, jobs: Collection[str]) -> None:
        """End these jobs; those that have ended are left alone.

        Raises:
            OutsideError: the queue cannot be written.
        """
        with self._records.locked():
            alive = {record.id: record for record in settled(self._records)}
            for job in jobs:
                if record := alive.get(job):
                    self._cancel(record)
        self._tend()

    def _cancel(self, record: Record) -> None:
        """Tell the runner; where it was killed, the job itself, the second time so that it must heed it."""
        marked = cancelled(record)
        if marked.ended is not None:
            self._records.end(marked)
            return
        self._records.put(marked)
        if record.runner is not None and is_alive(record.runner):
            os.kill(record.runner.pid, signal.SIGTERM)
        elif record.leader is not None:
            again = record.cancelled_by is not None
            signal_group(record.leader, signal.SIGKILL if again else signal.SIGTERM)

    def _tend(self) -> None:
        """Note who died, and start a runner where something may start and nobody sees to it."""
        with self._records.locked():
            ready = may_start(self._records, settled(self._records))
        if ready:
            start_runner(self._records)

    def _answered(self, kind: Callable[..., T], ask: Callable[[], T]) -> T:
        try:
            if self._records.exists():
                self._tend()
            return ask()
        except CkregError as error:
            return kind(failed=str(error).rstrip("."))
        except OSError as error:
            return kind(failed=f"the queue in {self._records.folder} cannot be read: {error.strerror}")

    def _told(self, jobs: Collection[str]) -> Answer:
        text = sacct_text([found for job in sorted(jobs) if (found := self._records.find(job))])
        return Answer(parse_sacct(text), text=text)

    def _queued(self, jobs: Collection[str]) -> QueueAnswer:
        found = [record for job in sorted(jobs) if (record := self._records.find(job))]
        return QueueAnswer(tuple(map(_as_queued, found)))

    def _named(self, names: Collection[str], since: float) -> Answer:
        there = [*self._records.waiting_and_running(), *self._records.ended(since)]
        text = sacct_text([record for record in there if record.name in names])
        return Answer(parse_sacct(text), text=text)

    def _after(self, order: Order) -> tuple[str, ...]:
        if order.after is None:
            return ()
        if self._records.find(order.after.job) is None:
            raise RefusedError(
                f"{order.name} waits for job {order.after.job}, which is none of this machine. "
                f"Submit it to where that job runs."
            )
        return (order.after.job,)

    def _record(self, order: Order, text: str, asked: Held, after: tuple[str, ...], job: str) -> Record:
        folder = os.path.join(order.folder, asked.folder or "")  # noqa: PTH118  # an absolute one replaces it
        values = {
            "j": job, "J": job, "A": job, "a": "0", "s": "batch", "t": "0", "n": "0",
            "x": order.name, "u": _user(), "N": os.uname().nodename,
        }  # fmt: skip
        outputs = [
            os.path.join(folder, expanded(each, values)) if each else None  # noqa: PTH118
            for each in (order.log or asked.output, asked.error)
        ]
        interpreter = text.split("\n", 1)[0][2:].split(None, 1)
        return Record(
            id=job,
            name=order.name,
            command=(*map(str.strip, interpreter), str(self._records.script(job))),
            folder=folder,
            log=outputs[0] or "",
            error=outputs[1],
            appends=asked.appends,
            limit_seconds=asked.limit_seconds,
            grace_seconds=self._grace_seconds,
            after=after,
            submitted=time.time(),
        )

    def _keep(self, record: Record, text: str) -> None:
        """The record last: it makes it a job."""
        path = self._records.script(record.id)
        try:
            path.write_bytes(text.encode())
            path.chmod(0o700)
        except OSError as error:
            raise OutsideError(f"{path} cannot be written: {error.strerror}. Nothing was sent.") from error
        self._records.put_environment(record.id, os.environ)
        self._records.put(record)


def _script(path: Path) -> str:
    try:
        text = path.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise RefusedError(f"{path} cannot be read: {error}. `ckreg scaffold` writes it.") from None
    if not text.startswith("#!/"):
        raise RefusedError(f"{path}:1: the first line must be `#!/bin/bash` or the like.")
    return text


def _asked(path: Path, text: str) -> Held:
    try:
        asked = held_by(sbatch_options(text))
    except ValueError as error:
        raise RefusedError(f"{path}: --time={error} is no time limit; write it as H:MM:SS.") from None
    if asked.refused:
        raise RefusedError(f"{path}: jobs of this machine have no --{asked.refused}. Take the line out.")
    return asked


def _as_queued(record: Record) -> Queued:
    state, reason = record.state, record.reason
    if state == "RUNNING" and record.cancelled_by is not None:
        state = "COMPLETING"
    elif state == "PENDING":
        reason = "Dependency" if record.after else "Resources"
    submitted = datetime.fromtimestamp(record.submitted).isoformat(timespec="seconds")  # noqa: DTZ006  # as Slurm prints it
    return Queued(record.id, record.id, state, reason, submitted, record.name)


def _user() -> str:
    return os.environ.get("USER") or str(os.getuid())
