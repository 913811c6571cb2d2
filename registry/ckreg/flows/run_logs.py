"""Finds the log of a run or evaluation: where its script, the layout and the cache say that it is."""

import contextlib
import glob
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ckreg.adapters import submissions
from ckreg.adapters.cache import open_cache
from ckreg.adapters.config import load_settings
from ckreg.adapters.tree import Home, read_text
from ckreg.core.scaffold.layout import (
    EVAL_SCRIPT,
    FINETUNE_SCRIPT,
    evaluation_folder,
    evaluation_output,
    output_folder,
    training_folder,
)
from ckreg.core.status import FINISHED
from ckreg.core.submission.script import output_of
from ckreg.core.summary.rows import RowKey, find_row
from ckreg.core.tail.places import ANY, log_glob
from ckreg.errors import CkregError, NotFoundError
from ckreg.flows.caching import cache_path

_USUAL = "slurm-%j.out"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLog:
    """The log of a row's job: where it is, or `path` None and where it was looked for.

    `others` are logs of other jobs that lie there, the newest last.
    """

    experiment: str
    key: RowKey
    status: str | None
    jobs: tuple[str, ...]
    job: str | None
    path: Path | None
    looked: tuple[str, ...]
    others: tuple[Path, ...] = ()

    @property
    def is_over(self) -> bool:
        """Whether the table says that the job has ended."""
        return self.status in FINISHED

    def found(self) -> Path:
        """Where it is.

        Raises:
            NotFoundError: it was not found; the message says where it was looked for.
        """
        if self.path is not None:
            return self.path
        whose = (
            f"job {' or '.join(self.jobs)} of {self.key}" if self.jobs else f"{self.key}, which has no job"
        )
        there = f" There is {self.others[-1]}, of another job: --job names one." if self.others else ""
        raise NotFoundError(
            f"{self.experiment}: no log of {whose}. Looked for {', '.join(self.looked) or 'nothing'}.{there}"
        )


def log_of(
    home: Home,
    experiment: str,
    key: RowKey,
    *,
    job: str | None = None,
) -> RunLog:
    """The log of a row's job, or of another `job` of the same row; without a job the newest that is there.

    Raises:
        NotFoundError: there is no such row, or several.
    """
    row = find_row(read_text(home.summary(experiment)), key, str(home.summary(experiment)))
    if key.task is not None:
        key = RowKey(key.run, key.task, _epoch(row.value("Epoch")))
    shown = job or row.value("Job ID")
    jobs = (job,) if job else tuple(job_ids(home, experiment, key, shown))
    return located(home, experiment, key, jobs, row.value("Status"))


def _epoch(cell: str | None) -> str | None:
    return "best" if cell and cell.startswith("best (") else cell


def job_ids(home: Home, experiment: str, key: RowKey, shown: str | None) -> Iterator[str]:
    """The ids that a row's job goes by: a task of an array also has the array's with its index."""
    if shown is None:
        return
    for intent in submissions.intents(home):
        for place in intent.places:
            known = intent.job_of(place)
            if (intent.experiment, place.key) == (experiment, key) and known and _may_be(known, shown):
                yield known
    yield shown


def _may_be(known: str, shown: str) -> bool:
    return known != shown and "_" in known and "_" not in shown


def located(
    home: Home, experiment: str, key: RowKey, jobs: Sequence[str], status: str | None = None
) -> RunLog:
    """Where the log of one of these jobs is; of any job where there are none."""
    jobs = tuple(dict.fromkeys(jobs))
    patterns = list(dict.fromkeys(_patterns(home, experiment, key)))
    looked: list[str] = []
    for job in jobs or (ANY,):
        for pattern in patterns:
            place = log_glob(pattern, job)
            looked.append(place)
            if there := _files(place):
                return _run_log(experiment, key, status, jobs, there[-1], looked, job)
        if job != ANY and (path := _in_cache(home, key, job)):
            return _run_log(experiment, key, status, jobs, path, looked, job)
    others = [path for pattern in patterns for path in _files(log_glob(pattern, ANY))]
    return _run_log(experiment, key, status, jobs, None, looked, None, others)


def _run_log(  # noqa: PLR0913, PLR0917  # what was found of one log
    experiment: str,
    key: RowKey,
    status: str | None,
    jobs: tuple[str, ...],
    path: Path | None,
    looked: Sequence[str],
    job: str | None,
    others: Sequence[Path] = (),
) -> RunLog:
    return RunLog(
        experiment=experiment,
        key=key,
        status=status,
        jobs=jobs,
        job=None if job == ANY else job,
        path=path,
        looked=tuple(looked),
        others=tuple(others),
    )


def _patterns(home: Home, experiment: str, key: RowKey) -> Iterator[str]:
    """The names of logs as the row's script has them, then as `ckreg scaffold` writes them."""
    if key.task is None:
        script = home.experiments / experiment / training_folder(key.run) / FINETUNE_SCRIPT
    else:
        folder = evaluation_folder(key.run, key.task, key.epoch)
        script = home.experiments / experiment / folder / EVAL_SCRIPT
    with contextlib.suppress(CkregError):  # not scaffolded, or somebody's own
        yield os.path.join(script.parent, output_of(read_text(script)))  # noqa: PTH118  # a pattern, no path
    if scratch := load_settings(home).scratch_dir:
        out = (
            output_folder(scratch, experiment, key.run)
            if key.task is None
            else evaluation_output(scratch, experiment, key.run, key.task, key.epoch)
        )
        yield f"{out.replace('%', '%%')}/{_USUAL}"


def _files(place: str) -> list[Path]:
    """The files that fit, the newest last."""
    try:
        found = [Path(path) for path in glob.glob(place)]  # noqa: PTH207  # of a text that may be any path
        return sorted(filter(Path.is_file, found), key=lambda path: (path.stat().st_mtime_ns, path))
    except (OSError, ValueError):
        return []


def _in_cache(home: Home, key: RowKey, job: str) -> Path | None:
    """Where a log of the job was read before."""
    if not cache_path(home).exists():
        return None
    with open_cache(cache_path(home)) as cache:
        rows = cache.rows(
            "SELECT m.log_path FROM measurements AS m JOIN logs AS l ON l.path = m.log_path "
            "WHERE m.job_id = ? AND (m.run_name = ? OR m.run_name IS NULL) AND l.kept IS NULL "
            "ORDER BY l.mtime_ns DESC",
            [job, key.run],
        )
    return next(_there(str(row["log_path"]) for row in rows), None)


def _there(paths: Iterable[str]) -> Iterator[Path]:
    return (Path(path) for path in paths if Path(path).is_file())
