"""How much disk the checkpoints of an experiment take."""

from collections.abc import Sequence
from statistics import median

from ckreg.core.estimate.formula import of_model
from ckreg.core.estimate.seed_table import billions, size_class
from ckreg.core.estimate.values import TIMES, DiskEstimate, TrainingRequest, basis_of, usable
from ckreg.core.measure.measurement import Measurement
from ckreg.core.units import gib

_BUFFER = 1.2
_BYTES_PER_PARAMETER = 2  # bfloat16, as checkpoints are saved
_GIB = 1024**3


def disk(request: TrainingRequest, priors: Sequence[Measurement]) -> DiskEstimate:
    """Fine-tuned runs x epochs saved x checkpoint size + 20 % (the seed's "Disk Space Estimates"), in GiB.

    The checkpoint is the median of the model's prior runs; without one the upper end of the seed's range, or
    two bytes a parameter where that is more.
    """
    saved = [
        run for run in of_model(request.model, priors) if run.checkpoint_gib and usable(run.checkpoint_gib)
    ]
    checkpoint = median(run.checkpoint_gib or 0 for run in saved) if saved else _typical(request.model)
    epochs_saved = request.epochs if request.epochs_saved is None else request.epochs_saved
    total = request.runs * epochs_saved * checkpoint * _BUFFER
    runs = f"{request.runs} run{'s' if request.runs > 1 else ''}"
    source = f"{len(saved)} prior runs" if saved else f"typical for {size_class(request.model).label}"
    return DiskEstimate(
        checkpoint_gib=round(checkpoint, 3),
        runs=request.runs,
        epochs_saved=epochs_saved,
        total_gib=round(total, 3),
        preliminary=not saved,
        basis=basis_of(saved),
        calculation=(
            f"{runs} {TIMES} {epochs_saved} epochs {TIMES} {gib(checkpoint)} ({source}) + 20% = {gib(total)}"
        ),
    )


def _typical(model: str) -> float:
    weights = (billions(model) or 0) * 1e9 * _BYTES_PER_PARAMETER / _GIB
    return max(size_class(model).checkpoint_gib.high, weights)
