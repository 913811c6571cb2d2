"""Steady seconds per step from the frames of progress bars."""

import re
from collections.abc import Iterator
from itertools import pairwise
from math import sqrt
from typing import NamedTuple

from ckreg.core.measure.bars.progress import Progress
from ckreg.core.measure.measurement import SpeedMethod

_SMOOTHING = 0.3  # tqdm's default weight of the newest interval
_LONG = 60.0  # seconds from which on whole seconds are exact enough
_FEWEST_STEPS = 3
_FEWEST_STEPS_AVERAGED = 10
_LARGEST_ERROR = 0.02
_ROUNDING = 0.41  # standard deviation of the difference of two times, each cut to whole units
_SAVE = re.compile(rb"heckpoint saved in (\d{1,9}(?:\.\d{1,6})?) sec")


class Speed(NamedTuple):
    """Seconds per optimiser step, and how they were measured."""

    seconds_per_step: float
    method: SpeedMethod


def steady_speed(progress: Progress, bars: list[range]) -> Speed | None:
    """The speed after warm-up and outside pauses; None where the frames are too few to tell.

    The rate in the last frame is no use: tqdm smooths it, and closing the bar averages in the saves.
    """
    if not bars:
        return None
    pauses = progress.pauses()
    by_elapsed = _from_elapsed(progress, bars, pauses)
    if by_elapsed and _seen_steps(progress, bars) * by_elapsed.seconds_per_step > _LONG:
        return by_elapsed
    return _from_rates(progress, bars, pauses) or by_elapsed or _from_averages(progress, bars)


def seen_seconds(progress: Progress, bars: list[range]) -> float:
    """All the time that the bars account for, saves and validations within them included."""
    return sum(_length(progress, bar[-1]) for bar in bars)


def _seen_steps(progress: Progress, bars: list[range]) -> int:
    return sum(progress.count(bar[-1]) for bar in bars)


def _warm_up(progress: Progress, bars: list[range], bar: range) -> int:
    """Steps of a bar that are left out: a tenth of all but at most 20 in the first, one in later ones."""
    return max(1, min(20, _seen_steps(progress, bars) // 10)) if bar is bars[0] else 1


def _from_elapsed(progress: Progress, bars: list[range], pauses: list[int]) -> Speed | None:
    """Between the first and the last tick of the clock in each stretch without a pause."""
    steps = time = stretches = 0
    for bar in bars:
        warm_up = _warm_up(progress, bars, bar)
        for stretch in _stretches(bar, pauses):
            first = next(
                (i for i in stretch[1:] if _ticks(progress, i) and progress.count(i) > warm_up), None
            )
            last = next((i for i in reversed(stretch[1:]) if _ticks(progress, i)), None)
            if first is not None and last is not None and first < last:
                steps += progress.count(last) - progress.count(first)
                time += progress.seconds(last) - progress.seconds(first)
                stretches += 1
    covered = 2 * steps >= _seen_steps(progress, bars) - _warm_up(progress, bars, bars[0])
    if steps < _FEWEST_STEPS or time <= 0 or not covered:
        return None
    error = _ROUNDING * sqrt(stretches) * min(1.0, time / steps)
    return Speed(time / steps, SpeedMethod.ELAPSED) if error <= _LARGEST_ERROR * time else None


def _ticks(progress: Progress, index: int) -> bool:
    return progress.elapsed[index] != progress.elapsed[index - 1]


def _stretches(bar: range, pauses: list[int]) -> Iterator[range]:
    cuts = [bar.start, *(pause for pause in pauses if bar.start < pause < bar.stop), bar.stop]
    yield from (range(*cut) for cut in pairwise(cuts))


def _from_rates(progress: Progress, bars: list[range], pauses: list[int]) -> Speed | None:
    """For runs too short for whole seconds: the intervals that tqdm's smoothed rates were made of."""
    paused = set(pauses)
    steps, time = 0, 0.0
    for bar in bars:
        warm_up = _warm_up(progress, bars, bar)
        drawn = _updates(progress, bar)
        intervals = _intervals(progress, drawn)
        if not drawn or abs(sum(intervals) - progress.seconds(drawn[-1])) > 1 + 0.02 * sum(intervals):
            return None  # frames are missing, so that the chain of rates does not hold
        for (before, after), interval in zip(pairwise(drawn), intervals[1:], strict=True):
            if progress.count(before) >= warm_up and paused.isdisjoint(range(before + 1, after + 1)):
                steps += progress.count(after) - progress.count(before)
                time += interval
    enough = steps >= _FEWEST_STEPS_AVERAGED and time > 0.5  # noqa: PLR2004  # seconds
    return Speed(time / steps, SpeedMethod.RATES) if enough else None


def _updates(progress: Progress, bar: range) -> list[int]:
    """The frames in which tqdm took a new interval into its rate.

    The recipes draw each step twice, and the counter moves before the description does: where any frame
    is ahead of its description, those frames are the updates; where none is, each new count is one.
    """
    base = {index: progress.step(index) - progress.count(index) for index in bar}
    usual = max(base.values())
    found, count = [], 0
    for index in [index for index in bar if base[index] < usual] or bar:
        if progress.count(index) > count and progress.rate(index):
            found.append(index)
            count = progress.count(index)
    return found


def _intervals(progress: Progress, drawn: list[int]) -> list[float]:
    """Seconds between updates: tqdm prints the ratio of two moving averages, of steps and of seconds."""
    keep = 1 - _SMOOTHING
    intervals, count, smooth_steps, smooth_seconds = [], 0, 0.0, 0.0
    for index in drawn:
        smooth_steps = _SMOOTHING * (progress.count(index) - count) + keep * smooth_steps
        before, smooth_seconds = smooth_seconds, smooth_steps * (progress.rate(index) or 0.0)
        intervals.append((smooth_seconds - keep * before) / _SMOOTHING)
        count = progress.count(index)
    return intervals


def _from_averages(progress: Progress, bars: list[range]) -> Speed | None:
    """Whole bars less their saves, slow first steps and all."""
    steps, time = 0, 0.0
    for bar in bars:
        paused = b" ".join(progress.texts[bar.start + 1 : bar.stop])
        before = progress.texts[bar.start] if len(bar) == 1 else b""
        saves = [float(match) for match in _SAVE.findall(paused or before)]
        if not saves and b"heckpoint of size" in paused + before:
            return None  # a save of unknown length is in it
        steps += progress.count(bar[-1])
        time += _length(progress, bar[-1]) - sum(saves)
    enough = steps >= _FEWEST_STEPS_AVERAGED and time > 0
    return Speed(time / steps, SpeedMethod.AVERAGE) if enough else None


def _length(progress: Progress, last: int) -> float:
    """A bar's elapsed seconds; its closing frame prints the plain average, which gives fractions of them."""
    whole = progress.seconds(last)
    exact = (progress.rate(last) or 0.0) * progress.count(last)
    return exact if whole <= exact < whole + 1 else float(whole)
