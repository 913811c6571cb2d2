"""A request is overtaken where the row tells of something later, which the request would take back."""

from datetime import UTC, datetime, timedelta

import pytest

from ckreg.core.overtaken import is_overtaken
from ckreg.core.status import Source, Status, StatusEvent, StatusRequest
from ckreg.core.summary.edit import key_of
from ckreg.core.summary.rows import find_row
from tests.documents import SUMMARY

NOON = datetime(2025, 10, 22, 12, 0, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
BY_SACCT = Source.SACCT


def event(to: str, at: datetime, by: str = "sacct", came_from: str = "running") -> StatusEvent:
    return StatusEvent(
        commit="c",
        author="a",
        id="e",
        experiment="exp",
        run="L1B_rank4",
        at=at.isoformat(),
        from_status=came_from,
        to_status=to,
        by=by,
    )


def overtaken(
    cells: str, wish: Status, at: datetime, events: tuple[StatusEvent, ...] = (), **more: object
) -> bool:
    text = SUMMARY.replace("| L1B_rank4 | pending | - | - | - | - |", f"| L1B_rank4 | {cells} | - |")
    request = StatusRequest(id="i", experiment="exp", run="L1B_rank4", at=at, status=wish, **more)  # type: ignore[arg-type]
    row = find_row(text, key_of(request), "d")
    return is_overtaken(row, Status(row.value("Status") or ""), request, events, NOON + 5 * HOUR)


COMPLETED = "completed | 7 | 2025-10-22 11:00:00 | 2025-10-22 12:00:00"
RUNNING = "running | 7 | 2025-10-22 12:00:00 | -"
PENDING = "pending | - | - | -"


@pytest.mark.parametrize(
    ("cells", "wish", "hours", "expected"),
    [
        (COMPLETED, Status.RUNNING, -1, True),  # the job's word came after sacct's
        (COMPLETED, Status.RUNNING, 1, False),  # somebody means it: refused, not overtaken
        (COMPLETED, Status.FAILED, -1, True),
        (COMPLETED, Status.COMPLETED, -1, False),  # the same again
        (RUNNING, Status.PENDING, -1, True),
        (RUNNING, Status.COMPLETED, -1, False),  # forward: late, but true
        (PENDING, Status.RUNNING, -1, False),
    ],
)
def test_cells_tell_when(cells: str, wish: Status, hours: int, expected: bool) -> None:
    assert overtaken(cells, wish, NOON + hours * HOUR) is expected


def test_of_another_job_even_forward_is_overtaken() -> None:
    assert overtaken(RUNNING, Status.COMPLETED, NOON - HOUR, job="6")
    assert not overtaken(RUNNING, Status.COMPLETED, NOON - HOUR, job="7")
    assert not overtaken(RUNNING, Status.COMPLETED, NOON + HOUR, job="6")


def test_history_tells_where_cells_do_not() -> None:
    bare = "running | - | - | -"
    assert not overtaken(bare, Status.PENDING, NOON - HOUR)
    assert overtaken(bare, Status.PENDING, NOON - HOUR, (event("running", NOON, came_from="pending"),))
    assert not overtaken(bare, Status.PENDING, NOON - HOUR, (event("running", NOON),))  # no transition


def test_an_event_of_another_row_says_nothing() -> None:
    other = event("completed", NOON)
    other = StatusEvent(**{name: getattr(other, name) for name in StatusEvent.__slots__} | {"run": "other"})
    assert not overtaken("completed | - | - | -", Status.RUNNING, NOON - HOUR, (other,))


def test_a_clock_that_is_ahead_overtakes_nothing() -> None:
    ahead = "completed | 7 | - | 2031-01-01 12:00:00"
    assert not overtaken(ahead, Status.RUNNING, NOON, (event("completed", NOON + 1000 * HOUR),))


def test_what_is_forced_is_never_overtaken() -> None:
    assert not overtaken(COMPLETED, Status.RUNNING, NOON - HOUR, forced=True)


def test_the_scheduler_is_overtaken_by_the_scheduler_only() -> None:
    by_hand, by_sacct = event("completed", NOON, "person"), event("completed", NOON)
    assert not overtaken(COMPLETED, Status.FAILED, NOON - HOUR, (by_hand,), by=BY_SACCT)
    assert overtaken(COMPLETED, Status.FAILED, NOON - HOUR, (by_sacct,), by=BY_SACCT)
