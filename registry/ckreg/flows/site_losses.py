"""Reads the losses of logs that are new or changed since they were read, for the curves of the site."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from ckreg.adapters.cache import Cache, Row
from ckreg.adapters.scan import Unreadable, read_bytes
from ckreg.adapters.workers import mapped
from ckreg.core.losses import Curve, LossKind, parts_of, read_losses, read_trainer_state, thinned
from ckreg.core.losses.files import metric_logs, trainer_states
from ckreg.core.losses.values import Loss

VERSION = 2
"""Raised whenever a reader gives other losses for the same log."""
_AT_ONCE = 200  # logs in a transaction
# Every training of the experiments whose log is there, but not as it was when its losses were read.
_UNREAD = """
    SELECT m.log_path, m.segment, m.epochs, m.steps_total, l.size, l.mtime_ns, l.inode,
           count(*) OVER (PARTITION BY m.log_path) AS jobs
    FROM measurements AS m JOIN logs AS l ON l.path = m.log_path AND l.kept IS NULL
    WHERE m.kind = 'finetune' AND (
        m.experiment IN (SELECT name FROM experiments)
        OR m.job_id IN (SELECT job_id FROM runs WHERE job_id IS NOT NULL)
    ) AND NOT EXISTS (
        SELECT 1 FROM loss_curves AS c
        WHERE c.log_path = m.log_path AND c.size = l.size AND c.mtime_ns = l.mtime_ns
          AND c.inode = l.inode AND c.reader_version = ?
    )
    ORDER BY m.log_path, m.segment
"""


class _Log(NamedTuple):
    """A log to read, its jobs in order, and what tells whether it changes."""

    path: str
    jobs: tuple[Row, ...]


def read_new_losses(cache: Cache, tell: Callable[[int, int], None] = lambda _done, _all: None) -> None:
    """Bring the cache's losses up to date with its logs; a log that is gone keeps its curves.

    `tell` hears how many logs are done, and of how many.
    """
    logs = list(_unread(cache))
    waiting: list[tuple[_Log, list[Curve]]] = []
    for done, (log, curves) in enumerate(zip(logs, mapped(_curves, logs), strict=True), 1):
        if curves is not None:
            waiting.append((log, curves))
        if len(waiting) >= _AT_ONCE or done == len(logs):
            _store(cache, waiting)
            waiting = []
        tell(done, len(logs))


def _unread(cache: Cache) -> Iterator[_Log]:
    by_path: dict[str, list[Row]] = {}
    for row in cache.rows(_UNREAD, [VERSION]):
        by_path.setdefault(str(row["log_path"]), []).append(row)
    return (_Log(path, tuple(rows)) for path, rows in by_path.items())


def _curves(log: _Log) -> list[Curve] | None:
    """The curves of a log, one a job, empty ones too; None where it cannot be read now."""
    data = read_bytes(Path(log.path))
    if isinstance(data, Unreadable):
        return None
    number = int(str(log.jobs[0]["jobs"]))
    parts = parts_of(data, number)
    curves = []
    for place, row in enumerate(log.jobs):
        part = parts[place] if len(parts) == len(log.jobs) else b""
        curves.append(_curve(log.path, row, _losses(part, log.path, row)))
    return curves


def _curve(path: str, row: Row, losses: Sequence[Loss]) -> Curve:
    kept = [loss for kind in LossKind for loss in thinned([each for each in losses if each.kind is kind])]
    return Curve(path, int(str(row["segment"])), tuple(kept), len(losses))


def _losses(part: bytes, path: str, row: Row) -> tuple[Loss, ...]:
    """The losses that a Trainer's state tells, else those of torchtune's metric log and of the log itself."""
    for there in trainer_states(part):
        if state := _text_of(there):
            found = read_trainer_state(state.decode(errors="replace"))
            if found:
                return found
    metrics = next((text for there in metric_logs(part, path) if (text := _text_of(there))), b"")
    return read_losses(b"\n".join([part, metrics]) if metrics else part, _steps_per_epoch(row))


def _text_of(path: str) -> bytes | None:
    read = read_bytes(Path(path))
    return None if isinstance(read, Unreadable) else read


def _steps_per_epoch(row: Row) -> float | None:
    steps, epochs = row["steps_total"], row["epochs"]
    if not (isinstance(steps, int) and isinstance(epochs, int) and epochs > 0):
        return None
    return steps / epochs


def _store(cache: Cache, read: Sequence[tuple[_Log, list[Curve]]]) -> None:
    if not read:
        return
    with cache.writing():
        for log, _ in read:
            old = cache.rows("SELECT id FROM loss_curves WHERE log_path = ?", [log.path])
            cache.delete("losses", "curve", [row["id"] for row in old])
            cache.delete("loss_curves", "log_path", [log.path])
        fresh = int(str(cache.rows("SELECT coalesce(max(id), 0) AS last FROM loss_curves")[0]["last"]))
        for log, curves in read:
            for row, curve in zip(log.jobs, curves, strict=True):
                fresh += 1
                cache.put("loss_curves", [_row(fresh, row, curve)])
                cache.put("losses", ({"curve": fresh, **loss._asdict()} for loss in curve.losses))


def _row(number: int, row: Row, curve: Curve) -> Row:
    return {
        "id": number,
        "log_path": curve.log_path,
        "segment": curve.segment,
        "size": row["size"],
        "mtime_ns": row["mtime_ns"],
        "inode": row["inode"],
        "reader_version": VERSION,
        "points": curve.points_total,
    }
