"""What `ckreg retry --json` prints."""

from typing import TypedDict

from ckreg.cli.answers import Row, row
from ckreg.cli.answers.submit import Job, jobs
from ckreg.commands.retry import Resent, Retry
from ckreg.commands.retry import Retried as Planned
from ckreg.core.retry.values import Change as Planning
from ckreg.core.retry.values import In


class Change(TypedDict):
    """A value that changes in the job script or in the config; old is null where it is not there yet."""

    file: In
    name: str
    old: str | None
    new: str


class Retried(Row):
    """A row that is sent again: why it failed, and what changes for which reasons."""

    attempt: int
    job: str | None
    outcome: str | None
    evidence: str | None
    changes: list[Change]
    reasons: list[str]
    evaluations: list[Row]
    files: list[str]


class Left(Row):
    """A row that is left to a person, why, and what its log says."""

    attempt: int
    why: str
    evidence: str


class Answer(TypedDict):
    """What is sent again and what is left; `changed` is false, and there are no jobs, with --dry-run."""

    experiment: str
    retried: list[Retried]
    left: list[Left]
    jobs: list[Job]
    changed: bool
    commit: str | None


def resent(planned: Retry, done: Resent | None) -> Answer:
    """The answer of `ckreg retry`; `done` is None where nothing was sent."""
    return {
        "experiment": planned.experiment,
        "retried": [_retried(each) for each in planned.retried],
        "left": [
            {**row(left.key), "attempt": left.attempt, "why": left.why, "evidence": left.evidence}
            for left in planned.left
        ],
        "jobs": jobs(done.sent.jobs) if done else [],
        "changed": done is not None,
        "commit": (done.sent.commit or done.commit) if done else None,
    }


def _retried(each: Planned) -> Retried:
    failed = each.failed
    left = each.corrected.left
    return {
        **row(failed.key),
        "attempt": each.attempt,
        "job": failed.job,
        "outcome": failed.outcome,
        "evidence": failed.evidence,
        "changes": [_change(change) for change in each.corrected.changes],
        "reasons": [*each.corrected.reasons, *([left] if left else [])],
        "evaluations": [row(following.key) for following in each.following],
        "files": [file.path for file in each.files],
    }


def _change(change: Planning) -> Change:
    return {"file": change.file, "name": change.name, "old": change.old, "new": change.new}
