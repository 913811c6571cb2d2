"""What the tasks of array jobs have read of the logs, and what they are still to read.

A result counts for a log that is found here and is as it was when it was listed; all else in these files says
nothing. So no path is taken from them, and whatever is missing, cut short or strange is read here instead.
"""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from ckreg.adapters import shards
from ckreg.adapters.git import open_repo
from ckreg.adapters.scan import Found
from ckreg.adapters.shards import Job
from ckreg.adapters.tree import Home
from ckreg.core.measure import READER_VERSION
from ckreg.core.scheduler import Phase, phase_of
from ckreg.core.scheduler.port import Scheduler
from ckreg.core.scheduler.sending import job_name
from ckreg.core.sharding.lines import Wanted, is_done, read_read_log, read_wanted
from ckreg.core.text import one_line
from ckreg.core.units import count, counted
from ckreg.errors import CkregError, RefusedError
from ckreg.flows.log_rows import LogRows, log_row
from ckreg.flows.scheduling import scheduler

NAME = "ckreg-index"
# A job whose id is not noted is being sent, or its sender was killed; sbatch alone may take 90 seconds.
_SENDING_SECONDS = 600.0
_CLOCKS_DIFFER = 120.0
_SHOWN = 3
_LONGEST = 200


class _Place(NamedTuple):
    path: Path
    offset: int


class Standing(NamedTuple):
    """How far a job is: tasks that have finished, those that wait or run, and why that cannot be told."""

    job: Job
    finished: frozenset[int]
    under_way: frozenset[int]
    failed: str | None = None

    @property
    def missing(self) -> list[int]:
        """The tasks that are over and have given nothing."""
        return [task for task in range(self.job.tasks) if task not in self.finished | self.under_way]


@dataclass
class Elsewhere:
    """What was read elsewhere, and what is awaited from there.

    `said` is what a person should know of it, `over` the jobs from which nothing more is to come.
    """

    places: dict[Wanted, _Place] = field(default_factory=dict)
    awaited: set[Wanted] = field(default_factory=set)
    said: list[str] = field(default_factory=list)
    over: list[Job] = field(default_factory=list)

    def awaits(self, found: Found) -> bool:
        """Whether a task is still to read this log."""
        wanted = wanted_of(found)
        return wanted in self.awaited and wanted not in self.places

    def has(self, found: Found) -> bool:
        """Whether a task seems to have read this log as it is now."""
        return wanted_of(found) in self.places

    def rows_of(self, found: Found) -> LogRows | None:
        """What a task read of this log as it is now, by the readers of this version."""
        place = self.places.get(wanted_of(found))
        if place is None:
            return None
        try:
            read = read_read_log(shards.line_at(*place))
        except (CkregError, ValueError):
            return None
        if read.log != wanted_of(found) or read.reader_version != READER_VERSION:
            return None
        return LogRows(log_row(found) | {"fingerprint": read.fingerprint}, read.measurements)


def wanted_of(found: Found) -> Wanted:
    """A log as lists name it."""
    return Wanted(str(found.path), *found[1:])


def elsewhere(home: Home, *, leave_missing: bool = False) -> Elsewhere:
    """What there is; with `leave_missing` what a task should have read, and has not, is only named."""
    there = Elsewhere()
    jobs = shards.jobs(home)
    if not jobs:
        return there
    try:
        refuse_tracked(home)
    except CkregError as error:
        there.said.append(str(error))
        return there
    for standing in standings(home, jobs, scheduler(home)):
        _look(home, there, standing, leave_missing=leave_missing)
    return there


def refuse_tracked(home: Home) -> None:
    """See that nothing in `.ckreg/index` came with a clone.

    Raises:
        RefusedError: git tracks it.
    """
    if tracked := open_repo(home.root).run("ls-files", "--", ".ckreg/index").split("\n")[0]:
        raise RefusedError(
            f"git tracks {tracked}: what came with a clone is not taken for what was read here. "
            f"Look at it, then `git rm -r --cached .ckreg` and remove it."
        )


def standings(home: Home, jobs: list[Job], there: Scheduler) -> list[Standing]:
    """How far the jobs are; the scheduler is asked once, and only where a task has not finished."""
    open_jobs = [job for job in jobs if len(_finished(home, job)) < job.tasks]
    known = {job.job for job in open_jobs if job.job}
    queued = there.queued(known) if known else None
    found = []
    for job in jobs:
        under_way, failed = frozenset[int](), None
        if job in open_jobs and job.job is None:
            under_way, failed = _of_unknown(job, there)
        elif job in open_jobs and queued and queued.failed:
            under_way, failed = frozenset(range(job.tasks)), queued.failed
        elif job in open_jobs and queued:
            ids = [each.job_id for each in queued.jobs if phase_of(each.state) is not Phase.ENDED]
            under_way = _tasks(job, ids)
        # Only now: what finished since the scheduler was asked is there.
        finished = _finished(home, job)
        found.append(Standing(job, finished, under_way - finished, failed))
    return found


def _finished(home: Home, job: Job) -> frozenset[int]:
    return frozenset(task for task in shards.finished(shards.folder_of(home, job.id)) if task < job.tasks)


def _of_unknown(job: Job, there: Scheduler) -> tuple[frozenset[int], str | None]:
    """A job whose id was not noted: found by its name, or still on its way."""
    everything = frozenset(range(job.tasks))
    if -_CLOCKS_DIFFER < time.time() - job.sent_at < _SENDING_SECONDS:
        return everything, None
    name = job_name(NAME, job.id)
    answer = there.named({name}, datetime.fromtimestamp(job.sent_at - _CLOCKS_DIFFER, UTC))
    lives = any(each.name == name and phase_of(each.state) is not Phase.ENDED for each in answer.jobs)
    return everything if lives or answer.failed else frozenset(), answer.failed


def _tasks(job: Job, ids: list[str]) -> frozenset[int]:
    """The tasks of the job among ids such as `12_3`; all of them where one stands for the array."""
    tasks = set()
    for each in ids:
        array, _, task = each.partition("_")
        if array == job.job:
            tasks |= {int(task)} if task.isascii() and task.isdigit() else set(range(job.tasks))
    return frozenset(tasks)


def _look(home: Home, there: Elsewhere, standing: Standing, *, leave_missing: bool) -> None:
    job = standing.job
    folder = shards.folder_of(home, job.id)
    broken = {task for task in sorted(standing.finished) if not _take(there, shards.list_of(folder, task))}
    missing = sorted({*standing.missing, *broken})
    for task in [*standing.under_way, *(missing if leave_missing else ())]:
        _await(there, shards.list_of(folder, task))
    name = f"Job {job.job}" if job.job else f"The job {job_name(NAME, job.id)}"
    if standing.under_way:
        failed = f" {one_line(standing.failed)}. `rm -r {folder}` gives it up." if standing.failed else ""
        number = f"{count(len(standing.finished))} of {counted(job.tasks, 'task')}"
        there.said.append(f"{name} still reads: {number} have finished.{failed}")
    else:
        there.over.append(job)
    if missing:
        there.said.append(_about_missing(name, folder, missing, job.tasks, leave_missing=leave_missing))


def _about_missing(name: str, folder: Path, missing: list[int], tasks: int, *, leave_missing: bool) -> str:
    listed = ", ".join(map(str, missing[:_SHOWN])) + (", ..." if len(missing) > _SHOWN else "")
    words = next((said for task in missing if (said := shards.last_words(folder, task))), None)
    why = f" ({one_line(words)[:_LONGEST]})" if words else ""
    then = "`ckreg index` reads its logs here" if leave_missing else "its logs are read here"
    number = f"{count(len(missing))} of {counted(tasks, 'task')}"
    return f"{name}: {number} gave nothing, {listed}{why}; {then}."


def _take(there: Elsewhere, listed: Path) -> bool:
    """Note where the lines of a result are; whether it is whole."""
    path = shards.result_of(listed)
    places: dict[Wanted, _Place] = {}
    number, last = 0, None
    try:
        for line in shards.lines_in(path):
            if last is not None:
                number += 1
                places[read_wanted(last.text)] = _Place(path, last.offset)
            last = line
    except (CkregError, ValueError):
        return False
    if last is None or not is_done(last.text, number):
        return False
    there.places |= places
    return True


def _await(there: Elsewhere, listed: Path) -> None:
    try:
        there.awaited |= {read_wanted(line.text) for line in shards.lines_in(listed)}
    except (CkregError, ValueError):
        return  # then they are read here
