"""How much disk the checkpoints of an experiment take."""

from collections.abc import Sequence

from ckreg.core.estimate.checkpoints import (
    CheckpointFolder,
    adapters_only,
    files_of,
    in_folders,
    logged,
    typical,
)
from ckreg.core.estimate.values import DiskEstimate, TrainingRequest, basis_of
from ckreg.core.measure.measurement import Measurement
from ckreg.core.units import counted, gib

_BUFFER = 1.2


def disk(
    request: TrainingRequest, priors: Sequence[Measurement], folders: Sequence[CheckpointFolder] = ()
) -> DiskEstimate:
    """Fine-tuned runs x epochs saved x checkpoint size + 20 % (the seed's "Disk Space Estimates"), in GiB.

    The checkpoint is the median of what the logs of the model's prior runs say, else of their checkpoint
    `folders` that are still on disk, else typical of the model's size. Adapters alone and whole models are
    never mixed.
    """
    checkpoint = logged(request, priors) or in_folders(request, folders) or typical(request)
    epochs_saved = request.epochs if request.epochs_saved is None else request.epochs_saved
    count = request.runs * epochs_saved
    total = count * checkpoint.gib * _BUFFER
    kind = "adapters only, " if adapters_only(request) and checkpoint.runs else ""
    return DiskEstimate(
        checkpoint_gib=round(checkpoint.gib, 3),
        runs=request.runs,
        epochs_saved=epochs_saved,
        total_gib=round(total, 3),
        preliminary=not checkpoint.runs,
        basis=basis_of(checkpoint.runs),
        calculation=(
            f"{counted(request.runs, 'run')} × {counted(epochs_saved, 'epoch')} × {gib(checkpoint.gib)} "
            f"({kind}{checkpoint.source}) + 20% = {gib(total)}"
        ),
        adapter_only=adapters_only(request),
        files=count * files_of(checkpoint.gib),
        commands=checkpoint.commands,
    )
