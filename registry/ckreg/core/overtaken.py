"""Whether a request to change a status comes too late: later evidence has told of its row already."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from ckreg.core.status import FINISHED, Source, Status, StatusEvent, StatusRequest
from ckreg.core.summary.rows import FoundRow

_CELL_TIME = "%Y-%m-%d %H:%M:%S"
_ORDER = {Status.PENDING: 0, Status.RUNNING: 1, Status.COMPLETED: 2, Status.FAILED: 2}


def is_overtaken(
    row: FoundRow, old: Status, request: StatusRequest, events: Iterable[StatusEvent], now: datetime
) -> bool:
    """Whether the row tells of something later than the request, which would take it back there.

    That is so where the request is older than the row's last event, and would not take the row forward
    (pending, running, then completed or failed) or is about another job than the row. What was forced is not
    overtaken, and a scheduler's evidence only by a scheduler's. Events that lie in the future of `now` do not
    count: the clock of some machine was wrong.
    """
    if request.status is None or request.status == old or request.forced:
        return False
    ours = (event for event in events if _is_of(event, request))
    times = list(_scheduled(ours)) if request.by is Source.SACCT else [*_times(ours), *_cell_times(row, old)]
    if not any(request.at < time <= now for time in times):
        return False
    job = row.value("Job ID")
    other_job = None not in {job, request.job} and job != request.job
    return other_job or _ORDER[request.status] <= _ORDER[old]


def _is_of(event: StatusEvent, request: StatusRequest) -> bool:
    same = (event.experiment, event.run, event.task) == (request.experiment, request.run, request.task)
    return same and (None in {event.epoch, request.epoch} or event.epoch == request.epoch)


def _scheduled(events: Iterable[StatusEvent]) -> Iterator[datetime]:
    return _times(event for event in events if event.by == Source.SACCT)


def _times(events: Iterable[StatusEvent]) -> Iterator[datetime]:
    for event in events:
        time = _time(event.at)
        if time is not None and event.from_status != event.to_status:
            yield time


def _time(text: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if time.utcoffset() is None else time


def _cell_times(row: FoundRow, old: Status) -> Iterator[datetime]:
    """When the row says that it came to its status; in local time, as cells are."""
    column = "Completed" if old in FINISHED else "Started" if old is Status.RUNNING else None
    text = row.value(column) if column in row.columns else None
    try:
        yield datetime.strptime(text or "", _CELL_TIME).astimezone()
    except (ValueError, OverflowError, OSError):
        return
