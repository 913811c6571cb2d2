"""What happened when: a lane a status, one more for what happened to the plan."""

from collections.abc import Sequence
from itertools import groupby

from ckreg.core.plots.dates import Dates
from ckreg.core.plots.frame import WIDE, Box, Numbers, Words, figure, label, line, tip, x_axis
from ckreg.core.plots.marks import NOTHING, Mark, element, joined
from ckreg.core.plots.shapes import KNOWN, shape
from ckreg.core.site.experiment_page import Event
from ckreg.core.units import counted as counted_of

_LANE = 28
_LEFT = 96
_NEAR = 9  # pixels: marks nearer than this are one, with a number
_PLAN = "plan"
_LANES = (_PLAN, "pending", "running", "completed", "failed")
_TOLD = 4


def timeline(events: Sequence[Event], name: str = "timeline") -> Mark:
    """The events as marks on one axis of time; what is too near for two marks is one mark with a number."""
    if not events:
        return NOTHING
    dates = Dates(event.at for event in events)
    lanes = [lane for lane in _LANES if any(_lane(event) == lane for event in events)]
    box = Box(WIDE, _LANE * len(lanes) + 46, left=_LEFT)
    scale = dates.scale(box.left + 8, box.x_end)
    marks = [
        _marks([event for event in events if _lane(event) == lane], lane, place, box, dates)
        for place, lane in enumerate(lanes)
    ]
    words = Words("Timeline", _told(events), name, _told(events))
    return figure(words, box, joined(x_axis(box, scale, dates.ticks()), *marks), numbers=_numbers(events))


def _lane(event: Event) -> str:
    return event.to_status if event.to_status in KNOWN else _PLAN


def _marks(events: Sequence[Event], lane: str, place: int, box: Box, dates: Dates) -> Mark:
    scale = dates.scale(box.left + 8, box.x_end)
    y = box.top + place * _LANE + _LANE / 2
    status = None if lane == _PLAN else lane
    by_time = sorted(events, key=lambda event: event.at)
    clusters = groupby(by_time, key=lambda event: round(scale(dates.seconds(event.at)) / _NEAR))
    return joined(
        label(lane, box.left - 28, y + 4, anchor="end"),
        shape(status, box.left - 16, y, 4.5),
        line(box.left, y, box.x_end, y, "rail"),
        *(_cluster(list(group), status, y, near * _NEAR) for near, group in clusters),
    )


def _cluster(events: Sequence[Event], status: str | None, y: float, x: float) -> Mark:
    told = [_sentence(event) for event in events[:_TOLD]]
    if len(events) > _TOLD:
        told.append(f"and {len(events) - _TOLD} more")
    several = (
        label(f"{len(events)}", x, y - 7, anchor="middle", class_="several") if len(events) > 1 else NOTHING
    )
    return element("g", tip("; ".join(told)), shape(status, x, y, 5), several)


def _sentence(event: Event) -> str:
    return f"{event.at:%Y-%m-%d %H:%M} {subject(event)} {event.words}".replace("  ", " ")


def subject(event: Event) -> str:
    """Whose event it is: the run, with task and epoch for an evaluation."""
    return " ".join(part for part in (event.run, event.task, event.epoch) if part)


def _told(events: Sequence[Event]) -> str:
    first, last = min(event.at for event in events), max(event.at for event in events)
    numbers = {lane: sum(_lane(event) == lane for event in events) for lane in _LANES}
    counted = ", ".join(f"{number} {lane}" for lane, number in numbers.items() if number)
    return (
        f"{counted_of(len(events), 'event')} from {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M}: {counted}."
    )


def _numbers(events: Sequence[Event]) -> Numbers:
    rows = [
        (
            f"{event.at:%Y-%m-%d %H:%M:%S}",
            subject(event) or "-",
            event.words,
            event.by or "-",
            event.evidence or "-",
        )
        for event in events
    ]
    return Numbers(("When", "Whose", "What", "By", "Evidence"), rows)
