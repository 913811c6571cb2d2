"""Brings the cache's tables of the registry's documents and history up to date, before they are read."""

import json
from collections.abc import Iterator
from pathlib import Path

from ckreg.adapters.cache import Cache, DamagedError, Row, open_cache
from ckreg.adapters.tree import Home, read_text
from ckreg.core.summary.values import Summary
from ckreg.errors import CkregError
from ckreg.flows.kept import import_prior_runs
from ckreg.flows.reading_history import refresh_history

_DOCUMENT_TABLES = ("variables", "runs", "evaluations", "predictions")
ESTIMATES = "estimates.json"


def cache_path(home: Home) -> Path:
    """Where the registry's cache lies."""
    return home.state / "cache.db"


def fresh_cache(home: Home) -> Cache:
    """The cache, with what has changed in the documents and in git since it was last read; close it.

    A damaged cache is built anew; `rebuilt` says so, and that the logs want indexing again.
    """
    cache = open_cache(cache_path(home))
    try:
        refresh(cache, home)
    except DamagedError:
        cache.close()
        cache = open_cache(cache_path(home), anew=True)
        refresh(cache, home)
    except BaseException:
        cache.close()
        raise
    return cache


def refresh(cache: Cache, home: Home) -> None:
    """Read the documents that changed, forget those that are gone, add new status events and kept runs."""
    stamps = {name: _stamp(home.summary(name)) for name in home.experiment_names()}
    known = {
        str(row["name"]): (row["mtime_ns"], row["size"])
        for row in cache.rows("SELECT name, mtime_ns, size FROM experiments")
    }
    changed = [name for name, stamp in stamps.items() if known.get(name) != stamp]
    gone = [name for name in known if name not in stamps]
    if changed or gone:
        documents = {name: _parsed(home.summary(name)) for name in changed}
        with cache.writing():
            for table in _DOCUMENT_TABLES:
                cache.delete(table, "experiment", [*gone, *changed])
            cache.delete("experiments", "name", gone)
            for name, summary in documents.items():
                _store(cache, name, summary, home.summary(name), stamps[name])
                cache.put("predictions", prediction_rows(name, home.experiments / name / ESTIMATES))
    refresh_history(cache, home)
    import_prior_runs(cache, home)


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:  # removed since it was listed
        return (0, 0)
    return found.st_mtime_ns, found.st_size


def _parsed(path: Path) -> Summary | None:
    """The document's values; `None` where it cannot be read, which `ckreg check` reports."""
    from ckreg.core.summary import parse  # noqa: PLC0415  # 35 ms that unchanged documents need not cost

    try:
        return parse(read_text(path))
    except CkregError:
        return None


def _store(cache: Cache, name: str, summary: Summary | None, path: Path, stamp: tuple[int, int]) -> None:
    row: Row = {"name": name, "path": str(path), "mtime_ns": stamp[0], "size": stamp[1]}
    if summary is None:
        cache.put("experiments", [row])
        return
    row |= {"type": summary.type, "question": summary.question, "created": summary.created}
    cache.put("experiments", [row])
    cache.put(
        "variables",
        (
            {"experiment": name, "factor": factor.factor, "level": level}
            for factor in summary.factors
            for level in factor.levels
        ),
    )
    cache.put("runs", _run_rows(name, summary))
    cache.put("evaluations", _evaluation_rows(name, summary))


def _run_rows(name: str, summary: Summary) -> Iterator[Row]:
    """The plan's row of each run with its status; a run that only Status names has a row too."""
    planned = {row.run_name: row for row in summary.runs}
    statuses = {row.run_name: row for row in summary.fine_tuning}
    for run_name in dict.fromkeys([*planned, *statuses]):
        row: Row = {"experiment": name, "run_name": run_name}
        if plan := planned.get(run_name):
            row |= {"model": plan.model, "lora_rank": plan.lora_rank, "batch_size": plan.batch_size}
            row |= {"type": plan.type, "est_time": plan.est_time, "line": plan.line}
        if status := statuses.get(run_name):
            row |= {"status": status.status, "job_id": status.job_id, "notes": status.notes}
            row |= {"started": status.started, "completed": status.completed, "line": status.line}
        yield row


def _evaluation_rows(name: str, summary: Summary) -> Iterator[Row]:
    for row in summary.evaluations:
        yield {
            "experiment": name,
            "run_name": row.run_name,
            "task": row.task,
            "epoch": row.epoch,
            "status": row.status,
            "job_id": row.job_id,
            "completed": row.completed,
            "notes": row.notes,
            "line": row.line,
        }


def prediction_rows(name: str, path: Path) -> Iterator[Row]:
    """What `design` estimated for each run and evaluation; nothing where there is no such file."""
    try:
        told = json.loads(read_text(path))
        estimates = [*told["fine_tuning"], *told["evaluations"]]
    except (CkregError, ValueError, TypeError, KeyError, RecursionError):
        return
    for estimate in estimates:
        if isinstance(estimate, dict):
            yield {"experiment": name, **{column: estimate.get(column) for column in _PREDICTION}}


_PREDICTION = ("run_name", "task", "epoch", "median_seconds", "p90_seconds", "tier")
