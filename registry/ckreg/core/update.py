"""A change of one row's status that was carried out, and how its commit tells of it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ckreg.core.status import Status, StatusRequest
from ckreg.core.summary.edit import key_of
from ckreg.core.text import one_line


@dataclass(frozen=True, slots=True)
class Update:
    """What a request changes: the cells by column, the row's status before and after, and its job.

    `overtaken` says that later evidence had told of the row already, `swept` that somebody's own commit took
    the change along: it is recorded, and changes no cell.
    """

    request: StatusRequest
    cells: Mapping[str, str]
    old: str
    new: str
    job: str | None = None
    overtaken: bool = False
    swept: bool = False

    @property
    def is_recorded(self) -> bool:
        """Whether a commit has to tell of it; a row that says all of it already needs none."""
        return bool(self.cells) or self.overtaken or self.swept

    @property
    def completes(self) -> bool:
        """Whether the run or evaluation was not completed before."""
        return "Status" in self.cells and self.new == Status.COMPLETED


def message(updates: Sequence[Update]) -> str:
    """The commit's message: what happened in words, and a trailer for each update."""
    if not updates:
        return ""
    lines = [_subject(update) for update in updates]
    experiments = {update.request.experiment for update in updates}
    if len(updates) == 1:
        head = f"status: {lines[0]}"
    else:
        body = "\n".join(lines)
        where = next(iter(experiments)) if len(experiments) == 1 else f"{len(experiments)} experiments"
        head = f"status: {len(updates)} updates in {where}\n\n{body}"
    return f"{head}\n\n" + "\n".join(f"Ckreg-Status: {trailer(update)}" for update in updates) + "\n"


def _subject(update: Update) -> str:
    return one_line(f"{update.request.experiment} {key_of(update.request)} {in_words(update)}")


def in_words(update: Update) -> str:
    """What a request did to its row: `pending -> running`, `Notes`, `running, overtaken by completed`."""
    if update.overtaken:
        return f"{update.request.status}, overtaken by {update.old}"
    changed = ", ".join(column for column in update.cells if column != "Status")
    return f"{update.old} -> {update.new}" if "Status" in update.cells else changed or update.new


def trailer(update: Update) -> str:
    """The machine's account of an update, as JSON on one line.

    One that was overtaken goes from the row's status to the same, and has the status that was asked for
    under the key `overtaken`, which no other update has.
    """
    request = update.request
    overtaken = {"overtaken": request.status} if update.overtaken else {}
    return json.dumps(
        {
            "experiment": request.experiment,
            "run": request.run,
            "task": request.task,
            "epoch": request.epoch,
            "from": update.old,
            "to": update.new,
            "job": request.job,
            "by": request.by,
            "evidence": request.evidence,
            "at": request.at.isoformat(),
            "id": request.id,
            "forced": request.forced,
        }
        | overtaken,
        ensure_ascii=False,
    )
