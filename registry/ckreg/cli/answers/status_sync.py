"""What `ckreg status sync --json` prints; with --watch one such object a round."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypedDict

from ckreg.cli.answers import Row, row
from ckreg.commands.status_sync import Change as Found
from ckreg.commands.status_sync import Synced

# `from` is a word of Python, so that this cannot be written as a class.
Change = TypedDict(
    "Change",
    {
        "experiment": str,
        "run": str,
        "task": str | None,
        "epoch": str | None,
        "from": str,
        "to": str,
        "job": str | None,
        "at": datetime,
        "note": str | None,
        "by": str,
        "evidence": str | None,
    },
)


class Unclear(Row):
    """A row of whose job nothing follows, and why."""

    experiment: str
    job: str
    why: str


class Answer(TypedDict):
    """What the scheduler was asked and what changed; `commit` is null with --dry-run."""

    asked: int
    open: int
    commit: str | None
    changes: list[Change]
    unclear: list[Unclear]
    warnings: list[str]
    notice: str | None
    not_sent: list[str]


def synced(done: Synced, notice: str | None = None, not_sent: Sequence[str] = ()) -> Answer:
    """The answer of `ckreg status sync`; with --notify, what was told, and to whom it could not be."""
    return {
        "asked": done.asked,
        "open": done.open,
        "commit": done.commit,
        "changes": [_change(change) for change in done.changes],
        "unclear": [
            {"experiment": each.experiment, **row(each.key), "job": each.job, "why": each.why}
            for each in done.unclear
        ],
        "warnings": list(done.warnings),
        "notice": notice,
        "not_sent": list(not_sent),
    }


def _change(change: Found) -> Change:
    request = change.request
    return {
        "experiment": request.experiment,
        "run": request.run,
        "task": request.task,
        "epoch": request.epoch,
        "from": change.old,
        "to": request.status or change.old,
        "job": request.job,
        "at": request.at,
        "note": request.note,
        "by": request.by,
        "evidence": request.evidence,
    }
