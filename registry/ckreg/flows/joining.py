"""Joins what logs say with what the scheduler says of the same jobs."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar, cast

from ckreg.adapters.cache import Cache

UNJOINED = "unjoined"
"""A fact that stands in the cache from when rows were stored until they were joined."""

T = TypeVar("T")
_NOT_ENDED = "unknown"
_SAYS_ONLY_FAILED = "failed"
_SAYS_WHY = {"oom_gpu", "oom_host"}


@dataclass(frozen=True, slots=True)
class Seen:
    """A measurement as its log alone tells it; `segments` is how many the log has."""

    log_path: str
    segment: int
    job_id: str
    segments: int
    outcome: str
    evidence: str
    elapsed_seconds: float | None
    seen_seconds: float | None


@dataclass(frozen=True, slots=True)
class Told:
    """A job as sacct tells it, of the logs under the folder `scope`; of all where that is empty."""

    job_id: str
    scope: str
    outcome: str
    state: str
    exit_code: str | None
    elapsed_seconds: float | None
    gpu_type: str | None


class Joined(NamedTuple):
    """What the two together say, in the order of the UPDATE below."""

    outcome: str
    evidence: str
    elapsed_seconds: float | None
    startup_seconds: float | None
    gpu_type: str | None


def join_jobs(cache: Cache) -> int:
    """Give the measurements the scheduler's outcome, elapsed time and start-up; how many jobs were known."""
    told = _told(cache)
    known = [
        (seen, job)
        for seen in _seen(cache)
        if (job := nearest(seen.log_path, told.get(seen.job_id, ()), scope_of=lambda job: job.scope))
    ]
    if known:
        with cache.writing():
            cache.update(
                "UPDATE measurements SET outcome = ?, outcome_evidence = ?, elapsed_seconds = ?, "
                "startup_seconds = ?, gpu_type = coalesce(gpu_type, ?) WHERE log_path = ? AND segment = ?",
                ((*joined(seen, job), seen.log_path, seen.segment) for seen, job in known),
            )
    with cache.writing():
        cache.delete("facts", "name", [UNJOINED])
    return len(known)


def joined(seen: Seen, job: Told) -> Joined:
    """The scheduler's word on the outcome goes before the log's, unless the log alone says why it failed.

    Start-up is sacct's elapsed time less the seconds that the log accounts for; where one file holds several
    stretches of the job, its time cannot be told apart.
    """
    outcome, evidence = seen.outcome, seen.evidence
    log_knows_more = job.outcome == _SAYS_ONLY_FAILED and outcome in _SAYS_WHY
    if job.outcome not in {_NOT_ENDED, outcome} and not log_knows_more:
        outcome, evidence = job.outcome, f"sacct: {job.state} {job.exit_code or ''}".rstrip()
    if seen.segments > 1 or job.elapsed_seconds is None:
        return Joined(outcome, evidence, seen.elapsed_seconds, None, job.gpu_type)
    startup = None if seen.seen_seconds is None else max(0.0, job.elapsed_seconds - seen.seen_seconds)
    return Joined(outcome, evidence, job.elapsed_seconds, startup, job.gpu_type)


def nearest(log_path: str, jobs: Sequence[T], *, scope_of: Callable[[T], str]) -> T | None:
    """The job as the nearest sacct file in a folder above the log tells it.

    Ids are used again on other clusters, so a file that lies elsewhere says nothing of this log; what a
    person named, and what the cluster's own sacct says, counts where no file is nearer.
    """
    above = [job for job in jobs if log_path == scope_of(job) or log_path.startswith(_folder(scope_of(job)))]
    return max(above, key=lambda job: len(scope_of(job)), default=None)


def _folder(scope: str) -> str:
    return scope if not scope or scope.endswith("/") else f"{scope}/"


def _told(cache: Cache) -> Mapping[str, list[Told]]:
    found: defaultdict[str, list[Told]] = defaultdict(list)
    # The last submitted first: of two jobs of one id in one file, it is the one that still has its log.
    rows = cache.rows(
        "SELECT job_id, scope, outcome, state, exit_code, elapsed_seconds, gpu_type FROM jobs "
        "ORDER BY submitted DESC"
    )
    for row in rows:
        found[str(row["job_id"])].append(Told(**cast("dict[str, Any]", row)))
    return found


def _seen(cache: Cache) -> Iterator[Seen]:
    rows = cache.rows(
        "SELECT log_path, segment, job_id, count(*) OVER (PARTITION BY log_path) AS segments, "
        "log_outcome AS outcome, log_outcome_evidence AS evidence, "
        "log_elapsed_seconds AS elapsed_seconds, seen_seconds "
        "FROM measurements WHERE job_id IS NOT NULL"
    )
    return (Seen(**cast("dict[str, Any]", row)) for row in rows)
