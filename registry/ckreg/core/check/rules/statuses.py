"""CK3xx: do the Status tables say, once each, what can have happened?"""

import re
from collections.abc import Iterator

from ckreg.core.check.rule import ERROR, WARNING, Found, rule
from ckreg.core.check.subject import Subject
from ckreg.core.markdown import Row, unmarked
from ckreg.core.status import Status
from ckreg.core.summary.tables import EVALUATIONS, FINE_TUNING, value
from ckreg.core.text import Splice

_JOB = re.compile(r"(?=.*\d)[\w.:+%\[\],-]+")
_EPOCH = re.compile(r"\d+|best( \(\d+\))?")
_NO_REASON = {"-", "Base model", "Checkpoint"}  # what a plan's own rows say
_MARKS = "`*_~ .!:"


@rule("CK301", ERROR, "a status is none of the four")
def wrong_status(subject: Subject) -> Iterator[Found]:
    """A status is `pending`, `running`, `completed` or `failed`, and nothing else.

    `--fix` takes away marks and capitals around one of them, as in `**Running**`.

    Bad, line 6:

        ## Status

        ### Fine-tuning
        | Run Name | Status | Job ID | Started | Completed | Notes |
        |----------|--------|--------|---------|-----------|-------|
        | L1B_rank4 | Pending | - | - | - | - |

    Good:

        ## Status

        ### Fine-tuning
        | Run Name | Status | Job ID | Started | Completed | Notes |
        |----------|--------|--------|---------|-----------|-------|
        | L1B_rank4 | pending | - | - | - | - |
    """
    for shape in (FINE_TUNING, EVALUATIONS):
        body = subject.body(shape)
        place = body.table.column("Status") if body else None
        if body is None or place is None:
            continue
        for row in body.rows:
            text = row.texts[place] if place < len(row.texts) else ""
            if text not in _STATUSES:
                text = value(row, place) or ""
                said = f"the status {text!r} is none of {', '.join(Status)}"
                yield Found(row.line, said, body.table.place(row, place), _status_fix(row, place, text))


@rule("CK302", ERROR, "a row of Status is there twice")
def second_row(subject: Subject) -> Iterator[Found]:
    """Two rows are about the same run (task, epoch): nobody can tell which of the two holds.

    Bad, line 7:

        ## Status

        ### Fine-tuning
        | Run Name | Status | Job ID | Started | Completed | Notes |
        |----------|--------|--------|---------|-----------|-------|
        | L1B_rank4 | pending | - | - | - | - |
        | L1B_rank4 | pending | - | - | - | - |

    Good:

        ## Status

        ### Fine-tuning
        | Run Name | Status | Job ID | Started | Completed | Notes |
        |----------|--------|--------|---------|-----------|-------|
        | L1B_rank4 | pending | - | - | - | - |
        | L1B_rank8 | pending | - | - | - | - |
    """
    summary = subject.summary
    seen: dict[tuple[str, ...], int] = {}
    keys: list[tuple[tuple[str, ...], int]] = [((row.run_name,), row.line) for row in summary.fine_tuning]
    keys += [
        ((row.run_name, unmarked(row.task or "-"), unmarked(row.epoch or "-")), row.line)
        for row in summary.evaluations
    ]
    for key, line in keys:
        if key in seen:
            yield Found(line, f"a second row for {', '.join(key)} (line {seen[key]})")
        seen.setdefault(key, line)


@rule("CK305", WARNING, "a job id is not one")
def wrong_job(subject: Subject) -> Iterator[Found]:
    """A job id is Slurm's, 12345 or 12345_7: without it nobody can ask the scheduler.

    Bad, line 6:

        ## Status

        ### Fine-tuning
        | Run Name | Status | Job ID | Started | Completed | Notes |
        |----------|--------|--------|---------|-----------|-------|
        | L1B_rank4 | running | see log | 2025-10-22 14:23:15 | - | - |

    Good:

        ## Status

        ### Fine-tuning
        | Run Name | Status | Job ID | Started | Completed | Notes |
        |----------|--------|--------|---------|-----------|-------|
        | L1B_rank4 | running | 12345_7 | 2025-10-22 14:23:15 | - | - |
    """
    for row in subject.statuses:
        if row.job_id and not _JOB.fullmatch(row.job_id):
            yield Found(row.line, f"{row.job_id!r} is not a job id; Slurm's look like 12345 or 12345_7")


@rule("CK308", WARNING, "an evaluation is ahead of its training")
def ahead_of_training(subject: Subject) -> Iterator[Found]:
    """An evaluation runs or is completed, and the training of its run is still pending: one status is wrong.

    Bad, line 11:

        ## Status

        ### Fine-tuning
        | Run Name | Status | Job ID | Started | Completed | Notes |
        |----------|--------|--------|---------|-----------|-------|
        | L1B_rank4 | pending | - | - | - | - |

        ### Evaluations
        | Run Name | Task | Epoch | Status | Job ID | Completed | Notes |
        |----------|------|-------|--------|--------|-----------|-------|
        | L1B_rank4 | cap | 0 | completed | 8 | 2025-10-22 15:01:00 | - |

    Good:

        ## Status

        ### Fine-tuning
        | Run Name | Status | Job ID | Started | Completed | Notes |
        |----------|--------|--------|---------|-----------|-------|
        | L1B_rank4 | completed | 7 | 2025-10-22 14:23:15 | 2025-10-22 14:40:02 | - |

        ### Evaluations
        | Run Name | Task | Epoch | Status | Job ID | Completed | Notes |
        |----------|------|-------|--------|--------|-----------|-------|
        | L1B_rank4 | cap | 0 | completed | 8 | 2025-10-22 15:01:00 | - |
    """
    pending = {row.run_name for row in subject.summary.fine_tuning if row.status == Status.PENDING}
    for row in subject.summary.evaluations:
        if row.run_name in pending and row.status in {Status.RUNNING, Status.COMPLETED}:
            yield Found(row.line, f"{row.status}, while the training of {row.run_name!r} is pending")


@rule("CK309", WARNING, "failed without a reason")
def unexplained(subject: Subject) -> Iterator[Found]:
    """Notes say why a run failed: in a month nobody remembers.

    Bad, line 6:

        ## Status

        ### Fine-tuning
        | Run Name | Status | Job ID | Started | Completed | Notes |
        |----------|--------|--------|---------|-----------|-------|
        | L1B_rank4 | failed | 7 | 2025-10-22 14:23:15 | 2025-10-22 14:40:02 | - |

    Good:

        ## Status

        ### Fine-tuning
        | Run Name | Status | Job ID | Started | Completed | Notes |
        |----------|--------|--------|---------|-----------|-------|
        | L1B_rank4 | failed | 7 | 2025-10-22 14:23:15 | 2025-10-22 14:40:02 | OUT_OF_MEMORY |
    """
    for row in subject.statuses:
        if row.status == Status.FAILED and (row.notes or "-") in _NO_REASON:
            yield Found(row.line, "failed, and Notes do not say why")


@rule("CK310", ERROR, "an epoch of Status is not one")
def wrong_epoch(subject: Subject) -> Iterator[Found]:
    """An epoch is a number from 0 on, `best`, `best (1)` once it is known, or `-` for a base model.

    Bad, line 6:

        ## Status

        ### Evaluations
        | Run Name | Task | Epoch | Status | Job ID | Completed | Notes |
        |----------|------|-------|--------|--------|-----------|-------|
        | L1B_rank4 | cap | last | pending | - | - | - |

    Good:

        ## Status

        ### Evaluations
        | Run Name | Task | Epoch | Status | Job ID | Completed | Notes |
        |----------|------|-------|--------|--------|-----------|-------|
        | L1B_rank4 | cap | best (1) | pending | - | - | - |
    """
    for row in subject.summary.evaluations:
        if row.epoch and not _EPOCH.fullmatch(row.epoch.strip("`*")):
            yield Found(row.line, f"the epoch {row.epoch!r} is no number from 0 on, 'best' or '-'")


def _status_fix(row: Row, place: int, text: str) -> tuple[Splice, ...]:
    bare = text.strip(_MARKS).casefold()
    if bare not in _STATUSES or place >= len(row.cells):
        return ()
    start, end, _ = row.cells[place]
    at = row.document.find(text, start, end)
    return (Splice(at, at + len(text), bare),) if at >= 0 else ()


_STATUSES = frozenset(map(str, Status))
