"""Writes `prior-runs.jsonl`: what was measured outlives the logs."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from ckreg.adapters.cache import Cache, Row
from ckreg.adapters.config import load_settings
from ckreg.adapters.tree import PRIOR_RUNS, Home
from ckreg.core.prior_runs import PriorRun, read_prior_runs, with_prior_runs
from ckreg.flows.committing import Edit, commit_edits
from ckreg.flows.joining import nearest
from ckreg.flows.refreshing import fresh_cache

_NOT_OF_THE_JOB = ("source", "scope")


@dataclass(frozen=True, slots=True)
class Kept:
    """What was written: the jobs that the file tells of now, and the commit, None where nothing changed."""

    jobs: int
    commit: str | None


def keep_prior_runs(home: Home) -> Kept:
    """Write what was measured of every job that the cache knows, and commit it.

    Raises:
        CkregError: as `commit_edits`.
    """
    edits = prior_run_edits(home)
    texts: list[str] = []

    def edit(old: str | None) -> str:
        texts.append(edits[PRIOR_RUNS](old))
        return texts[-1]

    commit = commit_edits(home, {PRIOR_RUNS: edit}, "index: keep what was measured\n") if edits else None
    return Kept(len(read_prior_runs(texts[-1]).runs) if texts else 0, commit)


def prior_run_edits(home: Home, job_ids: Collection[str] | None = None) -> Mapping[str, Edit]:
    """The edit of prior-runs.jsonl that adds what was measured, for a commit that does more than this.

    Only of the given jobs where they are given; empty where nothing of them was measured.
    """
    with fresh_cache(home) as cache:
        runs = _measured(cache, load_settings(home).scratch_dir)
    wanted = [run for run in runs if job_ids is None or run.measured.get("job_id") in job_ids]
    return {PRIOR_RUNS: lambda old: with_prior_runs(old, wanted)} if wanted else {}


def _measured(cache: Cache, scratch_dir: str | None) -> list[PriorRun]:
    """Every measurement that says anything; logs without a word are not kept."""
    rows = cache.rows(
        "SELECT m.*, l.fingerprint, l.reader_version "
        "FROM measurements AS m JOIN logs AS l ON l.path = m.log_path "
        "WHERE m.framework <> 'none' OR m.outcome <> 'unknown' ORDER BY m.log_path, m.segment"
    )
    jobs: dict[str, list[Row]] = {}
    for job in cache.rows("SELECT * FROM jobs ORDER BY submitted DESC"):
        jobs.setdefault(str(job["job_id"]), []).append(job)
    return [_prior_run(row, jobs.get(str(row["job_id"]), []), scratch_dir) for row in rows]


def _prior_run(row: Row, jobs: list[Row], scratch_dir: str | None) -> PriorRun:
    path = str(row["log_path"])
    about = {
        "fingerprint": str(row.pop("fingerprint")),
        "reader_version": int(str(row.pop("reader_version"))),
    }
    measured = {name: value for name, value in row.items() if value is not None and name != "log_path"}
    if "packed" in measured:
        measured["packed"] = bool(measured["packed"])
    return PriorRun(
        log_path=_below(path, scratch_dir),
        **cast("dict[str, Any]", about),
        measured=measured,
        job=_job(path, jobs),
    )


def _job(path: str, jobs: list[Row]) -> Mapping[str, object] | None:
    chosen = nearest(path, jobs, scope_of=lambda row: str(row["scope"]))
    return chosen and {name: value for name, value in chosen.items() if name not in _NOT_OF_THE_JOB}


def _below(path: str, scratch_dir: str | None) -> str:
    if scratch_dir and Path(path).is_relative_to(scratch_dir):
        return str(Path(path).relative_to(scratch_dir))
    return path
