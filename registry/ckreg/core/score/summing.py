"""Many graded predictions as one score."""

from collections.abc import Sequence
from statistics import median, quantiles

from ckreg.core.estimate import Tier
from ckreg.core.score.values import Breakdown, Graded, Score, Scores, TierScore


def scores(graded: Sequence[Graded]) -> Scores:
    """The scores of fine-tunes and evaluations, apart: they are predicted from different things."""
    return Scores(
        breakdown([each for each in graded if each.task is None]),
        breakdown([each for each in graded if each.task is not None]),
        tuple(graded),
    )


def breakdown(graded: Sequence[Graded]) -> Breakdown:
    """All of them, and by tier, the nearest first; tiers that only another ckreg knows come last."""
    tiers: dict[str, list[Graded]] = {str(tier): [] for tier in Tier}
    for each in graded:
        tiers.setdefault(each.tier, []).append(each)
    return Breakdown(
        score(graded) if graded else None,
        tuple(TierScore(tier, score(some)) for tier, some in tiers.items() if some),
    )


def score(graded: Sequence[Graded]) -> Score:
    """The score of some predictions, at least one.

    A job that was stopped at its limit counts with the time that it had: its ratio and error are at least
    those.
    """
    ratios = [each.ratio for each in graded]
    low, high = _tenth_and_ninetieth(ratios)
    within = sum(each.within_p90 for each in graded)
    return Score(
        jobs=len(graded),
        within_p90=within,
        at_least=sum(each.at_least for each in graded),
        coverage=round(within / len(graded), 4),
        median_ratio=round(median(ratios), 4),
        low_ratio=round(low, 4),
        high_ratio=round(high, 4),
        median_error=round(median(each.error for each in graded), 4),
        median_width=round(median(each.width for each in graded), 4),
    )


def _tenth_and_ninetieth(values: Sequence[float]) -> tuple[float, float]:
    """The 10th and 90th percentile, between neighbours in proportion."""
    if len(values) == 1:
        return values[0], values[0]
    deciles = quantiles(values, n=10, method="inclusive")
    return deciles[0], deciles[-1]
