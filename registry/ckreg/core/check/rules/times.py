"""CK3xx: are the times of Status well-formed, in order, and where something has happened?"""

import re
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache

from ckreg.core.check.rule import ERROR, WARNING, Found, rule
from ckreg.core.check.subject import Subject
from ckreg.core.status import Status
from ckreg.core.summary.tables import EVALUATIONS, FINE_TUNING, NOTHING

_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?")


@rule("CK303", WARNING, "a time is not YYYY-MM-DD HH:MM:SS")
def wrong_time(subject: Subject) -> Iterator[Found]:
    """Times are local and written as `2025-10-22 14:23:15`, so that they sort and can be read back.

    Bad, line 6:

        ## Status

        ### Fine-tuning
        | Run Name | Status | Job ID | Started | Completed | Notes |
        |----------|--------|--------|---------|-----------|-------|
        | L1B_rank4 | running | 7 | yesterday | - | - |

    Good:

        ## Status

        ### Fine-tuning
        | Run Name | Status | Job ID | Started | Completed | Notes |
        |----------|--------|--------|---------|-----------|-------|
        | L1B_rank4 | running | 7 | 2025-10-22 14:23:15 | - | - |
    """
    for shape, column in ((FINE_TUNING, "Started"), (FINE_TUNING, "Completed"), (EVALUATIONS, "Completed")):
        body = subject.body(shape)
        place = body.table.column(column) if body else None
        if body is None or place is None:
            continue
        for row in body.rows:
            if place >= len(row.texts) or row.texts[place] in NOTHING:
                continue
            text = row.texts[place]
            if _time(text) is None:
                said = f"{column} {text!r} is not YYYY-MM-DD HH:MM:SS"
                yield Found(row.line, said, body.table.place(row, place))


@rule("CK304", ERROR, "a run was completed before it started")
def backwards(subject: Subject) -> Iterator[Found]:
    """Completed is earlier than Started.

    Bad, line 6:

        ## Status

        ### Fine-tuning
        | Run Name | Status | Job ID | Started | Completed | Notes |
        |----------|--------|--------|---------|-----------|-------|
        | L1B_rank4 | completed | 7 | 2025-10-22 14:23:15 | 2025-10-21 09:00:00 | - |

    Good:

        ## Status

        ### Fine-tuning
        | Run Name | Status | Job ID | Started | Completed | Notes |
        |----------|--------|--------|---------|-----------|-------|
        | L1B_rank4 | completed | 7 | 2025-10-22 14:23:15 | 2025-10-22 14:40:02 | - |
    """
    for row in subject.summary.fine_tuning:
        started, completed = _time(row.started), _time(row.completed)
        if started and completed and completed < started:
            yield Found(row.line, f"completed {row.completed}, before it started ({row.started})")


@rule("CK306", WARNING, "completed without a date")
def undated(subject: Subject) -> Iterator[Found]:
    """What is completed was completed at some time.

    Bad, line 6:

        ## Status

        ### Fine-tuning
        | Run Name | Status | Job ID | Started | Completed | Notes |
        |----------|--------|--------|---------|-----------|-------|
        | L1B_rank4 | completed | 7 | 2025-10-22 14:23:15 | - | - |

    Good:

        ## Status

        ### Fine-tuning
        | Run Name | Status | Job ID | Started | Completed | Notes |
        |----------|--------|--------|---------|-----------|-------|
        | L1B_rank4 | completed | 7 | 2025-10-22 14:23:15 | 2025-10-22 14:40:02 | - |
    """
    for row in subject.statuses:
        if row.status == Status.COMPLETED and not row.completed:
            yield Found(row.line, "completed, but Completed has no time")


@rule("CK307", WARNING, "a date where nothing has happened yet")
def dated_too_soon(subject: Subject) -> Iterator[Found]:
    """What is pending has not started, and what is pending or running is not completed.

    Bad, line 6:

        ## Status

        ### Fine-tuning
        | Run Name | Status | Job ID | Started | Completed | Notes |
        |----------|--------|--------|---------|-----------|-------|
        | L1B_rank4 | pending | - | - | 2025-10-22 14:40:02 | - |

    Good:

        ## Status

        ### Fine-tuning
        | Run Name | Status | Job ID | Started | Completed | Notes |
        |----------|--------|--------|---------|-----------|-------|
        | L1B_rank4 | pending | - | - | - | - |
    """
    for row in subject.statuses:
        if row.status in {Status.PENDING, Status.RUNNING} and row.completed:
            yield Found(row.line, f"{row.status}, but Completed says {row.completed}")
    for row in subject.summary.fine_tuning:
        if row.status == Status.PENDING and row.started:
            yield Found(row.line, f"pending, but Started says {row.started}")


@lru_cache(maxsize=4096)
def _time(text: str | None) -> datetime | None:
    """The time, None where it is none that exists."""
    if not text or not _TIME.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
