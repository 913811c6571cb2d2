"""How large a checkpoint is: from prior runs' logs, else from their folders, else the seed's table."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

from ckreg.core.estimate.formula import of_model
from ckreg.core.estimate.seed_table import billions, size_class
from ckreg.core.estimate.values import TrainingRequest, usable
from ckreg.core.measure.measurement import Measurement
from ckreg.core.recipes import is_lora
from ckreg.core.units import counted

_BYTES_PER_PARAMETER = 2  # bfloat16, as checkpoints are saved
_GIB = 1024**3
_SMALLEST = 0.005  # logs print GiB with two digits: "0.00 GiB" is anything below this
_EXACT_FROM = 0.1  # from here on two digits are good enough to scale with

# A matrix of n x m has r(n + m) more weights with adapters of rank r: for the matrices of a 1B model (2,048
# wide and more) at most a thousandth per rank, for larger models less. torchtune saves them twice, in its own
# form and in PEFT's.
_SHARE_PER_RANK = 0.002
_USUAL_RANK = 64

# The 20 % of the total cover adapters beside the model up to this share of it.
_COVERED = 0.1


@dataclass(frozen=True, slots=True)
class CheckpointFolder:
    """A checkpoint of a prior run that is still on disk, as the command measured it."""

    run: Measurement
    gib: float
    adapter_only: bool
    command: str


class Checkpoint(NamedTuple):
    """The size of one checkpoint in GiB, the runs that it rests on, and that in words."""

    gib: float
    runs: tuple[Measurement, ...]
    source: str
    commands: tuple[str, ...] = ()


def adapters_only(request: TrainingRequest) -> bool:
    """Whether adapters alone are saved; a full fine-tune has none, whatever is asked."""
    return request.adapter_only and (request.recipe is None or is_lora(request.recipe))


def logged(request: TrainingRequest, priors: Sequence[Measurement]) -> Checkpoint | None:
    """The median of what the logs of the model's prior runs say, adapters and whole models apart.

    Of adapters those of the same rank count first; else their size follows the rank, to which it is
    proportional.
    """
    runs = of_model(request.model, priors)
    if not adapters_only(request):
        saved = [(run, run.checkpoint_gib) for run in runs if _is_size(run.checkpoint_gib)]
        return _median([(run, _whole(run, size or 0)) for run, size in saved], "prior run")
    adapters = [(run, run.adapter_checkpoint_gib) for run in runs if _is_size(run.adapter_checkpoint_gib)]
    same = [(run, size) for run, size in adapters if run.lora_rank == request.lora_rank] or adapters
    return _median([(run, _of_rank(run, size or 0, request.lora_rank)) for run, size in same], "prior run")


def in_folders(request: TrainingRequest, folders: Iterable[CheckpointFolder]) -> Checkpoint | None:
    """The median of the checkpoint folders of prior runs, of the asked kind."""
    wanted = adapters_only(request)
    same = [folder for folder in folders if folder.adapter_only is wanted and usable(folder.gib)]
    found = _median([(folder.run, folder.gib) for folder in same], "checkpoint folder")
    commands = tuple(dict.fromkeys(folder.command for folder in same))
    return found._replace(commands=commands) if found else None


def typical(request: TrainingRequest) -> Checkpoint:
    """The upper end of the seed's range, or two bytes a parameter where that is more; adapters by rank."""
    weights = (billions(request.model) or 0) * 1e9 * _BYTES_PER_PARAMETER / _GIB
    size = size_class(request.model)
    whole = max(size.checkpoint_gib.high, weights)
    if not adapters_only(request):
        return Checkpoint(whole, (), f"typical for {size.label}")
    rank = request.lora_rank or _USUAL_RANK
    return Checkpoint(
        whole * min(1.0, _SHARE_PER_RANK * rank),
        (),
        f"adapters of rank {rank}, at most {_SHARE_PER_RANK:.1%} of {size.label} a rank",
    )


def files_of(checkpoint_gib: float) -> int:
    """About how many files a checkpoint is: config, tokenizer and adapters, and shards of up to 5 GB."""
    return 20 + math.ceil(checkpoint_gib / 5)


def _median(sizes: Sequence[tuple[Measurement, float]], noun: str) -> Checkpoint | None:
    if not sizes:
        return None
    middle = median(max(size, _SMALLEST) for _, size in sizes)
    return Checkpoint(middle, tuple(run for run, _ in sizes), counted(len(sizes), noun))


def _whole(run: Measurement, model_gib: float) -> float:
    """Of a LoRA run the merged model, and its adapters where they are more than the 20 % may cover."""
    adapters = run.adapter_checkpoint_gib
    beside = adapters if adapters is not None and usable(adapters) else 0.0
    return model_gib + beside if beside > _COVERED * model_gib else model_gib


def _of_rank(run: Measurement, adapters_gib: float, rank: int | None) -> float:
    known = run.lora_rank is not None and run.lora_rank > 0 and adapters_gib >= _EXACT_FROM
    if rank is None or run.lora_rank is None or not known:
        return adapters_gib
    scaled = adapters_gib * (rank / run.lora_rank)
    return scaled if usable(scaled) else adapters_gib


def _is_size(size: float | None) -> bool:
    return size == 0 or usable(size)
