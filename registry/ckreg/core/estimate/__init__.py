"""Estimates of time, disk and batch size from prior runs, or from the tables that people start with."""

from ckreg.core.estimate.batch_size import batch_size
from ckreg.core.estimate.disk import disk
from ckreg.core.estimate.time import evaluation_time, training_time
from ckreg.core.estimate.values import (
    Basis,
    BatchSizeEstimate,
    DiskEstimate,
    Estimate,
    EvaluationRequest,
    Tier,
    TimeEstimate,
    TrainingRequest,
)

__all__ = [
    "Basis",
    "BatchSizeEstimate",
    "DiskEstimate",
    "Estimate",
    "EvaluationRequest",
    "Tier",
    "TimeEstimate",
    "TrainingRequest",
    "batch_size",
    "disk",
    "evaluation_time",
    "training_time",
]
