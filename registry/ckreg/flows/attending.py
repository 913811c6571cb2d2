"""What is known that tells what needs attention: cache, spool and disk at a glance; no scheduler is asked."""

import contextlib
import os
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from ckreg.adapters.cache import Cache, Row
from ckreg.adapters.clock import now
from ckreg.adapters.config import load_settings
from ckreg.adapters.probe import room
from ckreg.adapters.spool import pending
from ckreg.adapters.synced import last_synced
from ckreg.adapters.tree import Home
from ckreg.core.attention.facts import Estimated, Facts, FailedRow, OpenRow, Room
from ckreg.core.retry.words import told_of
from ckreg.core.status import cell_time
from ckreg.core.summary.rows import RowKey
from ckreg.flows.doctoring.glance import at_a_glance
from ckreg.flows.refreshing import cache_to_read
from ckreg.flows.sealing import seal_path

_RECENT = timedelta(days=14)
_MOST_RECENT = 20
_DISK_SECONDS = 2.0  # a network filesystem that hangs must not hang this
_CELL = "%Y-%m-%d %H:%M:%S"

# Rows of both Status tables, with the last event of each; `last` tells what was recorded at all.
_ROWS = """
    WITH told AS (
        SELECT experiment, run_name AS run, NULL AS task, NULL AS epoch, status, job_id, started, completed,
               notes, line FROM runs WHERE status IS NOT NULL
        UNION ALL
        SELECT experiment, run_name, task, epoch, status, job_id, NULL, completed, notes, line
        FROM evaluations
    )
    SELECT r.*, e.at, e.committed
    FROM told AS r
    LEFT JOIN status_events AS e ON e.rowid = (
        SELECT rowid FROM status_events
        WHERE experiment = r.experiment AND run = r.run AND task IS r.task AND epoch IS r.epoch
          AND overtaken IS NULL AND {which}
        ORDER BY place DESC LIMIT 1
    )
"""
_FAILED = f"""{_ROWS.format(which="to_status = 'failed'")}
    WHERE r.status = 'failed' ORDER BY r.experiment, r.task IS NOT NULL, r.line"""
_OPEN = f"""
    WITH open AS ({_ROWS.format(which="TRUE")}
        WHERE r.status = 'running' OR (r.status = 'pending' AND r.job_id IS NOT NULL)
    )
    SELECT o.*,
        (SELECT at FROM status_events
         WHERE experiment = o.experiment AND run = o.run AND task IS o.task AND epoch IS o.epoch
           AND overtaken IS NULL AND to_status = 'running' AND from_status IS NOT 'running'
         ORDER BY place DESC LIMIT 1) AS began,
        (SELECT p90_seconds FROM predictions
         WHERE experiment = o.experiment AND run_name = o.run AND task IS o.task AND epoch IS o.epoch) AS p90,
        (SELECT time_limit_seconds FROM jobs
         WHERE job_id = o.job_id ORDER BY scope = '' DESC, submitted DESC LIMIT 1) AS time_limit,
        (SELECT log_path FROM measurements
         WHERE job_id = o.job_id AND (run_name = o.run OR run_name IS NULL) LIMIT 1) AS log_path
    FROM open AS o ORDER BY o.experiment, o.task IS NOT NULL, o.line"""  # noqa: S608  # our own
_STARTED = """
    SELECT DISTINCT experiment FROM (
        SELECT experiment FROM runs WHERE status IN ('running', 'completed', 'failed')
        UNION ALL
        SELECT experiment FROM evaluations WHERE status IN ('running', 'completed', 'failed')
    ) ORDER BY experiment"""
_RECENTLY_OVER = """
    SELECT experiment, max(completed) AS last FROM (
        SELECT experiment, completed FROM runs WHERE status = 'completed'
        UNION ALL
        SELECT experiment, completed FROM evaluations WHERE status = 'completed'
    ) WHERE completed >= ? GROUP BY experiment ORDER BY last DESC LIMIT ?"""

# The newest experiment with runs, or evaluations of base models, that nobody has sent yet.
_UNSENT = """
    SELECT u.experiment, u.run_name FROM (
        SELECT experiment, run_name FROM runs WHERE status = 'pending' AND job_id IS NULL
        UNION ALL
        SELECT experiment, run_name FROM evaluations
        WHERE status = 'pending' AND job_id IS NULL AND epoch IS NULL
    ) AS u JOIN experiments AS e ON e.name = u.experiment
    ORDER BY e.created DESC, e.name LIMIT 1"""


class Unsent(NamedTuple):
    """An experiment of which something is still to be sent, and whether its job scripts are written."""

    experiment: str
    scaffolded: bool


class Overview(NamedTuple):
    """How many experiments there are, how many rows of each status, and what tells what needs attention.

    `unsent` is the newest experiment of which something is still to be sent, None where all is.
    """

    experiments: int
    statuses: Mapping[str, int]
    facts: Facts
    unsent: Unsent | None


def overview(home: Home) -> Overview:
    """Look at all experiments, without asking scheduler or network.

    Raises:
        CkregError: the cache, or a settings file, cannot be read.
    """
    moment = now()
    waiting, refused = pending(home)
    with cache_to_read(home) as cache:
        experiments = cache.count("experiments")
        statuses = {
            str(row["status"]): int(str(row["number"]))
            for row in cache.rows(
                "SELECT coalesce(status, '-') AS status, count(*) AS number FROM "
                "(SELECT status FROM runs WHERE status IS NOT NULL UNION ALL SELECT status FROM evaluations) "
                "GROUP BY 1"
            )
        }
        facts = Facts(
            now=moment.timestamp(),
            off=tuple(at_a_glance(home)),
            waiting_since=tuple(waiting),
            refused=len(refused),
            failed=tuple(_failed(row) for row in cache.rows(_FAILED)),
            open=tuple(_open_rows(cache, last_synced(home))),
            unsealed=tuple(_unsealed(home, cache)),
            estimated=tuple(_estimated(cache, moment)),
            scratch=_scratch(home),
        )
        unsent = [_unsent(home, row) for row in cache.rows(_UNSENT)]
    return Overview(experiments, statuses, facts, unsent[0] if unsent else None)


def _unsent(home: Home, row: Row) -> Unsent:
    experiment = str(row["experiment"])
    folder = home.experiments / experiment / str(row["run_name"])
    return Unsent(experiment, os.path.isdir(folder))  # noqa: PTH112  # Path's fails with a name that is too long


def _failed(row: Row) -> FailedRow:
    notes = _text(row["notes"])
    why = told_of(notes) or notes or ""
    at = _moment(row["at"]) or _cell(row["completed"])
    return FailedRow(str(row["experiment"]), _key(row), why, at)


def _open_rows(cache: Cache, synced: Mapping[str, float]) -> Iterator[OpenRow]:
    for row in cache.rows(_OPEN):
        heard = [at for at in (_moment(row["committed"]), _moment(row["at"])) if at is not None]
        yield OpenRow(
            experiment=str(row["experiment"]),
            key=_key(row),
            runs=row["status"] == "running",
            job=_text(row["job_id"]),
            began_at=_moment(row["began"]) or _cell(row["started"]),
            heard_at=max(heard, default=None),
            written_at=_written(_text(row["log_path"])),
            synced_at=synced.get(str(row["experiment"])),
            limit_seconds=_number(row["time_limit"]),
            p90_seconds=_number(row["p90"]),
        )


def _unsealed(home: Home, cache: Cache) -> Iterator[str]:
    for row in cache.rows(_STARTED):
        name = str(row["experiment"])
        if not (home.root / seal_path(name)).is_file():
            yield name


def _estimated(cache: Cache, moment: datetime) -> Iterator[Estimated]:
    """Those of experiments in which something was completed in the last two weeks."""
    for over in cache.rows(_RECENTLY_OVER, [cell_time(moment - _RECENT), _MOST_RECENT]):
        for row in cache.rows(
            "SELECT run_name AS run, task, epoch, actual_seconds, p90_seconds FROM scores "
            "WHERE experiment = ? ORDER BY task IS NOT NULL, run_name, epoch",
            [over["experiment"]],
        ):
            seconds = _number(row["actual_seconds"]), _number(row["p90_seconds"])
            if seconds[0] is not None and seconds[1] is not None:
                yield Estimated(str(over["experiment"]), _key(row), seconds[0], seconds[1])


def _scratch(home: Home) -> Room | None:
    folder = load_settings(home).scratch_dir
    found = None if folder is None else room(folder, seconds=_DISK_SECONDS)
    return None if folder is None or found is None else Room(folder, *found)


def _key(row: Row) -> RowKey:
    return RowKey(str(row["run"]), _text(row["task"]), _text(row["epoch"]))


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and value > 0 else None


def _moment(text: object) -> float | None:
    try:
        return datetime.fromisoformat(str(text)).timestamp()
    except (ValueError, OverflowError, OSError):
        return None


def _cell(text: object) -> float | None:
    """A time as the Status tables write it; a person may have written anything."""
    try:
        return datetime.strptime(str(text), _CELL).astimezone().timestamp()
    except (ValueError, OverflowError, OSError):
        return None


def _written(path: str | None) -> float | None:
    with contextlib.suppress(OSError, ValueError):
        return None if path is None else Path(path).stat().st_mtime
    return None
