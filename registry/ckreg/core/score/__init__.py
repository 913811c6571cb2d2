"""How predictions of wall time did when their runs were over."""

from ckreg.core.score.leaving_out import LeftOut, leave_out
from ckreg.core.score.summing import breakdown, score, scores
from ckreg.core.score.values import Breakdown, Graded, Met, Score, Scores, TierScore

__all__ = [
    "Breakdown",
    "Graded",
    "LeftOut",
    "Met",
    "Score",
    "Scores",
    "TierScore",
    "breakdown",
    "leave_out",
    "score",
    "scores",
]
