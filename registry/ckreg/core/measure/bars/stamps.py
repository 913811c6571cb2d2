"""Lines that tell a step and when it was done: steady seconds per step from differences of their times."""

from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from ckreg.core.measure.bars.bar_speed import BarSpeed, robust_spread
from ckreg.core.measure.measurement import SpeedMethod

_WARM_UP = 10
_PAUSE = 2.0  # times the usual step: a save, an evaluation or a hiccup
_FEWEST = 3


class Stamp(NamedTuple):
    """A step that was done at a time, in seconds from any zero."""

    step: int
    seconds: float


def stamp_speed(stamps: Sequence[Stamp]) -> BarSpeed | None:
    """The mean after warm-up of the intervals that are no pauses; None for too few lines."""
    if len(stamps) < _FEWEST:
        return None
    warm_up = stamps[0].step + min(_WARM_UP, (stamps[-1].step - stamps[0].step) // 4)
    pairs = [
        (after.step - before.step, after.seconds - before.seconds)
        for before, after in pairwise(stamp for stamp in stamps if stamp.step >= warm_up)
        if after.step > before.step and after.seconds > before.seconds
    ]
    if not pairs:
        return None
    each = [seconds / steps for steps, seconds in pairs]
    usual = median(each)
    kept = [pair for pair, one in zip(pairs, each, strict=True) if one <= _PAUSE * usual]
    steps, seconds = sum(pair[0] for pair in kept), sum(pair[1] for pair in kept)
    return BarSpeed(seconds / steps, SpeedMethod.ELAPSED, robust_spread(each))
