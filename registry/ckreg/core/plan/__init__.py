"""The plan: what a spec comes to, what it will take, and how its document says so."""

from ckreg.core.plan.resolve import resolve
from ckreg.core.plan.values import Control, MatrixRow, Plan, PlannedEvaluation

__all__ = ["Control", "MatrixRow", "Plan", "PlannedEvaluation", "resolve"]
