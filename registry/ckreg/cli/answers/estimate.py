"""What `ckreg estimate --json` prints: an estimate, or with --score how past ones did."""

from collections.abc import Sequence
from typing import NotRequired, TypeAlias, TypedDict

from ckreg.core.estimate import Estimate
from ckreg.core.estimate.values import Basis, BatchSizeEstimate, DiskEstimate, Tier
from ckreg.core.score.values import Score


class Time(TypedDict):
    """Wall time of one job in seconds, start-up included; `request` is what to ask Slurm for."""

    median_seconds: float
    p90_seconds: float
    request: str


class Explanation(TypedDict):
    """How the time comes about, with --explain."""

    inputs: str
    calculation: str
    result: str


class Estimated(TypedDict):
    """Time, disk and batch size of one fine-tuning run, and the prior runs that they rest on."""

    time: Time
    disk: DiskEstimate
    batch_size: BatchSizeEstimate
    tier: Tier
    preliminary: bool
    basis: Sequence[Basis]
    explanation: NotRequired[Explanation]


class ScoreByTier(TypedDict):
    """The score of all predictions of one kind, and of each tier of them."""

    all: Score | None
    by_tier: dict[str, Score]


class Graded(TypedDict):
    """A prediction that met its run, in seconds."""

    experiment: str
    run_name: str
    task: str | None
    epoch: str | None
    tier: str
    median_seconds: float
    p90_seconds: float
    actual_seconds: float
    actual_from: str | None
    at_least: bool
    ratio: float
    within_p90: bool


class Scored(TypedDict):
    """How past estimates did; the numbers of what was left out are null but with --leave-one-out."""

    method: str
    experiments_left_out: int | None
    jobs_known: int | None
    jobs_tried: int | None
    fine_tuning: ScoreByTier
    evaluations: ScoreByTier
    graded: list[Graded]


Answer: TypeAlias = Estimated | Scored


def estimated(found: Estimate, *, explain: bool = False) -> Estimated:
    """The answer of `ckreg estimate`."""
    time = found.time
    value: Estimated = {
        "time": {
            "median_seconds": time.median_seconds,
            "p90_seconds": time.p90_seconds,
            "request": time.request,
        },
        "disk": found.disk,
        "batch_size": found.batch_size,
        "tier": found.tier,
        "preliminary": found.preliminary,
        "basis": found.basis,
    }
    if explain:
        value["explanation"] = {
            "inputs": time.inputs,
            "calculation": time.calculation,
            "result": time.result,
        }
    return value
