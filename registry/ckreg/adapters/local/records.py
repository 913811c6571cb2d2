"""The files of the queue: one record a job, in `queue/` until it has ended, then in `done/`.

A record is written beside its place, synced and renamed. That of a job that is sent appears whole in `queue/`
as the last thing of sending it; before, nothing was sent.
"""

import contextlib
import dataclasses
import fcntl
import json
import os
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ckreg.adapters.local.processes import Process
from ckreg.adapters.tree import replace_text
from ckreg.core.scheduler.local import is_local
from ckreg.errors import BusyError, MalformedError, OutsideError

_LOCK_SECONDS = 60.0  # whoever holds the lock needs milliseconds
_POLL_SECONDS = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A job. Times are in seconds since the epoch, `exit_code` is as sacct writes it, `max_rss` in bytes.

    `runner` is the process that waits for it, `leader` the job's own, which leads its group. `command` runs
    the copy of the script that was made when it was sent. `grace_seconds` lie between TERM and KILL.
    """

    id: str
    name: str
    command: tuple[str, ...]
    folder: str
    log: str
    error: str | None
    appends: bool
    limit_seconds: int | None
    grace_seconds: float
    after: tuple[str, ...]
    submitted: float
    state: str = "PENDING"
    started: float | None = None
    ended: float | None = None
    exit_code: str = "0:0"
    max_rss: int | None = None
    cancelled_by: int | None = None
    reason: str | None = None
    runner: Process | None = None
    leader: Process | None = None


class Records:
    """The queue's folder; what changes in it is changed under `locked`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._queue = folder / "queue"
        self._done = folder / "done"

    def exists(self) -> bool:
        """Whether a job was ever sent here."""
        return self._queue.is_dir()

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Be the only one who changes the queue.

        Raises:
            BusyError: somebody else held the lock for a minute.
            OutsideError: the folder cannot be made or written.
        """
        try:
            for folder in (self.folder, self._queue, self._done):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise OutsideError(f"{self.folder} cannot be written: {error.strerror}.") from error
        try:
            _lock(descriptor, self.folder)
            yield
        finally:
            os.close(descriptor)

    def waiting_and_running(self) -> list[Record]:
        """The jobs that have not ended, in the order in which they were sent.

        Raises:
            MalformedError: a record cannot be read.
        """
        ended = self._names(self._done)
        found = [_read(self._queue / name) for name in self._names(self._queue) - ended]
        return sorted((record for record in found if record), key=lambda record: int(record.id[1:]))

    def ended(self, since: float = 0.0) -> list[Record]:
        """The jobs that have ended, and were sent after `since`."""
        found = [_read(self._done / name) for name in self._names(self._done)]
        return [record for record in found if record and record.submitted >= since]

    def find(self, job: str) -> Record | None:
        """The job of this id."""
        if not is_local(job):
            return None
        done = self._done / f"{job}.json"
        return _read(done) or _read(self._queue / f"{job}.json") or _read(done)  # it may move in between

    def next_id(self) -> str:
        """An id that no job of this machine ever had."""
        path = self.folder / "last"
        try:
            last = int(path.read_text())
        except (FileNotFoundError, ValueError):
            names = self._names(self._queue) | self._names(self._done)
            last = max((int(name[1:-5]) for name in names), default=0)
        replace_text(path, f"{last + 1}\n")
        return f"L{last + 1}"

    def put(self, record: Record) -> None:
        """Write the record of a job that has not ended."""
        replace_text(self._queue / f"{record.id}.json", _as_text(record))

    def end(self, record: Record) -> None:
        """Write the record of a job that has ended; its script and environment go."""
        replace_text(self._done / f"{record.id}.json", _as_text(record))
        for path in (self._queue / f"{record.id}.json", self.script(record.id), self._environment(record.id)):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)

    def script(self, job: str) -> Path:
        """Where the copy of a job's script lies."""
        return self.folder / f"{job}.sh"

    def put_environment(self, job: str, environment: Mapping[str, str]) -> None:
        """Keep what the job is to inherit; nobody else can read the folder."""
        replace_text(self._environment(job), json.dumps(dict(environment)))

    def environment(self, job: str) -> dict[str, str]:
        """What the job inherits."""
        told = json.loads(self._environment(job).read_bytes())
        return {str(name): str(value) for name, value in told.items()}

    def allow(self, at_once: int) -> None:
        """Say how many jobs may run at once."""
        if at_once != self.at_once():
            replace_text(self.folder / "at-once", f"{at_once}\n")

    def at_once(self) -> int:
        """How many jobs may run at once."""
        try:
            return max(1, int((self.folder / "at-once").read_text()))
        except (FileNotFoundError, ValueError):
            return 1

    def _environment(self, job: str) -> Path:
        return self.folder / f"{job}.environment"

    def _names(self, folder: Path) -> set[str]:
        try:
            return {name for name in os.listdir(folder) if is_local(name.removesuffix(".json"))}  # noqa: PTH208
        except FileNotFoundError:
            return set()


def changed(record: Record, **values: Any) -> Record:  # noqa: ANN401  # the fields of a record
    """The record with other values."""
    return replace(record, **values)


def _lock(descriptor: int, folder: Path) -> None:
    until = time.monotonic() + _LOCK_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise BusyError(
                    f"{folder}/lock is held for more than {_LOCK_SECONDS:.0f} s. Try again."
                ) from None
            time.sleep(_POLL_SECONDS)
        except OSError as error:
            raise OutsideError(
                f"{folder}/lock cannot be locked: {error.strerror}. "
                f"Set XDG_STATE_HOME to a folder of a local disk."
            ) from error
        else:
            return


def _as_text(record: Record) -> str:
    told = {field.name: getattr(record, field.name) for field in dataclasses.fields(record)}
    return json.dumps(told) + "\n"


def _read(path: Path) -> Record | None:
    try:
        told = json.loads(path.read_bytes())
        lists = {name: tuple(told[name]) for name in ("command", "after")}
        processes = {name: _process(told[name]) for name in ("runner", "leader")}
        return Record(**{**told, **lists, **processes})
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise MalformedError(f"{path} is no record of a job ({error}). Move it away.") from None


def _process(told: Collection[Any] | None) -> Process | None:
    return None if told is None else Process(*told)
