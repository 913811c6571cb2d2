"""Which batch size fits into a GPU's memory."""

import math
import re
from collections.abc import Sequence

from ckreg.core.estimate.formula import of_model
from ckreg.core.estimate.seed_table import size_class
from ckreg.core.estimate.values import BatchSizeEstimate, TrainingRequest, basis_of, usable
from ckreg.core.measure.measurement import Measurement

_SHARE = 0.7
_OUT_OF_MEMORY = "oom_gpu"
_MEMORY_IN_NAME = re.compile(r"(\d{2,3})\s?gi?b?\b", re.IGNORECASE)
# A GPU sold with 80 GB has about 79 GiB, one with 40 GB about 39.
_LARGE_GIB = 70
_MIDDLE_GIB = 35


def batch_size(request: TrainingRequest, priors: Sequence[Measurement]) -> BatchSizeEstimate:
    """`floor(prior_batch x (available / peak) x 0.7)`, at least 1: the seed's "Batch Size Guidance".

    It is scaled from the run of the largest batch, the nearest to the limit (of several the one that took
    most memory), never from a packed run to an unpacked one or back. Without memory data, or where nobody
    knows the GPU's memory, the seed's table: "start small, monitor first run, adjust".
    """
    measured = [
        run
        for run in of_model(request.model, priors)
        if bool(run.packed) == request.packed and run.outcome != _OUT_OF_MEMORY and run.batch_size
        if run.peak_gpu_mem_gib and usable(run.peak_gpu_mem_gib)
    ]
    available = request.gpu_memory_gib or _memory_in_name(request.gpu_type)
    if not measured or available is None:
        return _from_table(request, available)
    prior = max(measured, key=lambda run: (run.batch_size or 0, run.peak_gpu_mem_gib or 0))
    prior_batch, peak = prior.batch_size or 0, prior.peak_gpu_mem_gib or 0
    fitting = max(1, math.floor(prior_batch * (available / peak) * _SHARE))
    return BatchSizeEstimate(
        batch_size=fitting,
        preliminary=False,
        basis=basis_of([prior]),
        calculation=(f"floor({prior_batch} × ({available:.4g}/{peak:.4g} GiB) × {_SHARE}) = {fitting}"),
    )


def _memory_in_name(gpu_type: str | None) -> float | None:
    """GiB in a name such as `a100-80gb`."""
    match = _MEMORY_IN_NAME.search(gpu_type or "")
    return float(match[1]) if match else None


def _from_table(request: TrainingRequest, available: float | None) -> BatchSizeEstimate:
    size = size_class(request.model)
    if available is not None and available < _MIDDLE_GIB:
        column, start = "a GPU below 40 GB", 1
    elif available is not None and available >= _LARGE_GIB:
        column, start = "an 80 GB GPU", int(size.batch_80.low)
    else:
        column, start = "a 40 GB GPU", int(size.batch_40.low)
    if available is None:
        column = "a GPU of unknown memory"
    if request.packed:
        column, start = f"{column}, packed", min(start, size.batch_packed)
    return BatchSizeEstimate(
        batch_size=start,
        preliminary=True,
        basis=(),
        calculation=f"no prior memory data: start with {start} ({size.label} on {column})",
    )
