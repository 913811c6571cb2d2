"""Which rows of an experiment are to be sent, which are not and why, and which can be one array."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import NamedTuple

from ckreg.core.scaffold.layout import EVAL_SCRIPT, FINETUNE_SCRIPT, evaluation_folder, training_folder
from ckreg.core.status import Status
from ckreg.core.submission.script import Alike
from ckreg.core.summary import EvaluationRow, FineTuningRow, Summary
from ckreg.core.summary.rows import RowKey

_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")
_BEST = re.compile(r"best(?: \(\d{1,6}\))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A row that is to be sent.

    `folder` is relative to the experiment. `after` is a training that is sent with it, `after_job` the job of
    one that was sent before.
    """

    key: RowKey
    folder: str
    script: str
    after: RowKey | None = None
    after_job: str | None = None


class Skipped(NamedTuple):
    """A row that is not sent, and why."""

    key: RowKey
    why: str


class Selection(NamedTuple):
    """What is to be sent, each evaluation behind its training, and what is not."""

    works: tuple[Work, ...]
    skipped: tuple[Skipped, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What one call of the scheduler sends: one row, or several as an array with these indices.

    `after` is the batch (its place in the list) that it waits for; `by_task` says that each task waits for
    the same task of that batch, else all wait for task `after_task` of it, or for the whole.
    """

    works: tuple[Work, ...]
    tasks: tuple[int, ...] = ()
    common: Alike | None = None
    after: int | None = None
    after_task: int | None = None
    by_task: bool = False

    @property
    def after_job(self) -> str | None:
        """The job of an earlier call that it waits for."""
        return self.works[0].after_job


def selected(summary: Summary, wanted: Sequence[str] = ()) -> Selection:
    """The rows to send: pending, not sent yet, and of the runs that are wanted (patterns; all if none)."""
    works: list[Work] = []
    skipped: list[Skipped] = []
    trainings = {row.run_name: row for row in summary.fine_tuning}
    runs = dict.fromkeys([*trainings, *(row.run_name for row in summary.evaluations)])
    for run in runs:
        if wanted and not any(fnmatchcase(run, pattern) for pattern in wanted):
            continue
        evaluations = [row for row in summary.evaluations if row.run_name == run]
        for found in _of_run(run, trainings.get(run), evaluations):
            (works if isinstance(found, Work) else skipped).append(found)  # type: ignore[arg-type]
    return Selection(tuple(works), tuple(skipped))


def _of_run(
    run: str, training: FineTuningRow | None, evaluations: Sequence[EvaluationRow]
) -> Iterator[Work | Skipped]:
    sent: Work | Skipped | None = None
    if training is not None:
        sent = _training(run, training)
        yield sent
    for row in evaluations:
        key = evaluation_key(row)
        why = _not_sent(row) or _never(training, sent)
        if not why and not (_PART.fullmatch(run) and _PART.fullmatch(row.task or "")):
            why = "its name is none that a folder can have"
        if why:
            yield Skipped(key, why)
            continue
        waits = training is not None and training.status != Status.COMPLETED
        yield Work(
            key=key,
            folder=evaluation_folder(run, row.task or "", key.epoch),
            script=EVAL_SCRIPT,
            after=sent.key if waits and isinstance(sent, Work) else None,
            after_job=training.job_id if waits and training and not isinstance(sent, Work) else None,
        )


def evaluation_key(row: EvaluationRow) -> RowKey:
    """What names an evaluation's row; `best (1)` is the epoch `best`."""
    epoch = "best" if row.epoch and _BEST.fullmatch(row.epoch) else row.epoch
    return RowKey(row.run_name, row.task, epoch)


def _training(run: str, row: FineTuningRow) -> Work | Skipped:
    key = RowKey(run)
    if why := _not_sent(row):
        return Skipped(key, why)
    if not _PART.fullmatch(run):
        return Skipped(key, "its name is none that a folder can have")
    return Work(key=key, folder=training_folder(run), script=FINETUNE_SCRIPT)


def _not_sent(row: FineTuningRow | EvaluationRow) -> str | None:
    """Why this row is not to be sent, None where it is."""
    if row.status == Status.PENDING:
        return f"job {row.job_id} is sent" if row.job_id else None
    if row.status == Status.FAILED:
        return "failed; set it to pending to send it again"
    return row.status or "it has no status"


def _never(training: FineTuningRow | None, sent: Work | Skipped | None) -> str | None:
    """Why an evaluation has no training to wait for."""
    if training is None or isinstance(sent, Work) or training.status == Status.COMPLETED:
        return None
    if training.status == Status.FAILED:
        return "its training failed"
    return None if training.job_id else "its training has no job"


def within(works: Sequence[Work], room: int | None) -> tuple[Work, ...]:
    """As many as there is room for; a training comes before its evaluations, so none is left waiting."""
    return tuple(works) if room is None else tuple(works[: max(room, 0)])


def batches(works: Sequence[Work], likenesses: Mapping[RowKey, Alike | None], largest: int) -> list[Batch]:
    """The works as few calls of the scheduler, trainings first.

    Alike are those whose scripts ask for the same; of evaluations also those that wait for the same. An
    evaluation of a run that is task T of an array of trainings becomes task T of its own array, so that each
    task waits for its own training (`aftercorr`).
    """
    trainings = [work for work in works if work.key.task is None]
    found = [_batch(group, likenesses) for group in _groups(trainings, likenesses, largest)]
    where = {
        work.key: (place, batch.tasks[index] if batch.tasks else None)
        for place, batch in enumerate(found)
        for index, work in enumerate(batch.works)
    }
    evaluations = [work for work in works if work.key.task is not None]
    return [*found, *_after(evaluations, where, likenesses, largest)]


_Where = Mapping[RowKey, tuple[int, int | None]]


def _after(
    works: Sequence[Work], where: _Where, likenesses: Mapping[RowKey, Alike | None], largest: int
) -> Iterator[Batch]:
    waiting: dict[object, list[Work]] = {}
    for work in works:
        place, task = where[work.after] if work.after else (None, None)
        common = likenesses.get(work.key)
        if common is None:
            group: object = work.key
        elif task is not None:
            group = (common, place, work.key.task, work.key.epoch)
        else:
            group = (common, place, work.after_job)
        waiting.setdefault(group, []).append(work)
    for alike in waiting.values():
        place, task = where[alike[0].after] if alike[0].after else (None, None)
        common = likenesses.get(alike[0].key)
        if task is not None and common is not None and len(alike) > 1:
            own = {where[work.after][1] or 0: work for work in alike if work.after}
            tasks = tuple(sorted(own))
            yield Batch(works=tuple(own[each] for each in tasks), tasks=tasks, common=common, after=place,
                        by_task=True)  # fmt: skip
            continue
        for start in range(0, len(alike), largest):
            batch = _batch(alike[start : start + largest], likenesses)
            yield Batch(works=batch.works, tasks=batch.tasks, common=batch.common, after=place,
                        after_task=task)  # fmt: skip


def _groups(
    works: Sequence[Work], likenesses: Mapping[RowKey, Alike | None], largest: int
) -> Iterator[list[Work]]:
    groups: dict[object, list[Work]] = {}
    for work in works:
        groups.setdefault(likenesses.get(work.key) or work.key, []).append(work)
    for group in groups.values():
        for start in range(0, len(group), largest):
            yield group[start : start + largest]


def _batch(group: Sequence[Work], likenesses: Mapping[RowKey, Alike | None]) -> Batch:
    if len(group) == 1:
        return Batch(works=tuple(group))
    return Batch(works=tuple(group), tasks=tuple(range(len(group))), common=likenesses[group[0].key])


def unknown(summary: Summary, wanted: Collection[str]) -> list[str]:
    """The patterns that no run of the experiment fits."""
    runs = {row.run_name for row in summary.fine_tuning} | {row.run_name for row in summary.evaluations}
    return [pattern for pattern in wanted if not any(fnmatchcase(run, pattern) for run in runs)]
