"""How much disk the checkpoints of an experiment take."""

from collections.abc import Sequence
from statistics import median

from ckreg.core.estimate.formula import of_model
from ckreg.core.estimate.seed_table import billions, size_class
from ckreg.core.estimate.values import DiskEstimate, TrainingRequest, basis_of, usable
from ckreg.core.measure.measurement import Measurement
from ckreg.core.units import gib

_BUFFER = 1.2
_BYTES_PER_PARAMETER = 2  # bfloat16, as checkpoints are saved
_GIB = 1024**3
_SMALLEST = 0.005  # logs print GiB with two digits: "0.00 GiB" is anything below this


def disk(request: TrainingRequest, priors: Sequence[Measurement]) -> DiskEstimate:
    """Fine-tuned runs x epochs saved x checkpoint size + 20 % (the seed's "Disk Space Estimates"), in GiB.

    The checkpoint is the median of the model's prior runs; without one the upper end of the seed's range, or
    two bytes a parameter where that is more.
    """
    saved = [run for run in of_model(request.model, priors) if _is_size(run.checkpoint_gib)]
    sizes = [max(run.checkpoint_gib or 0, _SMALLEST) for run in saved]
    checkpoint = median(sizes) if sizes else _typical(request.model)
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
        calculation=(f"{runs} × {epochs_saved} epochs × {gib(checkpoint)} ({source}) + 20% = {gib(total)}"),
    )


def _is_size(size: float | None) -> bool:
    return size == 0 or usable(size)


def _typical(model: str) -> float:
    weights = (billions(model) or 0) * 1e9 * _BYTES_PER_PARAMETER / _GIB
    return max(size_class(model).checkpoint_gib.high, weights)
