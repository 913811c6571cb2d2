"""How many bytes the frames of a progress bar take between two of its steps."""

from typing import NamedTuple

_HOURS = (
    (3600, 2),
    (36_000, 1),
    (360_000, 1),
)  # from so many seconds on a clock is so many characters longer


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
    """A bar of `total` steps; a filled cell of it is so many bytes longer than an empty one."""

    total: int
    cell: int


def expected_bytes(left: Stretch, right: Stretch, bar: Bar, loss_length: float) -> float:
    """The bytes from the last mark of `left` to the first of `right`, if frames alone lie between.

    What gets longer (numbers, the filled part of the bar) is counted; the rest of a frame is as on both
    sides. Both stretches are of one epoch, `loss_length` is the mean characters of a loss between.
    """
    here, there = left.last, right.first
    pace = (there.seconds - here.seconds) / (there.step - here.step)
    middles, plain = [], []
    for stretch in (left, right):
        first, last = stretch.first, stretch.last
        longer = _lengthening(first, last, bar, pace) / (last.step - first.step) + stretch.loss_length
        middles.append((first.step + last.step) / 2)
        plain.append(stretch.bytes_per_step - stretch.draws * longer)
    slope = (plain[1] - plain[0]) / (middles[1] - middles[0])
    middle = plain[0] + slope * ((here.step + there.step) / 2 - middles[0])
    steps = there.step - here.step
    draws = (left.draws + right.draws) / 2
    return steps * middle + draws * (_lengthening(here, there, bar, pace) + steps * loss_length)


def _lengthening(first: Mark, last: Mark, bar: Bar, pace: float) -> float:
    """The bytes of all that gets longer between two marks: step, count, both times, cells of the bar."""
    digits = _digits(first.step, last.step) + _digits(first.in_epoch, last.in_epoch)
    remaining = _clocks(pace * (bar.total - first.in_epoch), pace * (bar.total - last.in_epoch))
    clocks = _clocks(first.seconds, last.seconds) + remaining
    return (
        digits
        + (last.step - first.step) * clocks
        + bar.cell * _cells(first.in_epoch, last.in_epoch, bar.total)
    )


def _cells(first: int, last: int, total: int) -> int:
    """How many of ten cells are not empty, summed over the steps after the first: tqdm fills by eighths."""
    begins = (-(-(8 * cell + 1) * total // 80) for cell in range(10))
    return sum(max(0, last - max(first, begin - 1)) for begin in begins)


def _longer(seconds: float) -> int:
    return sum(more for hours, more in _HOURS if seconds >= hours)


def _digits(first: int, last: int) -> int:
    """The digits of all whole numbers after `first` up to `last`."""
    digits, power = 0, 1
    while power <= last:
        digits += last - max(first, power - 1)
        power *= 10
    return digits


def _clocks(first: float, last: float) -> float:
    """The mean of `_longer` while the seconds go evenly from the first to the last."""
    low, high = sorted((first, last))
    if low == high:
        return _longer(low)
    return sum(more * min(1.0, max(0.0, (high - hours) / (high - low))) for hours, more in _HOURS)
