"""What to say of a run's prediction in the moment when the run is told to be completed."""

import contextlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from ckreg.adapters.cache import Cache, open_cache
from ckreg.adapters.tree import Home, read_text
from ckreg.core.score.values import Graded
from ckreg.core.submission.planning import evaluation_key
from ckreg.core.summary import EvaluationRow, FineTuningRow, parse
from ckreg.core.summary.edit import key_of
from ckreg.core.summary.rows import RowKey
from ckreg.core.update import Update
from ckreg.errors import CkregError
from ckreg.flows.caching import cache_path
from ckreg.flows.refreshing import ESTIMATES, prediction_rows, readable

_KEY = ("run_name", "task", "epoch")
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


@dataclass(frozen=True, slots=True)
class _Plan:
    """Predictions and rows of an experiment; the first of several predictions, no row that is there twice."""

    predictions: Mapping[RowKey, Mapping[str, object]]
    rows: Mapping[RowKey, FineTuningRow | EvaluationRow]


def verdict(home: Home, update: Update) -> Graded | None:
    """The run's prediction beside the time that it took; None where either is not known, or not readable.

    The time is the one that the cache has of the job, else that from Started to Completed.
    """
    return next(iter(verdicts(home, [update])), None)


def verdicts(home: Home, updates: Iterable[Update]) -> list[Graded]:
    """The same of each update of which it is known; an experiment's files are read once for all of them."""
    plans: dict[str, _Plan] = {}
    found = []
    with _cache_if_there(home) as cache:
        for update in updates:
            name = update.request.experiment
            if name not in plans:
                plans[name] = _plan(home, name)
            predicted = plans[name].predictions.get(key_of(update.request))
            row = plans[name].rows.get(key_of(update.request))
            if predicted is None or row is None:
                continue
            seconds = _measured(cache, update, row.job_id) or _told(row)
            if seconds and seconds > 0 and (graded := _graded(update, predicted, seconds)):
                found.append(graded)
    return found


@contextlib.contextmanager
def _cache_if_there(home: Home) -> Iterator[Cache | None]:
    with contextlib.ExitStack() as stack:
        cache = None
        if cache_path(home).exists():
            with contextlib.suppress(CkregError):
                cache = stack.enter_context(open_cache(cache_path(home)))
        yield cache


def _plan(home: Home, experiment: str) -> _Plan:
    try:
        estimates = readable(home.experiments / experiment / ESTIMATES)
        summary = parse(read_text(home.summary(experiment))) if estimates else None
    except CkregError:
        return _Plan({}, {})
    if summary is None:
        return _Plan({}, {})
    predictions: dict[RowKey, Mapping[str, object]] = {}
    for row in prediction_rows(experiment, estimates):
        run, task, epoch = map(row.get, _KEY)
        if isinstance(run, str) and isinstance(task, str | None) and isinstance(epoch, str | None):
            predictions.setdefault(RowKey(run, task, epoch), row)
    keyed: list[tuple[RowKey, FineTuningRow | EvaluationRow]] = [
        *((RowKey(row.run_name), row) for row in summary.fine_tuning),
        *((evaluation_key(row), row) for row in summary.evaluations),
    ]
    times = Counter(key for key, _ in keyed)
    return _Plan(predictions, {key: row for key, row in keyed if times[key] == 1})


def _measured(cache: Cache | None, update: Update, job: str | None) -> float | None:
    """What the logs or the scheduler say, as far as they are indexed."""
    job = update.job or job
    if job is None or cache is None:
        return None
    with contextlib.suppress(CkregError):
        rows = cache.rows(_ELAPSED, [job, update.request.run])
        return float(str(rows[0]["elapsed_seconds"])) if rows else None
    return None


def _told(row: FineTuningRow | EvaluationRow) -> float | None:
    """From Started to Completed; the table of evaluations has no start."""
    if not isinstance(row, FineTuningRow):
        return None
    try:
        started, completed = (datetime.fromisoformat(text or "") for text in (row.started, row.completed))
        return (completed - started).total_seconds()
    except (ValueError, TypeError):  # no time, or one with an offset
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
