"""How far an estimate may be off: residuals on the log scale, and what distance and few runs add to them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from ckreg.core.estimate.seed_table import Range
from ckreg.core.estimate.values import Tier

_Z90 = 1.2816
_Z95 = 1.6449

# Identical runs of the same machine differ by about a tenth (another load now and then); this counts
# like three runs, so that one or two runs that happen to agree do not promise a precision nobody has.
_USUAL = 0.10
_USUAL_WEIGHT = 3

# What a run of another kind may be off even where many such runs agree with each other. A different batch,
# rank or recipe moves the rate by a fifth; parameters explain speed across models, and training explains
# evaluation, only to a factor of about two.
_DISTANCE = {Tier.SAME_SETUP: 0.0, Tier.SAME_MODEL: 0.2, Tier.ACROSS: 0.6, Tier.TRAINING_RATE: 0.6}


@dataclass(frozen=True, slots=True)
class Spread:
    """A log-normal guess: its median, and `sigma`, the standard deviation of its logarithm."""

    median: float
    sigma: float

    @property
    def p90_factor(self) -> float:
        """By how much the 90th percentile lies above the median."""
        return math.exp(_Z90 * self.sigma)

    @property
    def p95_factor(self) -> float:
        """By how much the 95th percentile lies above the median."""
        return math.exp(_Z95 * self.sigma)


def of_runs(values: Sequence[float], tier: Tier) -> Spread:
    """The spread of a new run's value, given those of prior runs (positive, at least one).

    `sigma^2 = s^2 (1 + 1/n) + d^2`, where `s^2 = (3 x 0.1^2 + sum of squared log residuals) / (3 + n - 1)` is
    the runs' own scatter, pulled to the usual tenth while they are few, and `d` the tier's distance.
    """
    middle = median(values)
    squares = sum(math.log(value / middle) ** 2 for value in values)
    count = len(values)
    scatter = (_USUAL_WEIGHT * _USUAL**2 + squares) / (_USUAL_WEIGHT + count - 1)
    return Spread(middle, math.sqrt(scatter * (1 + 1 / count) + _DISTANCE[tier] ** 2))


def of_range(typical: Range) -> Spread:
    """A typical range read as the middle 80 %: its upper end is the 90th percentile."""
    return Spread(math.sqrt(typical.low * typical.high), math.log(typical.high / typical.low) / (2 * _Z90))


def widened(spread: Spread, sigma: float) -> Spread:
    """The spread with another, independent uncertainty in it."""
    return Spread(spread.median, math.hypot(spread.sigma, sigma))
