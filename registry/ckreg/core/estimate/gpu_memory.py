"""How much memory a GPU has: as asked, as its name says, as jobs on it saw it."""

import re
from collections.abc import Iterable

from ckreg.core.estimate.tiers import may_equal
from ckreg.core.estimate.values import TrainingRequest, usable
from ckreg.core.measure.measurement import Measurement

_IN_NAME = re.compile(r"(\d{2,3})\s?gi?b?\b", re.IGNORECASE)
# `GPU 0 has a total capacity of 79.15 GiB`, `(GPU 0; 39.59 GiB total capacity; ...)`: PyTorch, out of memory.
_IN_EVIDENCE = re.compile(r"total capacity of (\d{1,4}(?:\.\d+)?) GiB|(\d{1,4}(?:\.\d+)?) GiB total capacity")
# A GPU sold with 80 GB is told with 79 to 81 GiB.
_ALIKE = 1.05


def asked_memory(request: TrainingRequest, runs: Iterable[Measurement]) -> float | None:
    """GiB of the GPU that is asked for, else the least that prior runs on such a GPU saw."""
    told = request.gpu_memory_gib or _in_name(request.gpu_type)
    if told:
        return told
    same = [memory_of(run) for run in runs if may_equal(run.gpu_type, request.gpu_type)]
    return min((memory for memory in same if memory), default=None)


def memory_of(run: Measurement) -> float | None:
    """GiB of the GPU that a run had, where anything says it."""
    if run.total_gpu_mem_gib and usable(run.total_gpu_mem_gib):
        return run.total_gpu_mem_gib
    told = _IN_EVIDENCE.search(run.outcome_evidence)
    if told:
        memory = float(told[1] or told[2])
        return memory if usable(memory) else None
    return _in_name(run.gpu_type)


def has_more(memory: float | None, other: float | None) -> bool:
    """Whether both are known and the first is another, larger size."""
    return memory is not None and other is not None and memory > other * _ALIKE


def _in_name(gpu_type: str | None) -> float | None:
    """GiB in a name such as `a100-80gb`."""
    match = _IN_NAME.search(gpu_type or "")
    return float(match[1]) or None if match else None
