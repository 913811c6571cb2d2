"""Estimates of time, disk and batch size from prior runs, or from the tables that people start with."""

from collections.abc import Sequence
from dataclasses import replace

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
from ckreg.core.measure.measurement import Measurement


def estimate(request: TrainingRequest, priors: Sequence[Measurement]) -> Estimate:
    """Time, disk and batch size of a fine-tuning run; where no batch size is asked for, the estimated one."""
    batch = batch_size(request, priors)
    asked = request if request.batch_size else replace(request, batch_size=batch.batch_size)
    return Estimate(time=training_time(asked, priors), disk=disk(asked, priors), batch_size=batch)


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
    "estimate",
    "evaluation_time",
    "training_time",
]
