"""Which prior runs tell something of the GPU memory that a run needs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ckreg.core.estimate.formula import of_model
from ckreg.core.estimate.gpu_memory import asked_memory, has_more, memory_of
from ckreg.core.estimate.values import TrainingRequest, usable
from ckreg.core.measure.measurement import Measurement
from ckreg.core.recipes import is_lora

_OUT_OF_MEMORY = "oom_gpu"
_COMPLETED = "completed"
_MOST = 1_000_000  # no batch is larger


@dataclass(frozen=True, slots=True)
class Comparable:
    """Runs of the model with the asked packing and method; `available` is the asked GPU's memory in GiB.

    `measured` have a peak, and the same sequence length where possible; `length_factor` is how many times as
    long the asked sequences are where only shorter ones are known, else 1. `ran` got through their steps.
    `out_of_memory` ran out of it on a GPU that has no less, as far as known.
    """

    available: float | None
    measured: tuple[Measurement, ...]
    length_factor: float
    ran: tuple[Measurement, ...]
    out_of_memory: tuple[Measurement, ...]

    @property
    def smallest_failed(self) -> Measurement | None:
        """Of the runs that ran out of memory the one with the smallest batch."""
        return min(self.out_of_memory, key=rows_of, default=None)


def comparable(request: TrainingRequest, priors: Sequence[Measurement]) -> Comparable:
    """Never packed with unpacked, nor adapters with full fine-tunes; what is not known keeps no run out."""
    runs = [run for run in of_model(request.model, priors) if rows_of(run) and _same_method(run, request)]
    available = asked_memory(request, runs)
    lived = [run for run in runs if run.outcome != _OUT_OF_MEMORY and bool(run.packed) == request.packed]
    measured, factor = _of_length(request, [run for run in lived if usable(run.peak_gpu_mem_gib)])
    return Comparable(
        available,
        tuple(_preferring(measured, lambda run: run.n_gpus in {None, request.gpus})),
        factor,
        tuple(run for run in lived if run.outcome == _COMPLETED or (run.steps_done or 0) > 0),
        tuple(run for run in runs if _counts_as_failed(run, request, available)),
    )


def rows_of(run: Measurement) -> int:
    """The run's batch size; 0 where it is not known or makes no sense."""
    return run.batch_size if run.batch_size and 0 < run.batch_size <= _MOST else 0


def peak_of(run: Measurement) -> float:
    """The run's peak memory in GiB, where it is known to have one."""
    return run.peak_gpu_mem_gib or 0.0


def _same_method(run: Measurement, request: TrainingRequest) -> bool:
    return None in {run.recipe, request.recipe} or is_lora(run.recipe) == is_lora(request.recipe)


def _counts_as_failed(run: Measurement, request: TrainingRequest, available: float | None) -> bool:
    """A run that ran out of memory tells nothing only of more memory or shorter sequences than it had."""
    if run.outcome != _OUT_OF_MEMORY or run.packed not in {None, request.packed}:
        return False
    shorter = request.max_seq_len is not None and request.max_seq_len < (run.max_seq_len or 0)
    return not shorter and not has_more(available, memory_of(run))


def _of_length(request: TrainingRequest, runs: Sequence[Measurement]) -> tuple[Sequence[Measurement], float]:
    """Runs of the asked sequence length, else the nearest longer one, else the longest, with the factor."""
    asked = request.max_seq_len
    lengths = {run.max_seq_len for run in runs}
    known = sorted(length for length in lengths if length and usable(length))
    if not known or asked in lengths:
        return _with_length(runs, asked if asked in lengths else None) or runs, 1.0
    longer = [length for length in known if asked is not None and length > asked]
    nearest = longer[0] if longer else known[-1]
    factor = 1.0 if longer or asked is None else asked / nearest
    return _with_length(runs, nearest), factor


def _with_length(runs: Sequence[Measurement], length: int | None) -> Sequence[Measurement]:
    return [run for run in runs if run.max_seq_len == length]


def _preferring(runs: Sequence[Measurement], wanted: Callable[[Measurement], bool]) -> Sequence[Measurement]:
    return [run for run in runs if wanted(run)] or runs
