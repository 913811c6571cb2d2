"""What `ckreg watch --json` prints."""

from datetime import datetime
from pathlib import Path
from typing import TypedDict

from ckreg.cli.answers import Row, row
from ckreg.commands.watch import Snapshot, Watched


class WatchedRow(Row):
    """A row at this moment, as document, log and queue tell; times in seconds."""

    status: str | None
    job: str | None
    notes: str | None
    done: int | None
    total: int | None
    unit: str | None
    seconds_left: float | None
    elapsed_seconds: float | None
    at_least: bool
    median_seconds: float | None
    p90_seconds: float | None
    log_path: Path | None
    silent_seconds: float | None
    queue_state: str | None
    reason: str | None
    differs: str | None


class Answer(TypedDict):
    """An experiment at one moment; `queue_silent` is why the queue did not answer."""

    experiment: str
    at: datetime
    open: bool
    queue_silent: str | None
    rows: list[WatchedRow]


def snapshot_of(snapshot: Snapshot) -> Answer:
    """The answer of `ckreg watch`."""
    return {
        "experiment": snapshot.experiment,
        "at": snapshot.at,
        "open": snapshot.is_open,
        "queue_silent": snapshot.silent,
        "rows": [_row(each) for each in snapshot.rows],
    }


def _row(each: Watched) -> WatchedRow:
    return {
        **row(each.key),
        "status": each.status,
        "job": each.job,
        "notes": each.notes,
        "done": each.advance.done,
        "total": each.advance.total,
        "unit": each.advance.unit if each.advance.done is not None else None,
        "seconds_left": each.advance.seconds_left,
        "elapsed_seconds": each.elapsed_seconds,
        "at_least": each.at_least,
        "median_seconds": each.median_seconds,
        "p90_seconds": each.p90_seconds,
        "log_path": each.log_path,
        "silent_seconds": each.silent_seconds,
        "queue_state": each.queue_state,
        "reason": each.reason,
        "differs": each.differs,
    }
