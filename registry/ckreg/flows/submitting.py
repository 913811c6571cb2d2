"""Sends an experiment's runs to the scheduler: planned, noted, sent, recorded, in this order."""

import time
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ckreg.adapters import submissions
from ckreg.adapters.config import load_settings
from ckreg.adapters.tree import Home, read_text
from ckreg.core.scheduler.port import Scheduler
from ckreg.core.scheduler.sending import Dependency, Order, job_name
from ckreg.core.settings import Settings
from ckreg.core.submission.planning import (
    Batch,
    Selection,
    Skipped,
    Work,
    batches,
    selected,
    unknown,
    within,
)
from ckreg.core.submission.record import Intent, Place
from ckreg.core.submission.script import Member, alike, array_script, member
from ckreg.core.summary import Summary, parse
from ckreg.core.summary.rows import RowKey
from ckreg.errors import CkregError, NotFoundError, RefusedError
from ckreg.flows.log_folders import folder_warnings, make_folders, missing_folders
from ckreg.flows.recovering import find_lost, record_jobs, refuse_foreign
from ckreg.flows.sealing import seal_experiment
from ckreg.flows.submittable import refuse_errors, scripts_of

_LOCK_SECONDS = 120.0  # an sbatch that waits for its controller needs up to 90


@dataclass(frozen=True, slots=True)
class How:
    """`runs` are names or patterns, all if none; `arrays` puts runs that are alike into one job."""

    runs: tuple[str, ...] = ()
    arrays: bool = True


@dataclass(frozen=True, slots=True)
class Planned:
    """What would be sent, call by call, and what not and why; `left` rows have no room in the queue now.

    `scripts` are the texts of the job scripts by row.
    """

    experiment: str
    batches: tuple[Batch, ...]
    skipped: tuple[Skipped, ...]
    left: int
    scripts: Mapping[RowKey, str] = field(repr=False)
    warnings: tuple[str, ...] = ()

    @property
    def works(self) -> list[Work]:
        """The rows that would be sent."""
        return [work for batch in self.batches for work in batch.works]


@dataclass(frozen=True, slots=True)
class Sent:
    """The job of each row that was sent, the commit that has them, and how many rows are left for later.

    `found` says that jobs of an earlier call, cut short, were recorded in `found`.
    """

    experiment: str
    jobs: tuple[tuple[RowKey, str], ...]
    commit: str | None
    left: int
    skipped: tuple[Skipped, ...]
    found: str | None = None


def plan_submission(home: Home, experiment: str, how: How, scheduler: Scheduler) -> Planned:
    """What `send` would do; nothing is written.

    Raises:
        RefusedError: `ckreg check` finds errors.
        NotFoundError: a run or a job script is not there.
    """
    refuse_errors(home, experiment)
    return _planned(home, experiment, how, scheduler)


def orders(home: Home, planned: Planned) -> list[Order]:
    """The calls as they would be made; ids that are not known yet stand as `<...>`."""
    names = [f"<job {place}>" for place in range(1, len(planned.batches) + 1)]
    return [
        _order(home, planned, batch, "<id>", f".ckreg/submissions/{'<id>'}.slurm", names)
        for batch in planned.batches
    ]


def send(
    home: Home,
    approved: Planned,
    how: How,
    scheduler: Scheduler,
    tell: Callable[[str], None] = lambda _text: None,
) -> Sent:
    """Seal the plan and send what was approved and still waits to be sent.

    Raises:
        RefusedError: the plan was changed since it was sealed, or the scheduler refused a job; what was sent
            before is recorded.
        OutsideError: the scheduler does not answer, or a folder for a log cannot be made.
        BusyError: git is in the middle of something, or somebody else is submitting.
    """
    experiment = approved.experiment
    refuse_foreign(home)
    with submissions.sending(home, timeout_seconds=_LOCK_SECONDS) as held:
        find_lost(home, scheduler, wait=True, tell=tell)
        found = record_jobs(home)
        planned = _planned(home, experiment, how, scheduler, {work.key for work in approved.works})
        left = approved.left + planned.left
        if not planned.batches:
            return Sent(experiment, (), None, left, planned.skipped, found)
        make_folders(home, missing_folders(home, experiment, planned.works, planned.scripts))
        seal_experiment(home, experiment)
        jobs = _send_all(home, planned, scheduler, held)
        commit = record_jobs(home)
    return Sent(experiment, jobs, commit, left, planned.skipped, found)


def _send_all(
    home: Home, planned: Planned, scheduler: Scheduler, held: int
) -> tuple[tuple[RowKey, str], ...]:
    sent: list[Intent] = []
    try:
        for batch in planned.batches:
            sent.append(_send_one(home, planned, batch, scheduler, held, [each.job or "" for each in sent]))
    except CkregError as error:
        if not sent:
            raise
        record_jobs(home)
        number = sum(len(intent.places) for intent in sent)
        raise type(error)(f"{error} {number} jobs before it were submitted and are recorded.") from None
    return tuple((place.key, intent.job_of(place) or "") for intent in sent for place in intent.places)


def _send_one(  # what a call needs, and nothing of it belongs together
    home: Home, planned: Planned, batch: Batch, scheduler: Scheduler, held: int, jobs: Sequence[str]
) -> Intent:
    """Note the intent, send, note the job: killed anywhere in between, the next call finds it."""
    tasks: Sequence[int | None] = batch.tasks or [None]
    intent = Intent(
        id=uuid.uuid4().hex[:8],
        experiment=planned.experiment,
        what=_what(planned.experiment, batch),
        sent_at=time.time(),
        scheduler=scheduler.name,
        places=tuple(Place(work.key, task) for work, task in zip(batch.works, tasks, strict=True)),
    )
    script = ""
    if batch.common is not None and batch.tasks:
        text = array_script(batch.common, _members(home, planned, batch))
        script = str(submissions.write_script(home, intent, text))
    order = _order(home, planned, batch, intent.id, script, jobs)
    submissions.write(home, intent)
    try:
        accepted = scheduler.send(order, held=held)
    except RefusedError:
        submissions.forget(home, intent)
        raise
    intent = replace(intent, job=accepted.job, cluster=accepted.cluster)
    submissions.write(home, intent)
    return intent


def _order(  # see `_send_one`
    home: Home, planned: Planned, batch: Batch, intent_id: str, script: str, jobs: Sequence[str]
) -> Order:
    folder = home.experiments / planned.experiment
    work = batch.works[0]
    single = not batch.tasks
    log = str(submissions.log_path(home, intent_id)).replace("%", "%%")
    return Order(
        name=job_name(_what(planned.experiment, batch), intent_id),
        script=work.script if single else script,
        folder=str(folder / work.folder) if single else str(folder),
        tasks=batch.tasks,
        after=_dependency(batch, jobs),
        log=None if single else log,
    )


def _dependency(batch: Batch, jobs: Sequence[str]) -> Dependency | None:
    if batch.after is None:
        return Dependency(batch.after_job) if batch.after_job else None
    task = "" if batch.after_task is None else f"_{batch.after_task}"
    return Dependency(f"{jobs[batch.after]}{task}", by_task=batch.by_task)


def _what(experiment: str, batch: Batch) -> str:
    return experiment if batch.tasks else batch.works[0].key.run


def _members(home: Home, planned: Planned, batch: Batch) -> list[tuple[int, Member]]:
    folder = home.experiments / planned.experiment
    return [
        (task, member(str(folder / work.folder), work.script, planned.scripts[work.key]))
        for task, work in zip(batch.tasks, batch.works, strict=True)
    ]


def _planned(
    home: Home,
    experiment: str,
    how: How,
    scheduler: Scheduler,
    approved: Collection[RowKey] | None = None,
) -> Planned:
    found = _selection(home, experiment, how)
    works = [work for work in found.works if approved is None or work.key in approved]
    settings = load_settings(home)
    fitting = within(works, _room(settings, scheduler) if works else None)
    scripts = scripts_of(home, experiment, fitting)
    likenesses = {key: alike(text) if how.arrays else None for key, text in scripts.items()}
    # Only arrays need to know how large they may be.
    largest = scheduler.largest_array() if len(fitting) > 1 and how.arrays else 1
    return Planned(
        experiment,
        tuple(batches(fitting, likenesses, largest)),
        found.skipped,
        len(works) - len(fitting),
        scripts,
        tuple(folder_warnings(home, missing_folders(home, experiment, fitting, scripts))),
    )


def _selection(home: Home, experiment: str, how: How) -> Selection:
    summary = summary_of(home, experiment)
    if strange := unknown(summary, how.runs):
        raise NotFoundError(
            f"{experiment} has no run {strange[0]!r}. `ckreg status show {experiment}` lists them."
        )
    return selected(summary, how.runs)


def summary_of(home: Home, experiment: str) -> Summary:
    """The document as it lies in the folder."""
    return parse(read_text(home.summary(experiment)))


def _room(settings: Settings, scheduler: Scheduler) -> int | None:
    if settings.max_submit is None:
        return None
    there = scheduler.in_queue()
    return None if there is None else settings.max_submit - there
