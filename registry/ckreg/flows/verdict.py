"""What to say of a run's prediction in the moment when the run is told to be completed."""

import contextlib
from collections.abc import Mapping
from datetime import datetime

from ckreg.adapters.cache import open_cache
from ckreg.adapters.tree import SUMMARY, Home, read_text
from ckreg.core.score.values import Graded
from ckreg.core.summary.edit import key_of
from ckreg.core.summary.rows import find_row
from ckreg.core.update import Update
from ckreg.errors import CkregError
from ckreg.flows.refreshing import ESTIMATES, cache_path, prediction_rows

_KEY = ("run_name", "task", "epoch")
_TIMES = ("Started", "Completed")
_MOST_SECONDS = 1e12


def verdict(home: Home, update: Update) -> Graded | None:
    """The run's prediction beside the time that it took; None where either is not known, or not readable.

    The time is the one that the cache has of the job, else that from Started to Completed.
    """
    try:
        predicted = _predicted(home, update)
        seconds = predicted and (_measured(home, update) or _told(home, update))
    except CkregError:
        return None
    return _graded(update, predicted, seconds) if predicted and seconds and seconds > 0 else None


def _predicted(home: Home, update: Update) -> Mapping[str, object] | None:
    request = update.request
    asked = (request.run, request.task, request.epoch)
    rows = prediction_rows(request.experiment, home.experiments / request.experiment / ESTIMATES)
    return next((row for row in rows if tuple(map(row.get, _KEY)) == asked), None)


def _measured(home: Home, update: Update) -> float | None:
    """What the logs or the scheduler say, as far as they are indexed."""
    path = cache_path(home)
    if update.job is None or not path.exists():
        return None
    with contextlib.suppress(CkregError), open_cache(path) as cache:
        rows = cache.rows(
            "SELECT elapsed_seconds FROM measurements WHERE job_id = ? AND outcome = 'completed' "
            "AND (run_name = ? OR run_name IS NULL) AND elapsed_seconds > 0 ORDER BY elapsed_seconds DESC",
            [update.job, update.request.run],
        )
        return float(str(rows[0]["elapsed_seconds"])) if rows else None
    return None


def _told(home: Home, update: Update) -> float | None:
    """From Started to Completed; the table of evaluations has no start."""
    text = read_text(home.summary(update.request.experiment))
    row = find_row(text, key_of(update.request), SUMMARY)
    try:
        started, completed = (datetime.fromisoformat(row.value(name) or "") for name in _TIMES)
        return (completed - started).total_seconds()
    except (KeyError, ValueError, TypeError):  # no such column, no time, or one with an offset
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
