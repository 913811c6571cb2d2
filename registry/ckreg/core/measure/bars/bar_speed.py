"""Steady seconds per step from the frames of one bar, and how far single steps spread."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise
from math import sqrt
from statistics import median
from typing import NamedTuple

from ckreg.core.measure.bars.frames import Bar, Frame
from ckreg.core.measure.measurement import SpeedMethod

_WARM_UP = 20
_FEWEST_STEPS = 3
_FEWEST_STEPS_BY_RATE = 10
_ROUNDING = 0.41  # standard deviation of the difference of two times, each cut to whole units
_LARGEST_ERROR = 0.02
_SHORTEST = 8  # seconds
_SMOOTHED = 2.38  # tqdm's smoothing of 0.3 divides the spread of single steps by this
_ROBUST = 1.4826  # from the median deviation to the standard deviation
_JUMP = 20  # times the usual step of the counter: the bar was set forward, nothing was done
_PAUSE_SECONDS, _PAUSE_STEPS = 10, 8  # a gap longer than both is a save or the like that left no word


class BarSpeed(NamedTuple):
    """Seconds per step, how measured, and the robust relative standard deviation of single steps."""

    seconds_per_step: float
    method: SpeedMethod
    spread: float | None


def steps_begun_at(bar: Bar) -> int:
    """The step at which this run's own work starts: not zero where it resumed an earlier one."""
    points = _points(bar)
    start = _start(points)
    return points[start].done if start else 0


def bar_speed(bar: Bar, pauses: Sequence[int]) -> BarSpeed | None:
    """The speed after warm-up and outside pauses, whose offsets are sorted; None where frames are too few."""
    points = _points(bar)
    start = _start(points)
    points = points[start:]
    if len(points) > _FEWEST_STEPS_BY_RATE and not bar.full:
        points.pop()  # drawn when the bar was closed, perhaps long after the step
    if len(points) < _FEWEST_STEPS:
        return None
    steps = points[-1].done - points[0].done
    # A log that begins in the middle of a run has left the warm-up behind.
    warm_up = (points[0].done if start else 0) + max(1, min(_WARM_UP, steps // 10))
    warm = [point for point in points if point.done >= warm_up]
    stretches = _stretches(warm, pauses)
    found = _by_elapsed(stretches, steps) or _by_rates(stretches)
    if found is None:
        return None
    return BarSpeed(*found, _spread(stretches, found[0]))


def _points(bar: Bar) -> list[Frame]:
    """The first frame of each count: later ones of the same count show the pause after it."""
    points: list[Frame] = []
    for frame in bar.frames:
        if not points or frame.done > points[-1].done:
            points.append(frame)
    return points


def _start(points: Sequence[Frame]) -> int:
    """The index of the first frame after the jump of a bar that resumes."""
    if len(points) < _FEWEST_STEPS or points[0].done:
        return 0
    usual = median(after.done - before.done for before, after in pairwise(points[1:]))
    return 1 if points[1].done - points[0].done > _JUMP * usual else 0


def _stretches(points: Sequence[Frame], pauses: Sequence[int]) -> list[list[Frame]]:
    """Frames without a pause between them."""
    if len(points) < 2:  # noqa: PLR2004  # an interval has two ends
        return []
    usual = (points[-1].seconds - points[0].seconds) / (points[-1].done - points[0].done)
    each = [_seconds_each(*pair) for pair in pairwise(points)]
    usual = median(each) or usual
    stretches = [[points[0]]]
    for before, after in pairwise(points):
        told = bisect_left(pauses, before.end) < bisect_left(pauses, after.start)
        excess = after.seconds - before.seconds - usual * (after.done - before.done)
        if told or excess > max(_PAUSE_SECONDS, _PAUSE_STEPS * usual):
            stretches.append([])
        stretches[-1].append(after)
    return [stretch for stretch in stretches if len(stretch) > 1]


def _seconds_each(before: Frame, after: Frame) -> float:
    return (after.seconds - before.seconds) / (after.done - before.done)


def _by_elapsed(stretches: Sequence[Sequence[Frame]], seen: int) -> tuple[float, SpeedMethod] | None:
    """From the first to the last tick of the clock in each stretch."""
    steps = seconds = used = drawn = 0
    for stretch in stretches:
        ticks = [after for before, after in pairwise(stretch) if after.seconds != before.seconds]
        if _seconds_each(stretch[0], stretch[-1]) >= 1:
            ticks = list(stretch)  # each step is a tick
        if len(ticks) > 1:
            steps += ticks[-1].done - ticks[0].done
            seconds += ticks[-1].seconds - ticks[0].seconds
            used += 1
            drawn += len(stretch)
    if steps < _FEWEST_STEPS or seconds < _SHORTEST or 3 * steps < seen:
        return None
    error = _ROUNDING * sqrt(used) * min(1.0, seconds / drawn)
    return (seconds / steps, SpeedMethod.ELAPSED) if error <= _LARGEST_ERROR * seconds else None


def _by_rates(stretches: Sequence[Sequence[Frame]]) -> tuple[float, SpeedMethod] | None:
    """For runs too short for whole seconds: the mean of the smoothed rates over the steps."""
    steps, seconds = 0, 0.0
    # The last frame of all may be the closing one, whose rate is the plain average over pauses, too.
    pairs = [pair for stretch in stretches for pair in pairwise(stretch)][:-1]
    for before, after in pairs:
        if after.seconds_each:
            steps += after.done - before.done
            seconds += after.seconds_each * (after.done - before.done)
    return (seconds / steps, SpeedMethod.RATES) if steps >= _FEWEST_STEPS_BY_RATE else None


def _spread(stretches: Sequence[Sequence[Frame]], seconds_per_step: float) -> float | None:
    """Of the steps themselves where whole seconds show them, else of tqdm's rates."""
    pairs = [pair for stretch in stretches for pair in pairwise(stretch)]
    shown = seconds_per_step >= 2  # noqa: PLR2004  # seconds
    each = [
        _seconds_each(*pair) if shown else pair[1].seconds_each or 0.0
        for pair in pairs
        if shown or pair[1].seconds_each
    ]
    return robust_spread(each, 1.0 if shown else _SMOOTHED)


def robust_spread(values: Sequence[float], factor: float = 1.0) -> float | None:
    """The median deviation from the median as a standard deviation, relative; None for fewer than five."""
    if len(values) < 5:  # noqa: PLR2004
        return None
    middle = median(values)
    deviation = median(abs(value - middle) for value in values)
    return factor * _ROBUST * deviation / middle if middle > 0 else None
