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
    """A log-normal guess: its median, and two independent standard deviations of its logarithm.

    `own` is each run's own luck (its node, its neighbours), which evens out over many runs; `shared` is what
    is not known of all such runs alike (their speed), which does not.
    """

    median: float
    own: float
    shared: float

    @property
    def sigma(self) -> float:
        """The standard deviation of the logarithm for one run."""
        return math.hypot(self.own, self.shared)

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

    `own = s`, `shared^2 = s^2/n + d^2`, where
    `s^2 = (3 x 0.1^2 + sum of squared log residuals) / (3 + n - 1)`
    is the runs' own scatter, pulled to the usual tenth while they are few, and `d` the tier's distance.
    """
    middle = median(values)
    squares = sum(math.log(value / middle) ** 2 for value in values)
    count = len(values)
    scatter = math.sqrt((_USUAL_WEIGHT * _USUAL**2 + squares) / (_USUAL_WEIGHT + count - 1))
    return Spread(middle, scatter, math.hypot(scatter / math.sqrt(count), _DISTANCE[tier]))


def of_range(typical: Range) -> Spread:
    """A typical range read as the middle 80 %: its upper end is the 90th percentile of any run."""
    middle = math.sqrt(typical.low * typical.high)
    return Spread(middle, 0.0, math.log(typical.high / typical.low) / (2 * _Z90))


def added(spreads: Sequence[Spread]) -> Spread:
    """The sum of independent parts of one job: variances add up, as far as each part weighs in the whole."""
    whole = sum(spread.median for spread in spreads)
    own, shared = (
        math.hypot(*(spread.median / whole * getattr(spread, name) for spread in spreads))
        for name in ("own", "shared")
    )
    return Spread(whole, own, shared)
