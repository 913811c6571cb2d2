"""Gradient accumulation that holds an effective batch size where it does not fit at once."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ckreg.core.estimate.comparable import rows_of
from ckreg.core.estimate.values import TrainingRequest
from ckreg.core.measure.measurement import Measurement

_TRIED = 4096
_MOST = 1_000_000


class Accumulation(NamedTuple):
    """`steps` of `batch_size` on each GPU make `effective`; `instead_of` says whose batch size that is."""

    batch_size: int
    steps: int
    effective: int
    instead_of: str

    @property
    def told(self) -> str:
        """The proposal in words."""
        return (
            f"batch_size={self.batch_size} with gradient_accumulation_steps={self.steps} "
            f"makes an effective batch size of {self.effective}, {self.instead_of}"
        )


def accumulation(request: TrainingRequest, fits: int, ran: Sequence[Measurement]) -> Accumulation | None:
    """What holds the effective batch size (batch x accumulation x GPUs) of the request, else of prior runs.

    None where it fits as it is. Prior runs have the most common one.
    """
    if request.batch_size:
        if request.batch_size <= fits:
            return None
        rows = request.batch_size * request.grad_accum
        return _held(rows * request.gpus, request.gpus, fits, "as asked")
    usual = _most_common(_effective(run) for run in ran)
    if usual is None or usual <= fits * request.grad_accum * request.gpus:
        return None
    return _held(usual, request.gpus, fits, "as prior runs had")


def _held(effective: int, gpus: int, fits: int, instead_of: str) -> Accumulation:
    """The largest batch that divides the rows of a GPU evenly, unless that wastes half of what fits."""
    rows = math.ceil(effective / gpus)
    tried = range(fits, max(fits // 2, fits - _TRIED), -1)
    size = next((size for size in tried if rows % size == 0), fits)
    steps = math.ceil(rows / size)
    made = size * steps * gpus
    return Accumulation(
        size, steps, made, instead_of if made == effective else f"the nearest to {effective} {instead_of}"
    )


def _effective(run: Measurement) -> int:
    factors = (run.grad_accum or 1, run.n_gpus or 1)
    if any(not 0 < factor <= _MOST for factor in factors):
        return rows_of(run)
    return rows_of(run) * math.prod(factors)


def _most_common(sizes: Iterable[int]) -> int | None:
    """Of several that are equally common the smallest."""
    counted = Counter(sizes)
    return min(counted, key=lambda size: (-counted[size], size), default=None)
