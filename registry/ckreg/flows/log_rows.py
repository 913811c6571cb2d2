"""Reads one log into the rows of the cache: by windows where those tell all, else whole."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ckreg.adapters import eval_logs
from ckreg.adapters.cache import Row, row_of
from ckreg.adapters.scan import GPU_METRICS, Found, OpenLog, Unreadable, opened, read_bytes, reason_of
from ckreg.core.measure import READER_VERSION, Measurement, read_log
from ckreg.core.measure.gpu_metrics import with_gpu_metrics
from ckreg.core.measure.readers.torchtune.windows import condensed
from ckreg.core.scheduler import Job, parse_sacct


class LogRows(NamedTuple):
    """What one file gives: its own row, and the measurements or the scheduler's jobs in it."""

    log: Row
    measurements: Sequence[Measurement] = ()
    jobs: Sequence[Row] = ()


def rows_of(found: Found, *, full: bool) -> LogRows | Unreadable:
    """Read a log, or a saved text of sacct; `full` reads all of it where windows would do."""
    with opened(found.path) as log:
        if isinstance(log, Unreadable):
            return log
        try:
            row = log_row(found) | {"fingerprint": log.fingerprint()}
            if found.path.suffix == eval_logs.SUFFIX:
                return _of_eval_log(found, row)
            if found.is_sacct:
                return LogRows(row, jobs=_jobs_below(found.path, log.whole()))
            return LogRows(row, _measurements(found, text_of(log, full=full)))
        except OSError as error:
            return Unreadable(found.path, reason_of(error))


def _of_eval_log(found: Found, row: Row) -> LogRows | Unreadable:
    measured = eval_logs.read_eval_log(found.path)
    if isinstance(measured, str):
        return Unreadable(found.path, measured)
    return LogRows(row, (measured,))


def text_of(log: OpenLog, *, full: bool) -> bytes:
    """What readers are given of a log."""
    windows = None if full else condensed(log.read_at, log.size)
    return log.whole() if windows is None else windows


def stamp_of(found: Found) -> tuple[int, int, str, int, int]:
    """What tells whether a log must be read again; another version of the readers reads all anew."""
    return found.size, found.mtime_ns, str(found.inode), found.metrics_ns, READER_VERSION


def log_row(found: Found) -> Row:
    """The log's row in the cache, without its fingerprint."""
    size, mtime_ns, inode, metrics_ns, version = stamp_of(found)
    return {
        "path": str(found.path),
        "size": size,
        "mtime_ns": mtime_ns,
        "inode": inode,
        "metrics_ns": metrics_ns,
        "reader_version": version,
    }


_NOT_STORED = {"raw_id", "name", "reason"}


def job_rows(text: str, *, source: str, scope: str) -> list[Row]:
    """The jobs of a text of sacct; it speaks of the logs below `scope`, of all where that is empty."""
    return [{"source": source, "scope": scope, **_stored(job)} for job in parse_sacct(text)]


def _stored(job: Job) -> Row:
    return {name: value for name, value in dataclasses.asdict(job).items() if name not in _NOT_STORED}


def measurement_rows(measurements: Sequence[Measurement]) -> list[Row]:
    """Their rows, in the cache's columns."""
    return [row_of(each) for each in measurements]


def _jobs_below(source: Path, data: bytes) -> list[Row]:
    return job_rows(data.decode(errors="replace"), source=str(source), scope=str(source.parent))


def _measurements(found: Found, data: bytes) -> tuple[Measurement, ...]:
    measured = read_log(data, log_path=str(found.path))
    # Which of several jobs in one file a sample belongs to cannot be told.
    if not found.metrics_ns or len(measured) != 1:
        return measured
    metrics = read_bytes(found.path.with_name(GPU_METRICS))
    if isinstance(metrics, Unreadable):
        return measured
    return (with_gpu_metrics(measured[0], metrics.decode(errors="replace")),)
