"""What to say of a run's prediction in the moment when the run is told to be completed."""

import contextlib
from collections.abc import Mapping
from datetime import datetime

from ckreg.adapters.cache import open_cache
from ckreg.adapters.tree import SUMMARY, Home, read_text
from ckreg.core.score.values import Graded
from ckreg.core.summary.edit import key_of
from ckreg.core.summary.rows import FoundRow, find_row
from ckreg.core.update import Update
from ckreg.errors import CkregError
from ckreg.flows.caching import cache_path
from ckreg.flows.refreshing import ESTIMATES, prediction_rows, readable

_KEY = ("run_name", "task", "epoch")
_TIMES = ("Started", "Completed")
_MOST_SECONDS = 1e12
# Ids are used again: of a job by its id alone only a file of sacct tells that alone knows the id.
_ELAPSED = """
    SELECT elapsed_seconds FROM measurements
    WHERE job_id = ?1 AND outcome = 'completed' AND elapsed_seconds > 0
      AND (run_name = ?2 OR run_name IS NULL)
    UNION ALL
    SELECT elapsed_seconds FROM jobs
    WHERE job_id = ?1 AND outcome = 'completed' AND elapsed_seconds > 0
      AND 1 = (SELECT count(DISTINCT coalesce(submitted, '')) FROM jobs WHERE job_id = ?1)
"""


def verdict(home: Home, update: Update) -> Graded | None:
    """The run's prediction beside the time that it took; None where either is not known, or not readable.

    The time is the one that the cache has of the job, else that from Started to Completed.
    """
    try:
        predicted = _predicted(home, update)
        row = find_row(read_text(home.summary(update.request.experiment)), key_of(update.request), SUMMARY)
        seconds = predicted and (_measured(home, update, _cell(row, "Job ID")) or _told(row))
    except CkregError:
        return None
    return _graded(update, predicted, seconds) if predicted and seconds and seconds > 0 else None


def _predicted(home: Home, update: Update) -> Mapping[str, object] | None:
    request = update.request
    asked = (request.run, request.task, request.epoch)
    estimates = readable(home.experiments / request.experiment / ESTIMATES)
    rows = prediction_rows(request.experiment, estimates)
    return next((row for row in rows if tuple(map(row.get, _KEY)) == asked), None)


def _measured(home: Home, update: Update, job: str | None) -> float | None:
    """What the logs or the scheduler say, as far as they are indexed."""
    path, job = cache_path(home), update.job or job
    if job is None or not path.exists():
        return None
    with contextlib.suppress(CkregError), open_cache(path) as cache:
        rows = cache.rows(_ELAPSED, [job, update.request.run])
        return float(str(rows[0]["elapsed_seconds"])) if rows else None
    return None


def _told(row: FoundRow) -> float | None:
    """From Started to Completed; the table of evaluations has no start."""
    try:
        started, completed = (datetime.fromisoformat(_cell(row, name) or "") for name in _TIMES)
        return (completed - started).total_seconds()
    except (ValueError, TypeError):  # no time, or one with an offset
        return None


def _cell(row: FoundRow, name: str) -> str | None:
    """A cell's value; None where there is no such column."""
    try:
        return row.value(name)
    except KeyError:
        return None


def _graded(update: Update, predicted: Mapping[str, object], seconds: float) -> Graded | None:
    median, p90 = predicted["median_seconds"], predicted["p90_seconds"]
    if not (isinstance(median, int | float) and isinstance(p90, int | float)):
        return None
    if not 0 < median <= p90 <= _MOST_SECONDS:  # so written that NaN is refused, too
        return None
    return Graded(
        experiment=update.request.experiment,
        run_name=update.request.run,
        task=update.request.task,
        epoch=update.request.epoch,
        tier=str(predicted["tier"]),
        median_seconds=median,
        p90_seconds=p90,
        actual_seconds=seconds,
    )
