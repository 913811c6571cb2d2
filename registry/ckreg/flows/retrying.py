"""Sends again what failed, with a corrected request: planned, shown, committed, set to pending, submitted."""

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import partial
from typing import NamedTuple

from ckreg.adapters.clock import now
from ckreg.adapters.tree import EXPERIMENTS, Home
from ckreg.core.retry.correcting import corrected
from ckreg.core.retry.values import Corrected, Failed, In
from ckreg.core.retry.words import freed_notes, message, retry_evidence, retry_notes
from ckreg.core.scaffold.layout import FINETUNE_CONFIG, MANIFEST
from ckreg.core.scaffold.written import read_manifest
from ckreg.core.scheduler.port import Scheduler
from ckreg.core.status import Status, StatusRequest
from ckreg.core.submission.planning import evaluation_key, unknown
from ckreg.core.summary import EvaluationRow, Summary
from ckreg.core.summary.rows import RowKey
from ckreg.errors import NotFoundError
from ckreg.flows.committing import commit_edits
from ckreg.flows.failures import FailedRow, failures
from ckreg.flows.recording import record
from ckreg.flows.retry_files import FileChange, Files, edited, text_of, work_of
from ckreg.flows.sealing import seal_experiment
from ckreg.flows.submittable import refuse_errors, scripts_of
from ckreg.flows.submitting import How, Planned, Sent, plan_submission, send, summary_of

ASKED_FROM = 3
"""The attempt from which on a person has to say so, each time."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """`runs` are names or patterns, all if none; with `anew` nothing goes on from a checkpoint."""

    runs: tuple[str, ...] = ()
    anew: bool = False


@dataclass(frozen=True, slots=True)
class Retried:
    """A row that is to be sent again, the rows that follow it, and its files."""

    failed: Failed
    corrected: Corrected
    notes: str | None
    following: tuple[FailedRow, ...]
    files: tuple[FileChange, ...]

    @property
    def attempt(self) -> int:
        """Which attempt it will be."""
        return self.failed.attempts + 1


class Left(NamedTuple):
    """A row that is not sent again by itself, why, and what its log says."""

    key: RowKey
    why: str
    evidence: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Retry:
    """What would be sent again, what is left to the person, and the rows that need a word of their own."""

    experiment: str
    retried: tuple[Retried, ...]
    left: tuple[Left, ...]

    @property
    def files(self) -> list[FileChange]:
        """The files that change."""
        return [file for each in self.retried for file in each.files]

    def only(self, may: Callable[[Retried], bool]) -> "Retry":
        """Without the rows that nobody gave the word for; they are left."""
        gone = [each for each in self.retried if not may(each)]
        left = [
            Left(
                each.failed.key,
                f"attempt {each.attempt} is asked for: --attempt {each.attempt}",
                each.failed.evidence,
                each.attempt,
            )
            for each in gone
        ]
        kept = tuple(each for each in self.retried if each not in gone)
        return replace(self, retried=kept, left=(*self.left, *left))


@dataclass(frozen=True, slots=True)
class Resent:
    """What was sent, and the commit that has the changed files; None where none changed."""

    commit: str | None
    sent: Sent


def plan_retry(home: Home, experiment: str, wanted: Wanted) -> Retry:
    """What failed, why, and what would be sent again with which request; nothing is written.

    Raises:
        NotFoundError: there is no such run, or a job script is gone.
        RefusedError: `ckreg check` finds errors, or the plan was changed since it was sealed.
    """
    summary = summary_of(home, experiment)
    if strange := unknown(summary, wanted.runs):
        raise NotFoundError(
            f"{experiment} has no run {strange[0]!r}. `ckreg status show {experiment}` lists them."
        )
    rows = _failed_rows(summary, wanted.runs)
    if not rows:
        return Retry(experiment, (), ())
    refuse_errors(home, experiment)
    seal_experiment(home, experiment, dry_run=True)
    known = failures(home, experiment, rows)
    scripts = scripts_of(home, experiment, [work_of(row.key) for row in rows])
    manifest = read_manifest(text_of(home, f"{EXPERIMENTS}/{experiment}/{MANIFEST}"))
    retried: list[Retried] = []
    left: list[Left] = []
    for row in rows:
        of_row = Files(home, experiment, row.key, scripts[row.key], manifest)
        failed = known[row.key]
        asked = of_row.asked(failed.attempts + 1)
        failed = replace(
            failed,
            resumed=asked.resumes and not asked.corrected,
            memory=of_row.memory_in(failed.noted_in, asked.memory_option),
        )
        found = corrected(failed, asked, None if wanted.anew else of_row.checkpoint())
        if found.left and row.key.run not in wanted.runs:
            left.append(Left(row.key, found.left, failed.evidence, failed.attempts + 1))
        else:
            files = tuple(of_row.changed(found, failed))
            retried.append(Retried(failed, found, row.notes, _following(summary, row.key), files))
    return Retry(experiment, tuple(retried), tuple(left))


def retry(
    home: Home, plan: Retry, scheduler: Scheduler, tell: Callable[[str], None] = lambda _text: None
) -> Resent:
    """Commit the changed files, set the rows to pending, and submit them.

    Killed before it has submitted, a corrected file is not corrected twice, and what is pending already is
    sent by `ckreg submit`.

    Raises:
        CkregError: a file cannot be changed, git is in the middle of something, or see `submitting.send`.
    """
    commit = _commit(home, plan)
    done = record(home, [request for each in plan.retried for request in _requests(plan.experiment, each)])
    if done.refused:
        raise done.refused[0][1]
    keys = {key for each in plan.retried for key in (each.failed.key, *(row.key for row in each.following))}
    how = How(tuple(dict.fromkeys(each.failed.key.run for each in plan.retried)))
    planned = plan_submission(home, plan.experiment, how, scheduler)
    sent = send(home, _only(planned, keys), how, scheduler, tell)
    return Resent(commit, sent)


def _only(planned: Planned, keys: set[RowKey]) -> Planned:
    """Approve these rows alone; other rows of the same runs are nobody's wish."""
    batches = [
        replace(batch, works=tuple(work for work in batch.works if work.key in keys))
        for batch in planned.batches
    ]
    return replace(planned, batches=tuple(batch for batch in batches if batch.works))


def _failed_rows(summary: Summary, runs: Sequence[str]) -> list[FailedRow]:
    """The trainings that failed, and the evaluations that failed after a training that did not."""
    trainings = [
        FailedRow(RowKey(row.run_name), row.job_id, row.notes)
        for row in summary.fine_tuning
        if row.status == Status.FAILED
    ]
    over = {row.run_name for row in summary.fine_tuning if row.status != Status.COMPLETED}
    evaluations = [
        _row(row) for row in summary.evaluations if row.status == Status.FAILED and row.run_name not in over
    ]
    return [row for row in (*trainings, *evaluations) if _fits(row.key.run, runs)]


def _following(summary: Summary, key: RowKey) -> tuple[FailedRow, ...]:
    """The evaluations that a training takes with it: those that failed, and those that wait.

    A job that waits for the training's last one never starts, whether Slurm has cancelled it by now or not.
    """
    if key.task is not None:
        return ()
    return tuple(
        _row(row)
        for row in summary.evaluations
        if row.run_name == key.run and row.status in {Status.FAILED, Status.PENDING}
    )


def _row(row: EvaluationRow) -> FailedRow:
    return FailedRow(evaluation_key(row), row.job_id, row.notes)


def _fits(run: str, runs: Sequence[str]) -> bool:
    return not runs or any(fnmatchcase(run, pattern) for pattern in runs)


def _commit(home: Home, plan: Retry) -> str | None:
    edits = {}
    for each in plan.retried:
        for change in each.files:
            file = In.CONFIG if change.path.endswith(f"/{FINETUNE_CONFIG}") else In.SCRIPT
            edits[change.path] = partial(
                edited, file=file, found=each.corrected, failed=each.failed, where=change.path
            )
    if not edits:
        return None
    told = [(each.failed, each.corrected) for each in plan.retried]
    return commit_edits(home, edits, message(plan.experiment, told))


def _requests(experiment: str, each: Retried) -> Iterator[StatusRequest]:
    evidence = retry_evidence(each.failed, each.corrected)
    yield _pending(
        experiment, each.failed.key, retry_notes(each.notes, each.failed, each.corrected), evidence
    )
    for row in each.following:
        yield _pending(experiment, row.key, freed_notes(row.notes), evidence)


def _pending(experiment: str, key: RowKey, notes: str, evidence: str) -> StatusRequest:
    return StatusRequest(
        id=uuid.uuid4().hex[:16],
        experiment=experiment,
        run=key.run,
        task=key.task,
        epoch=key.epoch,
        at=now(),
        status=Status.PENDING,
        job="-",
        note=notes,
        evidence=evidence,
    )
