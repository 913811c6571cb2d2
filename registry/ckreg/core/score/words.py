"""A score in a few words, for a plan or a screen."""

from ckreg.core.score.values import Breakdown, Graded, Score
from ckreg.core.units import counted, duration

FEWEST = 3
"""Fewer graded predictions than this say nothing of the next."""


def so_far(past: Breakdown) -> str | None:
    """`so far 14 of 16 runs within their 90th percentile, median error 11%`; None where they are too few."""
    told = _told(past.all, "run")
    return told and f"so far {told}"


def left_out(past: Breakdown) -> str | None:
    """The same of prior runs, each predicted from other experiments; None where they are too few."""
    told = _told(past.all, "prior run")
    return told and f"predicted from other experiments, {told}"


def _told(score: Score | None, noun: str) -> str | None:
    if score is None or score.jobs < FEWEST:
        return None
    within = f"{score.within_p90} of {counted(score.jobs, noun)} within their 90th percentile"
    return f"{within}, median error {score.median_error:.0%}"


def one(graded: Graded) -> str:
    """`took 25 min; predicted 16 min, 9 of 10 within 21 min`."""
    predicted = f"predicted {duration(graded.median_seconds)}, 9 of 10 within {duration(graded.p90_seconds)}"
    return f"took {duration(graded.actual_seconds)}; {predicted}"
