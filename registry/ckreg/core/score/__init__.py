"""How predictions of wall time did when their runs were over."""

from ckreg.core.score.summing import breakdown, score, scores
from ckreg.core.score.values import Breakdown, Graded, Score, Scores, TierScore

__all__ = ["Breakdown", "Graded", "Score", "Scores", "TierScore", "breakdown", "score", "scores"]
