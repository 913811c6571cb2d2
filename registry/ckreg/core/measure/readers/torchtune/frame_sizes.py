"""How many bytes the frames of a progress bar take between two of its steps."""

from typing import NamedTuple

_HOUR = 3600
_HOURS = ((_HOUR, 2), (36_000, 1), (360_000, 1))  # so many characters longer is a clock from then on


class Mark(NamedTuple):
    """Where a step is drawn first: its number over all epochs and in its own, the seconds of the bar."""

    offset: int
    step: int
    in_epoch: int
    seconds: int


class Stretch(NamedTuple):
    """Frames that follow each other with nothing between, by their first and last mark."""

    first: Mark
    last: Mark
    draws: float
    """Frames for each step: a torchtune of one kind draws each step once, or twice."""
    losses: tuple[int, int]
    """Losses drawn, and their characters: their lengths scatter, all else in a frame follows the step."""

    @property
    def loss_length(self) -> float:
        """The mean characters of a loss."""
        return self.losses[1] / max(1, self.losses[0])

    @property
    def bytes_per_step(self) -> float:
        """The mean over the stretch."""
        return (self.last.offset - self.first.offset) / (self.last.step - self.first.step)


class Bar(NamedTuple):
    """A bar of `total` steps, the steps at which its ten cells begin to fill, and what each adds in bytes."""

    total: int
    begins: tuple[int, ...]
    cell: int


def bar_of(total: int, cell: int) -> Bar:
    """A bar as tqdm draws it: by eighths of a cell, the first of which makes it as long as a full one."""
    return Bar(total, tuple(-(-(8 * number + 1) * total // 80) for number in range(10)), cell)


def expected_bytes(left: Stretch, right: Stretch, bar: Bar) -> tuple[float, float]:
    """The bytes from the last mark of `left` to the first of `right`, if frames alone lie between.

    What gets longer (numbers, the filled part of the bar) is counted; the rest of a frame is as on both
    sides. Both stretches are of one epoch. The losses between are left out: the second number is how many
    they are.
    """
    here, there = left.last, right.first
    steps = there.step - here.step
    pace = (there.seconds - here.seconds) / steps
    plain_left, plain_right = _plain(left, bar, pace), _plain(right, bar, pace)
    middle_left = (left.first.step + here.step) / 2
    middle_right = (there.step + right.last.step) / 2
    slope = (plain_right - plain_left) / (middle_right - middle_left)
    plain = plain_left + slope * ((here.step + there.step) / 2 - middle_left)
    draws = (left.draws + right.draws) / 2
    return steps * plain + draws * _lengthening(here, there, bar, pace), draws * steps


def _plain(stretch: Stretch, bar: Bar, pace: float) -> float:
    """The bytes per step without all that gets longer, and without losses."""
    first, last = stretch.first, stretch.last
    longer = _lengthening(first, last, bar, pace) / (last.step - first.step) + stretch.loss_length
    return stretch.bytes_per_step - stretch.draws * longer


def _lengthening(first: Mark, last: Mark, bar: Bar, pace: float) -> float:
    """The bytes of all that gets longer between two marks: step, count, both times, cells of the bar."""
    low, high = first.in_epoch, last.in_epoch
    longer = _digits(first.step, last.step) + _digits(low, high)
    if bar.cell:
        longer += bar.cell * sum([high - max(low, begin - 1) for begin in bar.begins if begin <= high])
    remaining = pace * (bar.total - low)
    if max(last.seconds, remaining) < _HOUR:
        return longer
    clocks = _clocks(first.seconds, last.seconds) + _clocks(remaining, pace * (bar.total - high))
    return longer + (last.step - first.step) * clocks


def _digits(first: int, last: int) -> int:
    """The digits of all whole numbers after `first` up to `last`."""
    digits, power = 0, 1
    while power <= last:
        digits += last - max(first, power - 1)
        power *= 10
    return digits


def _clocks(first: float, last: float) -> float:
    """The mean of the longer clocks' characters while the seconds go evenly from the first to the last."""
    low, high = sorted((first, last))
    if low == high:
        return float(sum(more for hours, more in _HOURS if low >= hours))
    return sum(more * min(1.0, max(0.0, (high - hours) / (high - low))) for hours, more in _HOURS)
