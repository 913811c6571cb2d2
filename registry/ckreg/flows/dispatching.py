"""Lets an array job read the logs that are new: shared out, sent, waited for."""

import sys
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ckreg.adapters import shards, submissions
from ckreg.adapters.cache import open_cache
from ckreg.adapters.config import load_settings
from ckreg.adapters.scan import Found
from ckreg.adapters.shards import Job
from ckreg.adapters.tree import Home
from ckreg.core.scheduler.port import Scheduler
from ckreg.core.scheduler.sending import Order, job_name
from ckreg.core.settings import Settings
from ckreg.core.sharding.lines import wanted_line
from ckreg.core.sharding.sharing import Weighed, minutes_for, script, shared
from ckreg.errors import RefusedError
from ckreg.flows.caching import cache_path
from ckreg.flows.elsewhere import NAME, elsewhere, refuse_tracked, standings, wanted_of
from ckreg.flows.index_round import Round, may_be_copies
from ckreg.flows.indexing import logs_below

_LOCK_SECONDS = 120.0  # an sbatch that waits for its controller needs up to 90
_ASK_EVERY = 30.0  # seconds: what Slurm's manual allows
_LOOK_EVERY = 1.0  # seconds; nobody tells when a file appears on a network file system


@dataclass(frozen=True, slots=True)
class Shared:
    """Logs shared out to the tasks of an array: how many of how many bytes, and the limit in minutes.

    `unchanged` need not be read again, `left` are read by another job already, or wait to be taken in.
    """

    id: str
    lists: tuple[tuple[Found, ...], ...] = field(repr=False)
    logs: int
    size: int
    unchanged: int
    left: int
    minutes: int
    script: str = field(repr=False)
    order: Order = field(repr=False)


@dataclass(frozen=True, slots=True)
class Progress:
    """How many tasks have finished, of how many, and how many more wait or run."""

    finished: int
    tasks: int
    under_way: int


def share_out(  # what `index_logs` needs, and where it is to be read
    home: Home,
    roots: Sequence[Path],
    patterns: Sequence[str],
    number: int,
    scheduler: Scheduler,
    *,
    rebuild: bool = False,
) -> Shared:
    """What `send_out` would do: the logs that are new, for at most `number` tasks. Nothing is written.

    Raises:
        RefusedError: git tracks what should be ours, there are no arrays, or `max_submit` leaves no room.
    """
    refuse_tracked(home)
    settings = load_settings(home)
    there = elsewhere(home)
    with open_cache(cache_path(home)) as cache:
        now = Round(cache, full=rebuild, there=there)
        for item in logs_below(roots, patterns):
            now.meet(item)
    logs = [found for found in now.waiting if not found.is_sacct and not there.has(found)]
    waiting = sum(not found.is_sacct for found in now.waiting)
    weighed = [Weighed(found.size, (found.size, *may_be_copies(str(found.path)))) for found in logs]
    tasks = _room(settings, scheduler, number) if logs else 0
    lists = tuple(tuple(logs[place] for place in share) for share in shared(weighed, tasks))
    minutes = max((minutes_for([found.size for found in each]) for each in lists), default=0)
    job_id = uuid.uuid4().hex[:8]
    folder = shards.folder_of(home, job_id)
    words = [sys.executable, "-P", "-m", "ckreg", "-C", str(home.root), "index", "--shard"]
    return Shared(
        id=job_id,
        lists=lists,
        logs=len(logs),
        size=sum(found.size for found in logs),
        unchanged=now.unchanged,
        left=now.left + waiting - len(logs),
        minutes=minutes,
        script=script(words, str(folder / shards.LIST), minutes, settings),
        order=_order(job_id, folder, len(lists)),
    )


def send_out(home: Home, planned: Shared, scheduler: Scheduler, *, rebuild: bool = False) -> str:
    """Write the lists and send the job; its id. `rebuild` then empties the cache.

    Raises:
        RefusedError: the scheduler refused it; nothing is left of it.
        OutsideError: whether it arrived is not known: the next `ckreg index` looks for it by name.
        BusyError: somebody else is submitting.
    """
    job = Job(planned.id, len(planned.lists), time.time())
    with submissions.sending(home, timeout_seconds=_LOCK_SECONDS) as held:
        try:
            lists = [(wanted_line(wanted_of(found)) for found in each) for each in planned.lists]
            shards.write_lists(home, job, lists, planned.script)
            job = replace(job, sent_at=time.time())
            shards.write_job(home, job)
            accepted = scheduler.send(planned.order, held=held)
        except RefusedError:
            shards.remove(home, job)
            raise
        shards.write_job(home, replace(job, job=accepted.job))
    if rebuild:
        open_cache(cache_path(home), anew=True).close()
    return accepted.job


def wait_for_tasks(
    home: Home, scheduler: Scheduler, tell: Callable[[Progress], None] = lambda _progress: None
) -> None:
    """Wait until no task waits or runs any more. Ctrl-C leaves all as it is."""
    asked = -_ASK_EVERY
    while jobs := shards.jobs(home):
        tasks = sum(job.tasks for job in jobs)
        finished = sum(len(shards.finished(shards.folder_of(home, job.id))) for job in jobs)
        under_way = tasks - finished
        if under_way and time.monotonic() - asked >= _ASK_EVERY:
            asked = time.monotonic()
            under_way = sum(len(each.under_way) for each in standings(home, jobs, scheduler))
        tell(Progress(min(finished, tasks), tasks, under_way))
        if under_way <= 0:
            return
        time.sleep(_LOOK_EVERY)


def _order(job_id: str, folder: Path, tasks: int) -> Order:
    log = str(folder / shards.LIST).replace("%", "%%")
    return Order(
        name=job_name(NAME, job_id),
        script=str(folder / shards.SCRIPT),
        folder=str(folder),
        tasks=tuple(range(tasks)),
        log=f"{log}%a.out",
    )


def _room(settings: Settings, scheduler: Scheduler, number: int) -> int:
    """How many tasks there may be: as wanted, but no more than an array and `max_submit` take."""
    largest = scheduler.largest_array()
    if largest <= 1:
        raise RefusedError(
            f"{scheduler.name} takes no arrays. Read with several processes: `ckreg index --jobs {number}`."
        )
    number = min(number, largest)
    waiting = None if settings.max_submit is None else scheduler.in_queue()
    if settings.max_submit is None or waiting is None:
        return number
    if waiting >= settings.max_submit:
        raise RefusedError(
            f"{waiting} jobs are in the queue, and max_submit is {settings.max_submit}. "
            f"Try again when some are done, or index here: `ckreg index --jobs N`."
        )
    return min(number, settings.max_submit - waiting)
