"""What several jobs take together: the median and the 90th percentile of a sum, not sums of percentiles."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import NamedTuple

from ckreg.core.estimate.values import Tier, TimeEstimate

_Z90 = NormalDist().inv_cdf(0.9)
_WIDEST = 10.0  # beyond e^10 the moments say nothing (and overflow soon): the bounds of the sum decide


@dataclass(frozen=True, slots=True)
class Part:
    """Jobs that are alike: the time of one, how many they are, what a second of each counts (its GPUs)."""

    time: TimeEstimate
    runs: int
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Total:
    """A sum of times in seconds, or in GPU-seconds where the parts are weighted by their GPUs."""

    median_seconds: float
    p90_seconds: float

    @property
    def median_hours(self) -> float:
        """The median in hours."""
        return self.median_seconds / 3600

    @property
    def p90_hours(self) -> float:
        """The 90th percentile in hours."""
        return self.p90_seconds / 3600


class _Moments(NamedTuple):
    """Of a part's sum: the mean, the variance by chance in each job, the deviation common to all of them."""

    mean: float
    own_variance: float
    shared_deviation: float


def total(parts: Iterable[Part]) -> Total:
    """The median and 90th percentile of the sum of log-normal times, by matching mean and variance.

    A sum of log-normals is nearly log-normal: its mean `E` and variance `V` give `sigma^2 = ln(1 + V/E^2)`,
    the median `E exp(-sigma^2/2)` and the 90th percentile `median exp(1.2816 sigma)` (L. F. Fenton, "The sum
    of log-normal probability distributions in scatter transmission systems", IRE Trans. Commun. Syst. 8,
    1960; Wilkinson's method). For one job that gives its own median `m` and `sigma`: `E = m exp(sigma^2/2)`.

    By the law of total variance a job has `E^2 exp(s^2) (exp(o^2) - 1)` by its own luck (`o`), which is
    independent from job to job and adds, and `E^2 (exp(s^2) - 1)` by what is not known of all such jobs
    (`s`), whose root adds over the jobs that it is common to before it is squared. It is common to jobs whose
    estimates rest on a prior run in common, and to all that rest on the same assumption: of a tier other than
    the same setup. That is the most that it can be, so that the interval is rather too wide than too narrow.

    The result is never less than the sum of the medians, nor more than that of the 90th percentiles, which
    would hold if all jobs turned out alike.
    """
    counted = [part for part in parts if part.runs and part.time.median_seconds > 0]
    low = math.fsum(part.time.median_seconds * part.runs * part.weight for part in counted)
    high = math.fsum(_p90(part.time) * part.runs * part.weight for part in counted)
    if sum(part.runs for part in counted) <= 1:
        return Total(low, high)
    moments = list(map(_moments, counted))
    mean = math.fsum(one.mean for one in moments)
    variance = math.fsum(one.own_variance for one in moments) + math.fsum(
        math.fsum(moments[place].shared_deviation for place in alike) ** 2 for alike in _clusters(counted)
    )
    sigma = math.sqrt(math.log1p(variance / mean**2))
    median = mean * math.exp(-(sigma**2) / 2)
    p90 = min(max(median * math.exp(_Z90 * sigma), low), high)
    return Total(min(max(median, low), p90), p90)


def _p90(time: TimeEstimate) -> float:
    return max(time.median_seconds, time.p90_seconds)


def _moments(part: Part) -> _Moments:
    """As the estimate's own percentiles have it; `own_sigma` and `shared_sigma` say how that divides."""
    time = part.time
    squared = min(math.log(_p90(time) / time.median_seconds) / _Z90, _WIDEST) ** 2
    both = time.own_sigma**2 + time.shared_sigma**2
    shared = squared * (time.shared_sigma**2 / both if both else 1.0)
    mean = part.weight * time.median_seconds * math.exp(squared / 2)
    own_variance = mean**2 * math.exp(shared) * math.expm1(squared - shared)
    return _Moments(
        part.runs * mean, part.runs * own_variance, part.runs * mean * math.sqrt(math.expm1(shared))
    )


def _clusters(parts: Sequence[Part]) -> Iterator[list[int]]:
    """The places of parts that rest on something in common, directly or by way of others."""
    leaders = list(range(len(parts)))
    first: dict[object, int] = {}
    for place, part in enumerate(parts):
        for rested_on in _rested_on(part.time):
            one, other = (
                _leader(leaders, place),
                _leader(leaders, first.setdefault(rested_on, place)),
            )
            leaders[max(one, other)] = min(one, other)
    clusters: dict[int, list[int]] = {}
    for place in range(len(parts)):
        clusters.setdefault(_leader(leaders, place), []).append(place)
    yield from clusters.values()


def _rested_on(time: TimeEstimate) -> Iterator[object]:
    if time.tier is not Tier.SAME_SETUP:
        yield time.tier
    for basis in time.basis:
        yield basis.log_path, basis.job_id


def _leader(leaders: list[int], place: int) -> int:
    while leaders[place] != place:
        leaders[place] = leaders[leaders[place]]
        place = leaders[place]
    return place
