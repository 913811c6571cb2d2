"""Predicted against actual time: how good the estimates were."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ckreg.core.plots.frame import (
    Box,
    Numbers,
    TableBelow,
    Words,
    figure,
    label,
    legend,
    line,
    tip,
    x_axis,
    y_axis,
)
from ckreg.core.plots.marks import NOTHING, Mark, element, joined
from ckreg.core.plots.scales import Scale, log_span
from ckreg.core.plots.shapes import diamond, upward
from ckreg.core.plots.ticks import duration_label, duration_ticks
from ckreg.core.score.values import Graded
from ckreg.core.site.experiment_page import RunLine
from ckreg.core.units import counted, duration

_BOX = Box(620, 460, left=64, bottom=46)
_HELD = "within the 90th percentile"
_MISSED = "above the 90th percentile"
_CUT_OFF = "stopped at its time limit: at least this long"
_LARGEST = 1e12  # seconds, as the cache has it for what may be compared


class Prediction(NamedTuple):
    """A predicted median and 90th percentile, and the actual time, in seconds; `at_least`: it took longer."""

    label: str
    median: float
    p90: float
    actual: float
    at_least: bool = False

    @property
    def verdict(self) -> str:
        """What became of the 90th percentile."""
        if self.at_least:
            return _CUT_OFF
        return _HELD if self.actual <= self.p90 else _MISSED


def of_rows(rows: Iterable[RunLine]) -> tuple[Prediction, ...]:
    """The predictions of an experiment's rows that are over."""
    return tuple(
        Prediction(
            row.label, row.predicted_seconds, row.p90_seconds or row.predicted_seconds, row.actual_seconds
        )
        for row in rows
        if row.predicted_seconds and row.actual_seconds
    )


def of_graded(points: Iterable[Graded]) -> tuple[Prediction, ...]:
    """The predictions of a whole registry."""
    return tuple(
        Prediction(
            " ".join(part for part in (point.experiment, point.run_name, point.task, point.epoch) if part),
            point.median_seconds,
            point.p90_seconds,
            point.actual_seconds,
            point.at_least,
        )
        for point in points
    )


def accuracy(predictions: Sequence[Prediction], name: str = "accuracy", below: str | None = None) -> Mark:
    """A point a prediction on a log scale, a whisker up to its 90th percentile, and the line of no error.

    `below` is the id of a table on the page that has the same numbers.
    """
    shown = [one for one in predictions if all(0 < value <= _LARGEST for value in one[1:4])]
    if not shown:
        return NOTHING
    low, high = log_span([value for one in shown for value in one[1:4]])
    x = Scale(low, high, _BOX.left, _BOX.x_end, log=True)
    y = Scale(low, high, _BOX.y_end, _BOX.top, log=True)
    ticks = [(tick, duration_label(tick)) for tick in duration_ticks(low, high)]
    drawing = joined(
        y_axis(_BOX, y, ticks),
        x_axis(_BOX, x, ticks, "predicted: median, and whisker to the 90th percentile"),
        line(x(low), y(low), x(high), y(high), "identity"),
        label("took longer than predicted", _BOX.left + 10, _BOX.top + 18, class_="hint"),
        label("was faster", _BOX.x_end - 10, _BOX.y_end - 12, anchor="end", class_="hint"),
        *(_point(one, x, y) for one in shown),
    )
    words = Words("Predicted and actual time", _told(shown), name, _caption(shown))
    return figure(
        words, _BOX, drawing, legend=_legend(shown), numbers=TableBelow(below) if below else _numbers(shown)
    )


def _point(one: Prediction, x: Scale, y: Scale) -> Mark:
    at, height = x(one.median), y(one.actual)
    return element(
        "g",
        tip(f"{one.label}: {_sentence(one)}"),
        line(at, height, x(one.p90), height, "whisker"),
        line(x(one.p90), height - 3, x(one.p90), height + 3, "whisker"),
        _symbol(one.verdict, at, height),
    )


def _symbol(verdict: str, x: float, y: float) -> Mark:
    if verdict == _CUT_OFF:
        return upward(x, y, 5, "point cut-off")
    if verdict == _MISSED:
        return diamond(x, y, 5, "point missed")
    return element("circle", cx=x, cy=y, r=4, class_="point held")


def _sentence(one: Prediction) -> str:
    least = "at least " if one.at_least else ""
    predicted = f"predicted {duration(one.median)}, 9 of 10 within {duration(one.p90)}"
    return f"took {least}{duration(one.actual)}; {predicted}"


def _told(shown: Sequence[Prediction]) -> str:
    return (
        "Predicted time across, actual time up, both on a log scale; points on the diagonal took as long as "
        f"predicted. {_caption(shown)}"
    )


def _caption(shown: Sequence[Prediction]) -> str:
    held = sum(one.verdict == _HELD for one in shown)
    return f"{held} of {counted(len(shown), 'job')} stayed within the predicted 90th percentile."


def _legend(shown: Sequence[Prediction]) -> Mark:
    there = {one.verdict for one in shown}
    symbols = [
        (_symbol(verdict, 12, 6), verdict) for verdict in (_HELD, _MISSED, _CUT_OFF) if verdict in there
    ]
    return legend([*symbols, (line(2, 10, 22, 2, "identity"), "took as long as predicted")])


def _numbers(shown: Sequence[Prediction]) -> Numbers:
    rows = [
        (
            one.label,
            duration(one.median),
            duration(one.p90),
            ("≥ " if one.at_least else "") + duration(one.actual),
            f"{one.actual / one.median:.2f}",
            one.verdict,
        )
        for one in shown
    ]
    columns = ("Job", "Predicted", "90th percentile", "Took", "Actual / predicted", "Verdict")
    return Numbers(columns, rows, frozenset({1, 2, 3, 4}))
