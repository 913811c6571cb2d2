"""Estimates one fine-tuning run from prior runs."""

from dataclasses import replace

from ckreg.adapters.config import load_settings
from ckreg.adapters.tree import Home
from ckreg.core.estimate import Estimate, TrainingRequest
from ckreg.flows.estimating import load_priors, training


def estimate(home: Home, request: TrainingRequest, *, index: bool = True) -> Estimate:
    """Time, disk and batch size of the run, and what they rest on; `index` looks for new logs first.

    The GPU is that of the settings where the request names none.

    Raises:
        UsageError: a number is not above zero.
    """
    settings = load_settings(home)
    asked = replace(
        request,
        gpu_type=request.gpu_type or settings.gpu_type,
        gpu_memory_gib=request.gpu_memory_gib or settings.gpu_memory_gib,
    )
    return training(load_priors(home, index=index), asked)
