"""What is known of rows that failed: from the cache of logs and scheduler, and from history."""

from collections.abc import Sequence
from typing import NamedTuple

from ckreg.adapters.cache import Cache, Row
from ckreg.adapters.tree import Home
from ckreg.core.measure.measurement import Outcome
from ckreg.core.retry.told import Told, read_evidence, read_note, telling
from ckreg.core.retry.values import Failed
from ckreg.core.retry.words import told_of
from ckreg.core.scheduler.notes import split_notes
from ckreg.core.summary.rows import RowKey
from ckreg.core.text import one_line
from ckreg.flows.indexing import How, index_known
from ckreg.flows.refreshing import fresh_cache

_NOTHING: Row = {}


class FailedRow(NamedTuple):
    """A row of the Status tables whose status is `failed`."""

    key: RowKey
    job: str | None
    notes: str | None


def failures(home: Home, experiment: str, rows: Sequence[FailedRow]) -> dict[RowKey, Failed]:
    """What scheduler, logs and history say of these rows; logs are looked at again first."""
    if not rows:
        return {}
    index_known(home, How(ask=True), [experiment])
    with fresh_cache(home) as cache:
        return {row.key: _failed(cache, experiment, row) for row in rows}


def _failed(cache: Cache, experiment: str, row: FailedRow) -> Failed:
    attempt = _attempt(cache, experiment, row.key)
    measured = _measured(cache, experiment, row)
    job = _job(cache, row)
    told = read_evidence(_text(attempt.get("evidence")) if attempt.get("job") in {row.job, None} else None)
    outcome = telling(
        _outcome(measured.get("log_outcome")),
        _outcome(job.get("outcome")),
        _outcome(measured.get("outcome")),
        told.outcome,
        *(read_note(part) for part in split_notes(row.notes).ours),
    )
    unit = "samples" if row.key.task is not None else "steps"
    return Failed(
        key=row.key,
        outcome=outcome,
        told=told_of(row.notes) or (str(outcome) if outcome is not Outcome.FAILED else ""),
        evidence=_evidence(measured, told, attempt),
        attempts=max(_whole(attempt.get("attempt")) or 1, 1),
        job=row.job,
        noted_in=_noted_in(cache, experiment, row),
        limit_seconds=_number(job.get("time_limit_seconds")) or told.limit_seconds,
        elapsed_seconds=_number(job.get("elapsed_seconds"))
        or told.elapsed_seconds
        or _number(measured.get("elapsed_seconds")),
        startup_seconds=_number(measured.get("startup_seconds")),
        max_rss_gib=_number(job.get("max_rss_gib")) or told.max_rss_gib,
        peak_gpu_gib=_number(measured.get("peak_gpu_mem_gib")),
        total_gpu_gib=_number(measured.get("total_gpu_mem_gib")),
        done=_whole(measured.get(f"{unit}_done")),
        total=_whole(measured.get(f"{unit}_total")),
        batch_size=_whole(measured.get("batch_size")),
    )


def _evidence(measured: Row, told: Told, attempt: Row) -> str:
    """The log's own words, else the scheduler's; empty where nobody said anything."""
    said = _text(measured.get("log_outcome_evidence")) or _text(measured.get("outcome_evidence"))
    if said:
        return one_line(f"{measured['log_path']}: {said}")
    log = f"; log {measured['log_path']}" if measured.get("log_path") else ""
    return one_line(f"{_text(attempt.get('evidence')) or told.outcome}{log}")


def _attempt(cache: Cache, experiment: str, key: RowKey) -> Row:
    rows = cache.rows(
        "SELECT attempt, job, evidence FROM attempts WHERE experiment = ? AND run = ? AND task IS ? "
        "AND epoch IS ? ORDER BY attempt DESC LIMIT 1",
        (experiment, *key),
    )
    return next(iter(rows), _NOTHING)


def _noted_in(cache: Cache, experiment: str, row: FailedRow) -> str | None:
    rows = cache.rows(
        "SELECT commit_id FROM status_events WHERE experiment = ? AND run = ? AND task IS ? AND epoch IS ? "
        "AND job = ? AND overtaken IS NULL ORDER BY place LIMIT 1",
        (experiment, *row.key, row.job),
    )
    return next((_text(found["commit_id"]) for found in rows), None)


def _measured(cache: Cache, experiment: str, row: FailedRow) -> Row:
    """The job's log; of several parts the one of the row's kind that came last.

    Ids are used again: a log in the experiment's own folder goes before others.
    """
    if row.job is None:
        return _NOTHING
    kind = "eval" if row.key.task is not None else "finetune"
    rows = cache.rows(
        "SELECT * FROM measurements WHERE job_id = ? AND (run_name = ? OR run_name IS NULL) "
        "ORDER BY experiment IS ? DESC, kind = ? DESC, segment DESC, log_path LIMIT 1",
        (row.job, row.key.run, experiment, kind),
    )
    return next(iter(rows), _NOTHING)


def _job(cache: Cache, row: FailedRow) -> Row:
    if row.job is None:
        return _NOTHING
    rows = cache.rows(
        "SELECT * FROM jobs WHERE job_id = ? ORDER BY scope = '' DESC, submitted DESC LIMIT 1", (row.job,)
    )
    return next(iter(rows), _NOTHING)


def _outcome(value: object) -> Outcome:
    return Outcome(value) if isinstance(value, str) and value in set(Outcome) else Outcome.UNKNOWN


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and value > 0 else None


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None
