"""How far the times of torchtune's single steps spread."""

from ckreg.core.measure.bars.bar_speed import robust_spread
from ckreg.core.measure.bars.progress import Progress

_WARM_UP = 20
_MOST, _MOST_RATES = 400, 50  # steps looked at: enough for a median
_EACH_SHOWN = 2.0  # seconds per step from which on the clock's whole seconds show single steps
_SMOOTHED = 2.38  # tqdm's smoothing of 0.3 divides the spread of single steps by this


def step_spread(progress: Progress, bars: list[range], seconds_per_step: float) -> float | None:
    """Robust standard deviation of a step's time, relative; from elapsed times, or from tqdm's rates."""
    paused = set(progress.pauses())
    steady = [index for bar in bars for index in _steady(progress, bar, first=bar is bars[0])]
    by_rates = seconds_per_step < _EACH_SHOWN
    sample = [index for index in _thinned(steady, _MOST_RATES if by_rates else _MOST) if index not in paused]
    if by_rates:
        rates = [rate for index in sample if (rate := progress.rate(index))]
        return robust_spread(rates, _SMOOTHED)
    times = [_seconds_each(progress, index) for index in sample]
    return robust_spread([time for time in times if time is not None])


def _steady(progress: Progress, bar: range, *, first: bool) -> list[int]:
    """The frames that draw a new count, after the warm-up; the bar's last is drawn when it is closed."""
    inner = bar[1:-1]
    drawn = [index for index in inner if progress.counts[index] != progress.counts[index - 1]]
    warm_up = min(_WARM_UP, len(drawn) // 10) if first else 1
    return drawn[warm_up:]


def _thinned(indices: list[int], most: int) -> list[int]:
    return indices[:: -(-len(indices) // most)] if indices else []


def _seconds_each(progress: Progress, index: int) -> float | None:
    """Seconds per step since the count before; None across a gap, where neither is the frame's neighbour."""
    steps = progress.count(index) - progress.count(index - 1)
    seconds = progress.seconds(index) - progress.seconds(index - 1)
    return seconds / steps if steps == 1 and seconds >= 0 else None
