"""`ckreg cancel`: end an experiment's jobs."""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from ckreg.adapters.tree import Home
from ckreg.core.scheduler.sending import read_name
from ckreg.core.scheduler.states import Phase, phase_of
from ckreg.core.status import FINISHED
from ckreg.core.submission.planning import unknown
from ckreg.core.summary.rows import RowKey
from ckreg.errors import NotFoundError, OutsideError
from ckreg.flows.following import Followed, Jobs, followed
from ckreg.flows.scheduling import scheduler
from ckreg.flows.submitting import summary_of


@dataclass(frozen=True, slots=True)
class Target:
    """A job that would be cancelled; `is_ours` says that its name is one that `ckreg submit` gave it."""

    key: RowKey
    job: str
    name: str
    state: str
    is_ours: bool


def targets(home: Home, experiment: str, runs: Sequence[str]) -> list[Target]:
    """The jobs of these runs (names or patterns; all if none) that wait or run, evaluations with them.

    Raises:
        NotFoundError: there is no such run.
        OutsideError: the queue does not answer.
    """
    experiment = home.experiment(experiment)
    if strange := unknown(summary_of(home, experiment), runs):
        raise NotFoundError(
            f"{experiment} has no run {strange[0]!r}. `ckreg status show {experiment}` lists them."
        )
    rows = [row for row in followed(home, [experiment]) if row.status not in FINISHED and _fits(row, runs)]
    if not rows:
        return []
    answer = scheduler(home).queued({row.job for row in rows})
    if answer.failed:
        raise OutsideError(f"{answer.failed}. Nothing was cancelled.")
    return _alive(Jobs((), answer.jobs), rows)


def cancel(home: Home, chosen: Sequence[Target]) -> None:
    """Cancel these jobs; their status is what `ckreg status sync` is told afterwards.

    Raises:
        OutsideError: the scheduler did not take it.
    """
    scheduler(home).cancel([target.job for target in chosen])


def _fits(row: Followed, runs: Sequence[str]) -> bool:
    return not runs or any(fnmatchcase(row.key.run, pattern) for pattern in runs)


def _alive(jobs: Jobs, rows: Sequence[Followed]) -> list[Target]:
    found = []
    for row in rows:
        queued = jobs.queued(row)
        if queued is None or phase_of(queued.state) not in {Phase.WAITING, Phase.RUNNING}:
            continue
        given = read_name(queued.name)
        is_ours = given is not None and given.what in {row.key.run, row.experiment}
        found.append(Target(row.key, row.job, queued.name, queued.state, is_ours))
    return found
