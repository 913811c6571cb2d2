"""Which of a run's checkpoints nothing needs any more."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from ckreg.core.scheduler.notes import TRAINING_FAILED
from ckreg.core.status import FINISHED, Status
from ckreg.core.summary import EvaluationRow, Summary

OUTPUT = "ck-out-"
STATE = "recipe_state"
"""Where torchtune keeps what resuming takes."""

_EPOCH = re.compile(r"epoch_(\d{1,9})")
_STEP = re.compile(r"checkpoint-\d{1,9}")  # the Trainer's, which says nothing of epochs
_RESOLVED = re.compile(r"best \((\d{1,9})\)")


class Verdict(NamedTuple):
    """Whether a checkpoint may go, or has to stay, and why."""

    name: str
    stays: bool
    why: str


def runs_of(summary: Summary) -> set[str]:
    """Every run that a document names in a table."""
    return {
        *(row.run_name for row in summary.runs),
        *(row.run_name for row in summary.fine_tuning),
        *(row.run_name for row in summary.evaluations),
    }


def is_checkpoint(name: str) -> bool:
    """Whether a folder of this name, in a run's output, is a checkpoint."""
    return name == STATE or bool(_EPOCH.fullmatch(name) or _STEP.fullmatch(name))


def verdicts(
    names: Iterable[str], status: str | None, evaluations: Sequence[EvaluationRow]
) -> Iterator[Verdict]:
    """What becomes of the checkpoints among these folders of a fine-tuned run; nothing where none is spare.

    Of a failed run all may go but those that an evaluation waits for; of a completed one all but the
    evaluated epochs, whatever became of their evaluations. Where it is not certain which epochs those are,
    all stay.
    """
    checkpoints = sorted(filter(is_checkpoint, names), key=_order)
    if status == Status.FAILED:
        yield from _of_failed(checkpoints, [row for row in evaluations if _waits(row)])
    elif status == Status.COMPLETED and evaluations:
        yield from _of_completed(checkpoints, _epochs(evaluations))


def _of_failed(names: Iterable[str], waiting: Sequence[EvaluationRow]) -> Iterator[Verdict]:
    needed = _epochs(waiting)
    for name in names:
        epoch = _EPOCH.fullmatch(name)
        if waiting and (needed is None or (epoch and int(epoch[1]) in needed)):
            yield Verdict(name, True, "the run failed, but an evaluation of it waits")
        else:
            yield Verdict(name, False, "the run failed; without it a retry begins anew")


def _of_completed(names: Iterable[str], evaluated: Collection[int] | None) -> Iterator[Verdict]:
    for name in names:
        epoch = _EPOCH.fullmatch(name)
        if name == STATE:
            yield Verdict(name, False, "the run is completed, and nothing resumes from it")
        elif epoch and evaluated is None:
            yield Verdict(name, True, "which epochs are evaluated is not certain")
        elif epoch and evaluated is not None and int(epoch[1]) not in evaluated:
            yield Verdict(name, False, "the run is completed, and this epoch is not evaluated")


def _epochs(evaluations: Iterable[EvaluationRow]) -> set[int] | None:
    """The epochs that are evaluated; None where that is not certain: `best` may be any."""
    found = set()
    for row in evaluations:
        resolved = _RESOLVED.fullmatch(row.epoch or "")
        text = resolved[1] if resolved else row.epoch or ""
        if not (text.isascii() and text.isdecimal()):
            return None
        found.add(int(text))
    return found


def _waits(row: EvaluationRow) -> bool:
    """Whether an evaluation needs its checkpoint still; one whose training failed waits for another."""
    put_back = row.status == Status.PENDING and not row.job_id and TRAINING_FAILED in (row.notes or "")
    return row.status not in FINISHED and not put_back


def _order(name: str) -> tuple[str, int]:
    number = re.search(r"\d+$", name)
    return name.rstrip("0123456789"), int(number.group()) if number else -1
