"""A prediction that met its run, and how many of them did how well."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """A prediction and what became of it; times in seconds, `actual_seconds` None where it is not over.

    `task` is None for a fine-tuning. `tier` is in the words of the ckreg that predicted. `actual_from` says
    whose time it is: the `scheduler`'s, the `log`'s or the `document`'s. `at_least` says that the job was
    stopped at its time limit: it would have taken longer.
    """

    experiment: str
    run_name: str
    task: str | None = None
    epoch: str | None = None
    tier: str | None = None
    median_seconds: float | None = None
    p90_seconds: float | None = None
    status: str | None = None
    actual_seconds: float | None = None
    actual_from: str | None = None
    at_least: bool = False

    @property
    def ratio(self) -> float | None:
        """Actual over predicted; a lower bound where `at_least`."""
        if not (self.actual_seconds and self.median_seconds):
            return None
        return self.actual_seconds / self.median_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded:
    """A predicted wall time beside the actual one, in seconds; the rest as in `Met`."""

    experiment: str
    run_name: str
    task: str | None = None
    epoch: str | None = None
    tier: str
    median_seconds: float
    p90_seconds: float
    actual_seconds: float
    actual_from: str | None = None
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

    tier: str
    score: Score


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The score of all predictions of one kind, and of each tier of them; `None` where there are none."""

    all: Score | None
    by_tier: tuple[TierScore, ...]


@dataclass(frozen=True, slots=True)
class Scores:
    """Fine-tunes and evaluations, each for themselves, and the predictions that they are made from."""

    fine_tuning: Breakdown
    evaluations: Breakdown
    graded: tuple[Graded, ...]
