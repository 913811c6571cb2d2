"""Which job ran when: a bar a start, one above the other."""

from collections.abc import Sequence
from datetime import datetime

from ckreg.core.plots.dates import Dates
from ckreg.core.plots.frame import (
    WIDE,
    Box,
    Numbers,
    Words,
    figure,
    label,
    legend,
    line,
    room_for,
    shortened,
    tip,
    x_axis,
)
from ckreg.core.plots.marks import NOTHING, Mark, element, joined
from ckreg.core.plots.shapes import shape, status_class
from ckreg.core.site.experiment_page import Bar
from ckreg.core.units import counted as counted_of
from ckreg.core.units import duration

_ROW = 20
_NAME = 48  # characters
_THICK = 12


def gantt(bars: Sequence[Bar], name: str = "gantt") -> Mark:
    """The jobs in the order given, on one axis of time; what still runs has an open end."""
    if not bars:
        return NOTHING
    left = room_for(map(_short_name, bars), besides=26)
    box = Box(WIDE, _ROW * len(bars) + 46, left=left)
    dates = Dates([bar.start for bar in bars] + [bar.end for bar in bars if bar.end])
    scale = dates.scale(box.left, box.x_end)
    drawing = joined(
        x_axis(box, scale, dates.ticks()),
        *(_row(bar, place, box, dates) for place, bar in enumerate(bars)),
    )
    words = Words("Jobs over time", _told(bars, dates), name, _told(bars, dates))
    return figure(words, box, drawing, legend=_legend(bars), numbers=_numbers(bars))


def _row(bar: Bar, place: int, box: Box, dates: Dates) -> Mark:
    scale = dates.scale(box.left, box.x_end)
    y = box.top + place * _ROW + _ROW / 2
    start = scale(dates.seconds(bar.start))
    end = box.x_end if bar.end is None else scale(dates.seconds(bar.end))
    kind = status_class(bar.outcome)
    width = max(2.0, end - start)
    return element(
        "g",
        tip(_sentence(bar)),
        label(_short_name(bar), box.left - 18, y + 4, anchor="end"),
        shape(bar.outcome, box.left - 9, y, 4),
        line(box.left, y, box.x_end, y, "rail"),
        element("rect", x=start, y=y - _THICK / 2, width=width, height=_THICK, rx=2, class_=f"job {kind}"),
        _open_end(end, y) if bar.end is None else NOTHING,
    )


def _open_end(x: float, y: float) -> Mark:
    half = _THICK / 2
    d = f"M{x - 6:.1f} {y - half:.1f}L{x:.1f} {y:.1f}L{x - 6:.1f} {y + half:.1f}"
    return element("path", d=d, class_="open-end")


def _name(bar: Bar) -> str:
    return f"{bar.label} (try {bar.attempt})" if bar.attempt > 1 else bar.label


def _short_name(bar: Bar) -> str:
    """The name in the room that there is: the run's is shortened first, for there is a task to see."""
    rest = "".join(f" {part}" for part in (bar.task, bar.epoch) if part)
    rest += f" (try {bar.attempt})" if bar.attempt > 1 else ""
    return shortened(shortened(bar.run_name, max(_NAME // 2, _NAME - len(rest))) + rest, _NAME)


def _sentence(bar: Bar) -> str:
    took = "not over" if bar.seconds is None else duration(bar.seconds)
    job = f"job {bar.job}, " if bar.job else ""
    evidence = f"; {bar.evidence}" if bar.evidence else ""
    return f"{_name(bar)}: {job}{bar.outcome}, from {bar.start:%Y-%m-%d %H:%M}, {took}{evidence}"


def _told(bars: Sequence[Bar], dates: Dates) -> str:
    outcomes = [bar.outcome for bar in bars]
    counted = ", ".join(f"{outcomes.count(one)} {one}" for one in dict.fromkeys(outcomes))
    starts = counted_of(len(bars), "job start")
    return f"{starts} within {duration(dates.whole)}, each a bar from start to end: {counted}."


def _legend(bars: Sequence[Bar]) -> Mark:
    outcomes = dict.fromkeys(bar.outcome for bar in bars)
    return legend((shape(outcome, 12, 6, 4.5), outcome) for outcome in outcomes)


def _numbers(bars: Sequence[Bar]) -> Numbers:
    rows = [
        (
            _name(bar),
            bar.job or "-",
            bar.outcome,
            _moment(bar.start),
            _moment(bar.end) if bar.end else "-",
            "-" if bar.seconds is None else duration(bar.seconds),
        )
        for bar in bars
    ]
    return Numbers(("Job of", "Job ID", "Outcome", "Started", "Ended", "Took"), rows, frozenset({1, 5}))


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"
