"""What logs add to the scheduler's word: all where the accounting was purged, else what memory ran out."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from ckreg.adapters.cache import open_cache
from ckreg.adapters.tree import Home
from ckreg.core.measure.measurement import Outcome
from ckreg.core.scheduler.judging import Judged, Why, Word, judged_by_log
from ckreg.core.status import Status
from ckreg.core.summary.rows import RowKey
from ckreg.flows.caching import cache_path
from ckreg.flows.following import Followed

_MEMORY = {Outcome.OOM_GPU: "out of GPU memory", Outcome.OOM_HOST: "OUT_OF_MEMORY (log)"}

Key = tuple[str, RowKey]
Verdicts = Mapping[Key, Judged | Why]
"""What follows for each row, by experiment and row."""


def with_logs(home: Home, rows: Sequence[Followed], verdicts: Verdicts) -> dict[Key, Judged | Why]:
    """Where the accounting has nothing the log's word counts; it also knows what memory ran out."""
    words = _words(home, rows)
    found = dict(verdicts)
    for row in rows:
        word, verdict = words.get(row.job), verdicts[(row.experiment, row.key)]
        if word is None:
            continue
        if verdict is Why.UNKNOWN_JOB:
            found[(row.experiment, row.key)] = judged_by_log(word)
        elif isinstance(verdict, Judged) and verdict.settled and verdict.status is Status.FAILED:
            found[(row.experiment, row.key)] = _with_cause(verdict, word)
    return found


def _with_cause(verdict: Judged, word: Word) -> Judged:
    """Without cgroups Slurm kills a job for its memory by a signal, and only its log tells why."""
    cause = _MEMORY.get(word.outcome)
    if cause is None or verdict.notes[0].startswith("OUT_OF_MEMORY"):
        return verdict
    notes = (f"{cause}, {verdict.notes[0]}", *verdict.notes[1:])
    return replace(verdict, notes=notes, evidence=f"{verdict.evidence}; log {word.path}: {word.evidence}")


def _words(home: Home, rows: Sequence[Followed]) -> dict[str, Word]:
    """What logs say of these jobs; a log that names another run is another cluster's."""
    path = cache_path(home)
    if not path.exists():
        return {}
    wanted = {row.job: row.key.run for row in rows}
    with open_cache(path) as cache:
        found = cache.rows(
            "SELECT m.job_id, m.run_name, m.outcome, m.log_outcome, m.outcome_evidence, m.log_path, "
            "l.mtime_ns FROM measurements AS m JOIN logs AS l ON l.path = m.log_path "
            "WHERE m.job_id IS NOT NULL AND l.kept IS NULL ORDER BY m.segment"
        )
    return {
        str(row["job_id"]): Word(
            outcome=Outcome(str(row["log_outcome"] or row["outcome"])),
            path=str(row["log_path"]),
            evidence=str(row["outcome_evidence"] or ""),
            at=_iso(int(str(row["mtime_ns"]))),
        )
        for row in found
        if str(row["job_id"]) in wanted and row["run_name"] in {None, wanted[str(row["job_id"])]}
    }


def _iso(nanoseconds: int) -> str:
    return datetime.fromtimestamp(nanoseconds / 1e9).astimezone().isoformat(timespec="seconds")
