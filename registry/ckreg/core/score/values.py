"""A prediction that met its run, and how many of them did how well."""

from dataclasses import dataclass

from ckreg.core.estimate import Tier


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded:
    """A predicted wall time beside the actual one, in seconds; `task` is None for a fine-tuning.

    `at_least` says that the job was stopped at its time limit: it would have taken longer than
    `actual_seconds`.
    """

    experiment: str
    run_name: str
    task: str | None = None
    epoch: str | None = None
    tier: Tier
    median_seconds: float
    p90_seconds: float
    actual_seconds: float
    at_least: bool = False

    @property
    def ratio(self) -> float:
        """Actual over predicted; a lower bound where `at_least`."""
        return self.actual_seconds / self.median_seconds

    @property
    def error(self) -> float:
        """How far the prediction was off, relative to the actual time."""
        return abs(self.median_seconds - self.actual_seconds) / self.actual_seconds

    @property
    def within_p90(self) -> bool:
        """Whether the 90th percentile held."""
        return not self.at_least and self.actual_seconds <= self.p90_seconds

    @property
    def width(self) -> float:
        """The 90th percentile over the median: how much the prediction left open."""
        return self.p90_seconds / self.median_seconds


@dataclass(frozen=True, slots=True)
class Score:
    """How `jobs` predictions did.

    `coverage` is the share that stayed within the 90th percentile, `at_least` of them were stopped at their
    limit. `ratio` is actual over predicted: its median, and from the 10th to the 90th percentile.
    `median_error` is that of |predicted - actual| / actual, `median_width` that of 90th percentile / median.
    """

    jobs: int
    within_p90: int
    at_least: int
    coverage: float
    median_ratio: float
    low_ratio: float
    high_ratio: float
    median_error: float
    median_width: float


@dataclass(frozen=True, slots=True)
class TierScore:
    """The score of the predictions of one tier."""

    tier: Tier
    score: Score


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The score of all predictions of one kind, and of each tier of them; `None` where there are none."""

    all: Score | None
    by_tier: tuple[TierScore, ...]


@dataclass(frozen=True, slots=True)
class Scores:
    """Fine-tunes and evaluations, each for themselves, and what they were made from."""

    fine_tuning: Breakdown
    evaluations: Breakdown
    graded: tuple[Graded, ...]
