"""How a job went in few words for Notes, and in full for a commit's trailer."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from ckreg.core.measure.measurement import Outcome
from ckreg.core.scheduler.accounting import Job
from ckreg.core.scheduler.local import CLUSTER
from ckreg.core.text import one_line
from ckreg.core.units import duration, gib

TRAINING_FAILED = "training failed"
_NO_LOG = "0:53"
_OURS = re.compile(
    r"(?:TIMEOUT|OUT_OF_MEMORY|CANCELLED|NODE_FAIL|PREEMPTED|BOOT_FAIL|DEADLINE|LAUNCH_FAILED)\b.*"
    r"|exit (?:status )?\d+\b.*|signal \d+\b.*|no log could be opened.*|out of GPU memory.*|took \d.*"
    r"|requeued \d+x"
    r"|training failed|failed \(.*"
)
_BETWEEN = "; "


def went(job: Job) -> str:
    """How a job ended: `TIMEOUT after 59 min`, `exit 3 after 2 min`, `took 16 min`."""
    if job.outcome is Outcome.COMPLETED:
        return f"took {duration(job.elapsed_seconds)}" if job.elapsed_seconds is not None else ""
    return f"{_cause(job)}{_after(job)}"


def _cause(job: Job) -> str:
    if job.state == "CANCELLED":
        return f"CANCELLED {job.reason}" if job.reason else "CANCELLED"
    if job.outcome is Outcome.OOM_HOST:
        return "OUT_OF_MEMORY" + (f" ({gib(job.max_rss_gib)})" if job.max_rss_gib else "")
    if job.state != "FAILED":
        return job.state
    return _exit(job.exit_code)


def _exit(code: str | None) -> str:
    if code == _NO_LOG:
        return "no log could be opened (exit 0:53): does its folder exist?"
    status, _, signal = (code or "").partition(":")
    if signal not in {"", "0"}:
        return f"signal {signal}"
    return f"exit {status}" if status.isdigit() else "failed (no exit code)"


def _after(job: Job) -> str:
    if job.never_started:
        return " before it started"
    return f" after {duration(job.elapsed_seconds)}" if job.elapsed_seconds is not None else ""


def requeued(times: int) -> str:
    """The note of a job that was started again."""
    return f"requeued {times}x"


class Split(NamedTuple):
    """Notes taken apart: what people and earlier attempts have there, and what ckreg said of the last job."""

    kept: tuple[str, ...]
    ours: tuple[str, ...]


def split_notes(notes: str | None) -> Split:
    """The parts of a row's notes."""
    parts = [part for part in (notes or "").split(_BETWEEN) if part and part != "-"]
    ours = tuple(part for part in parts if _OURS.fullmatch(part))
    return Split(tuple(part for part in parts if part not in ours), ours)


def with_notes(old: str | None, new: Iterable[str]) -> str:
    """Notes in which what ckreg said of an earlier job is replaced; what a person wrote stays."""
    kept = split_notes(old).kept
    return _BETWEEN.join([*kept, *(one_line(note) for note in new if note)]) or "-"


def evidence(job: Job, requeues: int = 0) -> str:
    """All that the scheduler says of a job, on one line."""
    facts = {
        "submitted": job.submitted,
        "started": job.started,
        "ended": job.ended,
        "elapsed": None if job.elapsed_seconds is None else f"{job.elapsed_seconds} s",
        "limit": None if job.time_limit_seconds is None else f"{job.time_limit_seconds} s",
        "max RSS": None if job.max_rss_gib is None else gib(job.max_rss_gib),
        "on": job.nodes,
        "requeued": f"{requeues}x" if requeues else None,
    }
    state = " ".join(part for part in (job.state, job.reason, job.exit_code) if part)
    where = f" of {job.cluster}" if job.cluster else ""
    named = f" ({job.name})" if job.name else ""
    told = ", ".join(f"{name} {value}" for name, value in facts.items() if value)
    told_by = "queue of this machine" if job.cluster == CLUSTER else "sacct"
    return one_line(f"{told_by}: {state}; job {job.job_id}{where}{named}; {told}")
