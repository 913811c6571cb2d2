"""`ckreg logs`: the end of a run's log, or what it writes as it runs."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ckreg.adapters.tree import Home
from ckreg.core.summary.rows import RowKey
from ckreg.flows.run_logs import RunLog, log_of
from ckreg.flows.tailing import Part, follow, tail

__all__ = ["Logged", "Part", "Whose", "logs", "logs_followed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """Whose log: a run's, with `task` (and `epoch`) an evaluation's; `job` where it is not the last one."""

    run: str
    task: str | None = None
    epoch: str | None = None
    job: str | None = None


@dataclass(frozen=True, slots=True)
class Logged:
    """The last lines of a log; `job_id` None where the table has none."""

    path: Path
    job_id: str | None
    lines: tuple[str, ...]


def logs(home: Home, experiment: str, whose: Whose, lines: int) -> Logged:
    """The last lines, without control codes; of a progress bar the last state.

    Raises:
        NotFoundError: there is no such run or evaluation, or no log; the message says where.
        OutsideError: it cannot be read.
    """
    found = _find(home, home.experiment(experiment), whose)
    path = found.found()
    return Logged(path, found.job, tuple(tail(path, lines)))


def logs_followed(home: Home, experiment: str, whose: Whose, lines: int) -> Iterator[Part]:
    """The last lines and what comes after them, until the job is over.

    Raises:
        NotFoundError, OutsideError: as `logs`; a log that is not there yet is waited for.
    """
    name = home.experiment(experiment)
    return follow(lambda: _find(home, name, whose), lines)


def _find(home: Home, experiment: str, whose: Whose) -> RunLog:
    return log_of(home, experiment, RowKey(whose.run, whose.task, whose.epoch), job=whose.job)
