"""Brings the cache's tables of the registry's documents and history up to date, before they are read."""

import contextlib
import hashlib
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ckreg.adapters.cache import (
    Cache,
    DamagedError,
    Row,
    copy_cache,
    delete_texts,
    open_cache,
    put_texts,
)
from ckreg.adapters.tree import Home, read_text
from ckreg.errors import CkregError, OutsideError
from ckreg.flows.caching import cache_path
from ckreg.flows.kept import import_prior_runs
from ckreg.flows.reading_history import refresh_history
from ckreg.flows.storing_results import import_results
from ckreg.flows.texts import document_path, document_texts

if TYPE_CHECKING:
    from ckreg.core.markdown import Document
    from ckreg.core.summary.values import Summary

_DOCUMENT_TABLES = ("variables", "parameters", "runs", "evaluations", "predictions")
_RESULT_TABLES = ("results", "result_summary")
ESTIMATES = "estimates.json"


class Found(NamedTuple):
    """A document and the estimates beside it; None where there is no such file, or it is no text."""

    path: str
    text: str | None
    estimates: str | None
    mtime_ns: int | None = None
    size: int | None = None

    @property
    def blobs(self) -> str:
        """The ids that git has for both texts; what has the same is the same."""
        return blobs_of(*(None if text is None else _blob(text) for text in (self.text, self.estimates)))


def blobs_of(document: str | None, estimates: str | None) -> str:
    """The ids of both files in one text."""
    return f"{document or '-'} {estimates or '-'}"


def _blob(text: str) -> str:
    data = text.encode()
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


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


@contextlib.contextmanager
def cache_to_read(home: Home) -> Iterator[Cache]:
    """The fresh cache; where it cannot be written, as on somebody else's disk, a fresh copy for this call."""
    try:
        opened = fresh_cache(home)
    except OutsideError:
        with tempfile.TemporaryDirectory(prefix="ckreg-") as folder:
            path = Path(folder, "cache.db")
            _copied(cache_path(home), path)
            with open_cache(path) as own:
                refresh(own, home)
                yield own
    else:
        with opened:
            yield opened


def _copied(source: Path, target: Path) -> None:
    """What logs and the scheduler told stands in the cache alone; one that cannot be read is left out."""
    try:
        copy_cache(source, target)
    except (CkregError, OSError):
        target.unlink(missing_ok=True)


def refresh(cache: Cache, home: Home) -> None:
    """Read the documents that changed, forget those that are gone, add new status events and kept runs."""
    stamps = {name: _stamp(home.summary(name)) for name in home.experiment_names()}
    known = {
        str(row["name"]): (row["mtime_ns"], row["size"])
        for row in cache.rows("SELECT name, mtime_ns, size FROM experiments")
    }
    changed = {name: _lying(home, name, stamp) for name, stamp in stamps.items() if known.get(name) != stamp}
    put_documents(cache, changed, [name for name in known if name not in stamps])
    import_results(cache, home, stamps, changed)
    refresh_history(cache, home)
    import_prior_runs(cache, home)


def put_documents(cache: Cache, changed: Mapping[str, Found], gone: Sequence[str]) -> None:
    """Put documents in the place of what was known of their experiments, and forget those that are gone."""
    if not (changed or gone):
        return
    read = {name: _parsed(found.text) for name, found in changed.items()}
    with cache.writing():
        for table in _DOCUMENT_TABLES:
            cache.delete(table, "experiment", [*gone, *changed])
        delete_texts(cache, "path", map(document_path, [*gone, *changed]))
        for table in _RESULT_TABLES:
            cache.delete(table, "experiment", gone)
        cache.delete("experiments", "name", gone)
        for name, found in changed.items():
            parsed = read[name]
            _store(cache, name, parsed and parsed[1], found)
            cache.put("predictions", prediction_rows(name, found.estimates))
        put_texts(cache, _texts(read))


def _lying(home: Home, name: str, stamp: tuple[int, int]) -> Found:
    path = home.summary(name)
    return Found(str(path), readable(path), readable(home.experiments / name / ESTIMATES), *stamp)


def readable(path: Path) -> str | None:
    """The file's text; None where it is not there, or is none."""
    try:
        return read_text(path)
    except CkregError:
        return None


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:  # removed since it was listed
        return (0, 0)
    return found.st_mtime_ns, found.st_size


def _parsed(text: str | None) -> "tuple[Document, Summary] | None":
    """The document and its values; `None` where it cannot be read, which `ckreg check` reports."""
    from ckreg.core.markdown import read  # noqa: PLC0415  # 35 ms that unchanged documents need not cost
    from ckreg.core.summary.parse import summary_of  # noqa: PLC0415  # see above

    if text is None:
        return None
    document = read(text)
    return document, summary_of(document)


def _texts(read: Mapping[str, "tuple[Document, Summary] | None"]) -> Iterator[Row]:
    for name, parsed in read.items():
        if parsed is not None:
            yield from document_texts(name, *parsed)


def _store(cache: Cache, name: str, summary: "Summary | None", found: Found) -> None:
    row: Row = {"name": name, "path": found.path, "mtime_ns": found.mtime_ns, "size": found.size}
    row["blobs"] = found.blobs
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
    cache.put("parameters", _parameter_rows(name, summary))
    cache.put("runs", _run_rows(name, summary))
    cache.put("evaluations", _evaluation_rows(name, summary))


def _parameter_rows(name: str, summary: "Summary") -> Iterator[Row]:
    from ckreg.core.shown.parameters import parameters_in  # noqa: PLC0415  # see `_parsed`

    return ({"experiment": name, **parameter._asdict()} for parameter in parameters_in(summary))


def _run_rows(name: str, summary: "Summary") -> Iterator[Row]:
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


def _evaluation_rows(name: str, summary: "Summary") -> Iterator[Row]:
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


def prediction_rows(name: str, text: str | None) -> Iterator[Row]:
    """What `design` estimated for each run and evaluation; nothing where there is no such file."""
    try:
        told = json.loads(text or "")
        estimates = [*told["fine_tuning"], *told["evaluations"]]
    except (ValueError, TypeError, KeyError, RecursionError):
        return
    for estimate in estimates:
        if isinstance(estimate, dict):
            yield {"experiment": name, **{column: _told(estimate, column) for column in _PREDICTION}}


def _told(estimate: dict[str, object], column: str) -> object:
    """A value of an estimate; what is no time is none, for others calculate with it."""
    value = estimate.get(column)
    if not column.endswith("_seconds"):
        return value
    return value if isinstance(value, int | float) and 0 <= value < _LONGEST_SECONDS else None


_LONGEST_SECONDS = 1e10
_PREDICTION = ("run_name", "task", "epoch", "median_seconds", "p90_seconds", "tier")
