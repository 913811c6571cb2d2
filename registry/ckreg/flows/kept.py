"""Brings `prior-runs.jsonl` into the cache: the measurements whose logs are not there any more."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ckreg.adapters.cache import Cache, Row, delete_texts, put_texts, storable
from ckreg.adapters.tree import PRIOR_RUNS, Home, read_text
from ckreg.errors import CkregError

if TYPE_CHECKING:
    from ckreg.core.prior_runs import PriorRun

_STAMP = "prior_runs"


class Faulty(NamedTuple):
    """A line of prior-runs.jsonl that was passed over, as `file:line`, and why."""

    place: str
    reason: str


def import_prior_runs(cache: Cache, home: Home) -> tuple[Faulty, ...]:
    """Take in what the file says, unless it was taken in as it is; the lines that say nothing are given.

    What a log that was read itself says goes before.
    """
    path = home.root / PRIOR_RUNS
    try:
        found = path.stat()
    except OSError:
        return ()
    stamp = f"{found.st_size} {found.st_mtime_ns} {found.st_ino}"
    if cache.fact(_STAMP) == stamp:
        return ()
    from ckreg.adapters.config import load_settings  # noqa: PLC0415  # see below
    from ckreg.core.prior_runs import read_prior_runs  # noqa: PLC0415  # a file that is known costs nothing

    try:
        read = read_prior_runs(read_text(path))
    except CkregError as error:
        return (Faulty(str(path), str(error)),)
    scratch = load_settings(home).scratch_dir
    with cache.writing():
        _forget(cache)
        _take_in(cache, read.runs, Path(scratch) if scratch else None)
        cache.put("facts", [{"name": _STAMP, "value": stamp}])
    return tuple(Faulty(f"{path}:{fault.line}", fault.reason) for fault in read.faults)


def _forget(cache: Cache) -> None:
    paths = [row["path"] for row in cache.rows("SELECT path FROM logs WHERE kept")]
    cache.delete("measurements", "log_path", paths)
    delete_texts(cache, "path", paths)
    cache.delete("logs", "path", paths)
    cache.delete("jobs", "source", [PRIOR_RUNS])


def _take_in(cache: Cache, runs: Iterable["PriorRun"], scratch: Path | None) -> None:
    from ckreg.adapters.cache import with_lookups  # noqa: PLC0415  # see above
    from ckreg.flows.texts import log_texts  # noqa: PLC0415  # see above

    here = {row["path"] for row in cache.rows("SELECT path FROM logs")}
    known = {
        (row["fingerprint"], row["job_id"], row["segment"])
        for row in cache.rows(
            "SELECT l.fingerprint, m.job_id, m.segment "
            "FROM measurements AS m JOIN logs AS l ON l.path = m.log_path"
        )
    }
    for run in runs:
        path = str(storable(str(scratch / run.log_path) if scratch else run.log_path))
        if path in here or run.content in known:
            continue
        cache.put("logs", [_log_row(path, run)])
        measured = with_lookups({**run.measured, "log_path": path})
        cache.put("measurements", [measured])
        put_texts(cache, log_texts([measured]))
        if run.job:
            cache.put("jobs", [{**run.job, "source": PRIOR_RUNS, "scope": path}])


def _log_row(path: str, run: "PriorRun") -> Row:
    return {"path": path, "reader_version": run.reader_version, "fingerprint": run.fingerprint, "kept": 1}
