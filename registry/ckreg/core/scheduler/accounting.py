"""The answers of Slurm's accounting: the text of `sacct -P` to jobs."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ckreg.core.measure.measurement import Outcome
from ckreg.core.scheduler.local import is_local
from ckreg.core.scheduler.states import UNKNOWN, outcome_of, state_of

_FREE_TEXT = ("JobName", "Comment", "AdminComment", "SystemComment", "WorkDir", "SubmitLine")
_NOTHING = frozenset({"", "Unknown", "None", "None assigned", "N/A"})
_UNITS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40, "P": 2**50}
_SIZE = re.compile(r"(\d{1,15}(?:\.\d{1,6})?)([KMGTP]?)[nc]?")
_GPUS = re.compile(r"gres/gpu(?::([\w.-]+))?=(\d{1,6})")
_BY = re.compile(r"\bby \d{1,10}$")
_LINE_END = re.compile(r"\r\n|\r|\n")

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One job as the accounting has it, its steps folded in.

    `job_id` is `A_T` for task T of the array A. Times are as Slurm prints them, in the cluster's own zone.
    `max_rss_gib` is the most memory of any one task; `nodes` the list of nodes (`n[1-4]`). `raw_id` is the
    number that Slurm gave a task of an array besides; `reason` is who cancelled it, or why it waits.
    """

    job_id: str
    cluster: str | None = None
    state: str = UNKNOWN
    outcome: Outcome = Outcome.UNKNOWN
    exit_code: str | None = None
    elapsed_seconds: int | None = None
    time_limit_seconds: int | None = None
    submitted: str | None = None
    started: str | None = None
    ended: str | None = None
    max_rss_gib: float | None = None
    gpus: int | None = None
    gpu_type: str | None = None
    nodes: str | None = None
    raw_id: str | None = None
    name: str | None = None
    reason: str | None = None

    @property
    def never_started(self) -> bool:
        """Whether it was cancelled or refused before any node was its own."""
        return self.nodes is None and not self.elapsed_seconds


def parse_sacct(text: str) -> tuple[Job, ...]:
    """The jobs of `sacct -P` (or `-p`), in its order; a header line names the columns, in any order.

    Rows that are cut, that precede a header, or that only hold a place (a new job is called `allocation`
    for a second) are left out.
    """
    jobs: list[Job] = []
    places: dict[tuple[str | None, str], int] = {}
    columns: Sequence[str] = ()
    for line in _LINE_END.split(text):
        fields = line.split("|")
        if "JobID" in fields or "JobIDRaw" in fields:
            columns = fields
            continue
        row = _row(columns, fields)
        if not row:
            continue
        job_id, _, step = (row.get("JobID") or row.get("JobIDRaw", "")).strip().partition(".")
        key = (_known(row, "Cluster"), job_id)
        if step:
            if key in places:
                jobs[places[key]] = _with_step(jobs[places[key]], row)
        elif (job_id[:1].isdigit() or is_local(job_id)) and not _holds_a_place(row):
            places[key] = len(jobs)
            jobs.append(_job(job_id, row))
    return tuple(jobs)


def _row(columns: Sequence[str], fields: Sequence[str]) -> Row | None:
    """Fields by column: sacct escapes nothing, so that surplus `|` belong to the one column of free text."""
    surplus = len(fields) - len(columns)
    if not columns or surplus < 0:
        return None
    free = next((index for index, name in enumerate(columns) if name in _FREE_TEXT), len(columns) - 1)
    middle = "|".join(fields[free : free + surplus + 1])
    return dict(zip(columns, [*fields[:free], middle, *fields[free + surplus + 1 :]], strict=True))


def _holds_a_place(row: Row) -> bool:
    return row.get("JobName") == "allocation" and _known(row, "End") is None


def _job(job_id: str, row: Row) -> Job:
    state = state_of(row.get("State", ""))
    limit = _whole(row, "TimelimitRaw")
    gpus, gpu_type = _gpus(row.get("AllocTRES") or "")
    return Job(
        job_id=job_id,
        cluster=_known(row, "Cluster"),
        state=state,
        outcome=outcome_of(state),
        exit_code=_known(row, "ExitCode"),
        elapsed_seconds=_whole(row, "ElapsedRaw"),
        time_limit_seconds=limit * 60 if limit is not None else None,
        submitted=_known(row, "Submit"),
        started=_known(row, "Start"),
        ended=_known(row, "End"),
        max_rss_gib=_gib(row.get("MaxRSS", "")),
        gpus=gpus,
        gpu_type=gpu_type,
        nodes=_known(row, "NodeList"),
        raw_id=_known(row, "JobIDRaw"),
        name=_known(row, "JobName"),
        reason=_cancelled_by(row),
    )


def _cancelled_by(row: Row) -> str | None:
    match = _BY.search(row.get("State", ""))
    return match.group() if match else None


def _with_step(job: Job, row: Row) -> Job:
    """Memory is on step rows only; a step out of memory explains a job that merely FAILED."""
    size = _gib(row.get("MaxRSS", ""))
    out_of_memory = job.state == "FAILED" and state_of(row.get("State", "")) == "OUT_OF_MEMORY"
    return replace(
        job,
        max_rss_gib=max(size, job.max_rss_gib or 0.0) if size is not None else job.max_rss_gib,
        outcome=Outcome.OOM_HOST if out_of_memory else job.outcome,
    )


def _known(row: Row, column: str) -> str | None:
    value = row.get(column, "").strip()
    return None if value in _NOTHING else value


def _whole(row: Row, column: str) -> int | None:
    value = row.get(column, "").strip()
    return int(value) if value.isascii() and value.isdigit() and len(value) < 12 else None  # noqa: PLR2004


def _gib(size: str) -> float | None:
    match = _SIZE.fullmatch(size.strip())
    return float(match[1]) * _UNITS[match[2]] / 2**30 if match else None


def _gpus(tres: str) -> tuple[int | None, str | None]:
    """GPUs of `billing=8,gres/gpu=2,gres/gpu:a100=2,node=1`; 0 where only other resources are listed."""
    found = _GPUS.findall(tres)
    untyped = [int(number) for kind, number in found if not kind]
    typed = [(kind, int(number)) for kind, number in found if kind]
    count = untyped[0] if untyped else sum(number for _, number in typed)
    return (count if tres.strip() else None), (typed[0][0] if typed else None)
