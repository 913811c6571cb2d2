"""An experiment's document: reading it back into values, and changing single cells of it."""

from ckreg.core.summary.parse import parse
from ckreg.core.summary.values import (
    EvaluationRow,
    Factor,
    FineTuningRow,
    MatrixRow,
    RunRow,
    Summary,
    TaskRow,
)

__all__ = [
    "EvaluationRow",
    "Factor",
    "FineTuningRow",
    "MatrixRow",
    "RunRow",
    "Summary",
    "TaskRow",
    "parse",
]
