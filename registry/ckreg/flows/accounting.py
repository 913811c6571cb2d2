"""Asks the scheduler about the jobs whose logs were read, once for all of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from ckreg.adapters.cache import Cache, Row
from ckreg.adapters.local import Local, state_folder
from ckreg.adapters.slurm import ask_sacct
from ckreg.core.scheduler.local import is_local
from ckreg.flows.joining import UNJOINED
from ckreg.flows.log_rows import job_rows

SOURCE = "sacct"
_FAILED = "sacct_failed"
_CLOCKS_DIFFER = 300.0  # seconds


class _Log(NamedTuple):
    """When a job's log was last written (seconds since the epoch), and the seconds that it accounts for."""

    written: float
    seen_seconds: float


def ask_scheduler(cache: Cache, read_paths: Sequence[str]) -> str | None:
    """Store what sacct says of the jobs that were read now, or had not ended; why it failed, if it did.

    Silence and failure change nothing; after a failure all jobs are asked for again.
    """
    logs = _logs(cache, set(read_paths))
    if ours := [job for job in logs if is_local(job)]:
        _store(cache, Local(state_folder()).told(ours).text, logs)
    told = ask_sacct(logs)
    if told.failed or not told.text.strip():
        if told.failed:
            with cache.writing():
                cache.put("facts", [{"name": _FAILED, "value": "yes"}])
        return told.failed
    _store(cache, told.text, logs)
    return None


def store_told(cache: Cache, text: str) -> None:
    """Store what sacct has just said to somebody else, of the jobs whose logs were read at any time."""
    _store(cache, text, _logs(cache, set(), everyone=True))


def _store(cache: Cache, text: str, logs: dict[str, _Log]) -> None:
    # Of a job that was requeued the last run counts, for that one has its log.
    fitting = (row for row in job_rows(text, source=SOURCE, scope="") if _may_be(row, logs))
    rows = list({(row["cluster"], row["job_id"]): row for row in fitting}.values())
    with cache.writing():
        cache.put("jobs", rows)
        cache.delete("facts", "name", [_FAILED])
        cache.put("facts", [{"name": UNJOINED, "value": "yes"}] if rows else [])


def _logs(cache: Cache, read: set[str], *, everyone: bool = False) -> dict[str, _Log]:
    """The jobs to ask for, each with the last of its logs."""
    everyone = everyone or cache.fact(_FAILED) is not None
    rows = cache.rows(
        "SELECT m.job_id, m.log_path, l.mtime_ns AS written, m.seen_seconds, "
        "EXISTS (SELECT 1 FROM jobs AS j WHERE j.job_id = m.job_id AND j.outcome = 'unknown') AS open "
        "FROM measurements AS m JOIN logs AS l ON l.path = m.log_path "
        "WHERE m.job_id IS NOT NULL AND l.kept IS NULL ORDER BY l.mtime_ns"
    )
    wanted = [row for row in rows if everyone or row["open"] or row["log_path"] in read]
    return {
        str(row["job_id"]): _Log(float(str(row["written"])) / 1e9, float(str(row["seen_seconds"] or 0)))
        for row in wanted
    }


def _may_be(row: Row, logs: dict[str, _Log]) -> bool:
    """Whether the log can be this job's, for ids are used again.

    No log ends before its job begins, and no job that has ended was shorter than what its log shows.
    """
    log, started, elapsed = logs.get(str(row["job_id"])), row["started"], row["elapsed_seconds"]
    if log is None:
        return False
    if row["ended"] and elapsed is not None and log.seen_seconds > float(str(elapsed)) + _CLOCKS_DIFFER:
        return False
    try:
        began = datetime.fromisoformat(str(started)).timestamp()
    except (ValueError, OverflowError):  # it has not started, or says so in another way
        return True
    return log.written >= began - _CLOCKS_DIFFER
