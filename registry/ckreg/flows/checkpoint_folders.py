"""Checkpoints of prior runs that are still on disk, where the logs do not say how large they are."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice

from ckreg.adapters import probe
from ckreg.core.estimate.checkpoints import CheckpointFolder
from ckreg.core.estimate.formula import of_model
from ckreg.core.estimate.values import TrainingRequest
from ckreg.core.measure.measurement import Measurement

_MOST_RUNS = 5
_MOST_LOOKED_AT = 50


def checkpoint_folders(
    request: TrainingRequest, priors: Sequence[Measurement]
) -> tuple[CheckpointFolder, ...]:
    """At most five of the model's: the last epoch of each run, beside its log or in a folder there."""
    runs = {run.log_path.rpartition("/")[0]: run for run in reversed(of_model(request.model, priors))}
    found = _measured(list(islice(runs.items(), _MOST_LOOKED_AT)))
    return tuple(islice(found, _MOST_RUNS))


def _measured(runs: Sequence[tuple[str, Measurement]]) -> Iterator[CheckpointFolder]:
    for folder, run in runs:
        checkpoint = _checkpoint(folder) if folder.startswith("/") else None
        if checkpoint:
            yield CheckpointFolder(run, checkpoint.gib, checkpoint.adapter_only, checkpoint.command)


@lru_cache(maxsize=256)  # a plan asks for the same model again and again
def _checkpoint(folder: str) -> probe.CheckpointSize | None:
    return probe.last_checkpoint(folder)
