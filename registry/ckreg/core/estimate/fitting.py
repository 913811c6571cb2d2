"""Carries a measured quantity over to another setup: generalised least squares over all runs at hand.

The logarithm of the quantity is a mean, plus slopes times differences from what is asked for, plus what is
particular to a model, a GPU, a recipe, a dataset, plus the occasion (the days and nodes of an experiment),
plus each run's own luck. With a normal prior on each of these the best linear unbiased prediction of the mean
has weights in closed form (universal kriging; Cressie 1993, "Statistics for Spatial Data", section 3.4).
Slopes are thereby fitted where runs differ in them, and keep what is expected of them where none do; near
runs weigh most; the variance grows with every difference that no run explains.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ckreg.core.estimate.setups import Kinship, Quantity, Setup, Slope
from ckreg.core.estimate.spread import Spread

Array = NDArray[float64]

# What is usual counts like three runs, so that one or two runs that happen to agree do not promise a
# precision nobody has.
_USUAL_WEIGHT = 3
_STRANGE = 2.5  # standard deviations from what the other runs say
_TOLD = 0.8  # of a slope's prior deviation: below it, runs have had their say


class Observed(NamedTuple):
    """The logarithms of what runs of one setup and occasion took, one a run.

    `ratio_sigma` is how little is known of the samples in their packed rows, on the log scale.
    """

    setup: Setup
    occasion: str
    logs: tuple[float, ...]
    ratio_sigma: float = 0.0


@dataclass(frozen=True, slots=True)
class Fitted:
    """What a new run takes, the weight of each that was observed, and in words the slopes that they tell."""

    spread: Spread
    weights: tuple[float, ...]
    slopes: tuple[str, ...]


def fit(quantity: Quantity, target: Setup, observed: Sequence[Observed]) -> Fitted:
    """What a new run of the target setup takes, on an occasion of its own.

    The runs of one setup and occasion count by their median. What disagrees with all others counts less, and
    where runs scatter more than is usual, all is less certain.
    """
    logs = np.array([median(each.logs) for each in observed])
    counts = np.array([len(each.logs) for each in observed])
    slopes = [_Differences(slope, _differences(slope, target, observed)) for slope in quantity.slopes]
    residuals = logs - sum(each.values * each.slope.expected for each in slopes)
    prior = _prior(quantity, target, observed, slopes)
    occasions = np.array([each.occasion for each in observed])
    together = quantity.occasion**2 * np.equal.outer(occasions, occasions)
    noise = quantity.own**2 / counts
    first = _solve(prior + together, noise, residuals)
    noise = noise * np.maximum(1.0, (np.abs(first.left_out) / _STRANGE) ** 2)
    second = _solve(prior + together, noise, residuals)
    within = sum(_squares(each.logs, quantity.own) for each in observed) / quantity.own**2
    scatter = (_USUAL_WEIGHT + within + second.misfit) / (_USUAL_WEIGHT + int(counts.sum()) - 1)
    solved = _solve(prior + together * scatter, noise * scatter, residuals)
    shared = math.sqrt(solved.variance + quantity.occasion**2 * scatter)
    spread = Spread(math.exp(solved.mean), quantity.own * math.sqrt(scatter), shared)
    return Fitted(spread, tuple(solved.weights.tolist()), tuple(_told(slopes, solved)))


class _Differences(NamedTuple):
    slope: Slope
    values: Array


class _Solved(NamedTuple):
    mean: float
    variance: float
    misfit: float
    weights: Array
    left_out: Array
    inverse: Array
    pull: Array


def _differences(slope: Slope, target: Setup, observed: Sequence[Observed]) -> Array:
    """By how much each setup differs from the target; not at all where one of the two is not known."""
    asked = slope.of(target)
    known = [slope.of(each.setup) for each in observed]
    return np.array([0.0 if asked is None or value is None else value - asked for value in known])


def _prior(
    quantity: Quantity, target: Setup, observed: Sequence[Observed], slopes: Sequence[_Differences]
) -> Array:
    """The covariance of what the setups have beside the target's mean, before any run has spoken."""
    ratios = np.array([each.ratio_sigma for each in observed])
    total = np.outer(ratios, ratios)
    for each in slopes:
        total = total + np.outer(each.values, each.values) * each.slope.sigma**2
    for kinship in quantity.kinships:
        names = np.array([kinship.of(each.setup) or "" for each in observed])
        asked = kinship.of(target) or ""
        differ = (names != "") & (names != asked) & (asked != "")
        sigmas = np.array([_sigma(kinship, target, each.setup) for each in observed]) * differ
        # Half of what two names differ by is particular to the target's, and shared by all others.
        total = total + np.outer(sigmas, sigmas) * (0.5 + 0.5 * np.equal.outer(names, names))
    return total


def _sigma(kinship: Kinship, target: Setup, setup: Setup) -> float:
    return kinship.unsized if None in {target.billions, setup.billions} else kinship.sigma


def _squares(logs: Sequence[float], usual: float) -> float:
    """The squares of a setup's residuals; one run of many that is far off counts as far, not as how far."""
    middle = median(logs)
    distances = [abs(value - middle) for value in logs]
    furthest = 3 * max(usual, 1.4826 * median(distances))  # 1.4826: of a median to a standard deviation
    return sum(min(distance, furthest) ** 2 for distance in distances)


def _solve(prior: Array, noise: Array, residuals: Array) -> _Solved:
    inverse = np.asarray(np.linalg.inv(prior + np.diag(noise)), dtype=float64)
    sums = inverse.sum(axis=1)
    precision = float(sums.sum())
    mean = float(sums @ residuals) / precision
    pull = inverse @ (residuals - mean)
    # What each is off from what the others say, in standard deviations of that difference.
    own = np.diag(inverse) - sums**2 / precision
    alone = own <= 1e-9 * np.diag(inverse)
    left_out: Array = np.where(alone, 0.0, pull / np.sqrt(np.where(alone, 1.0, own))).astype(float64)
    misfit = max(0.0, float((residuals - mean) @ pull))
    return _Solved(mean, 1 / precision, misfit, sums / precision, left_out, inverse, pull)


def _told(slopes: Sequence[_Differences], solved: _Solved) -> list[str]:
    """The slopes of which the runs have made more than was expected of them."""
    found = []
    for each in slopes:
        # What all runs differ in alike cannot be told from the mean.
        contrast = each.values - float(solved.weights @ each.values)
        explained = each.slope.sigma**2 * float(contrast @ solved.inverse @ contrast)
        if math.sqrt(max(0.0, 1 - explained)) < _TOLD:
            pulled = each.slope.sigma**2 * float(each.values @ solved.pull)
            found.append(each.slope.told(each.slope.expected + pulled))
    return found
