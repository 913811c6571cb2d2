"""Which batch size fits into a GPU's memory."""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ckreg.core.estimate.accumulation import Accumulation, accumulation
from ckreg.core.estimate.comparable import Comparable, comparable, peak_of, rows_of
from ckreg.core.estimate.gpu_memory import has_more, memory_of
from ckreg.core.estimate.memory_line import fit
from ckreg.core.estimate.seed_table import size_class
from ckreg.core.estimate.values import BatchSizeEstimate, TrainingRequest, basis_of
from ckreg.core.measure.measurement import Measurement
from ckreg.core.units import counted

_SHARE = 0.7

# Of a fitted line. What an allocator calls its peak lacks the CUDA context and NCCL's buffers (0.5 to
# 1.5 GiB, 2 % of an 80 GB GPU and more of a smaller one); fragmentation, and a batch of longer samples than
# any measured, take some percent more. The seed's 0.7 stands for these and for not knowing the line.
_LINE_SHARE = 0.9

# Two small batches tell little of a large one: noise in the slope is quite another answer there.
_FURTHEST = 4

# A GPU sold with 80 GB has about 79 GiB, one with 40 GB about 39.
_LARGE_GIB = 70
_MIDDLE_GIB = 35

_NOTHING_FITS = (
    "no batch size fits as it is: take a GPU with more memory, shorter sequences (max_seq_len), "
    "activation checkpointing, or QLoRA"
)


class _Choice(NamedTuple):
    """A batch size, how it came about, the runs that it rests on, and what a batch of one takes in GiB."""

    batch_size: int
    calculation: str
    runs: tuple[Measurement, ...]
    least_gib: float | None = None


def batch_size(request: TrainingRequest, priors: Sequence[Measurement]) -> BatchSizeEstimate:
    """The largest batch that is safe to begin with, per GPU and step, from runs of the model that compare.

    Peak memory is a line over the batch size where several sizes are known; else the seed's rule scales one
    run, `floor(prior_batch x (available / peak) x 0.7)`; without memory data the seed's table: "start small,
    monitor first run, adjust". It is at least 1, and below every batch that ran out of memory.
    """
    known = comparable(request, priors)
    measured = _measured(request, known)
    choice = measured or _from_table(request, known.available)
    failed = known.smallest_failed
    if failed:
        choice = _below(failed, choice)
    held = accumulation(request, choice.batch_size, known.ran)
    if held and not failed and _has_run(request, known):
        held = None  # it is more than is sure to fit, but it did
    return BatchSizeEstimate(
        batch_size=choice.batch_size,
        preliminary=measured is None,
        basis=basis_of(choice.runs),
        calculation=choice.calculation + (f"; {held.told}" if held else ""),
        grad_accum=held.steps if held else None,
        effective_batch_size=held.effective if held else None,
        micro_batch_size=held.batch_size if held else None,
        advice=_advice(request, known, choice, held),
    )


def _measured(request: TrainingRequest, known: Comparable) -> _Choice | None:
    """By the line, of runs of the asked rank if they show one; else by the rule."""
    if known.available is None or not known.measured:
        return None
    same_rank = [run for run in known.measured if run.lora_rank in {None, request.lora_rank}]
    for runs in (same_rank, known.measured):
        choice = _by_line(runs, known.available, known.length_factor)
        if choice:
            return choice
    return _by_rule(same_rank or known.measured, known.available, known.length_factor)


def _by_line(runs: Sequence[Measurement], available: float, factor: float) -> _Choice | None:
    line = fit([(rows_of(run), peak_of(run)) for run in runs])
    if not line:
        return None
    per_row = line.per_row * factor
    most = _FURTHEST * max(rows_of(run) for run in runs)
    fitting = math.floor((available * _LINE_SHARE - line.base) / per_row)
    sizes = len({rows_of(run) for run in runs})
    told = (
        f"peak = {line.base:.4g} + {per_row:.4g} × batch_size GiB ({counted(len(runs), 'prior run')} of "
        f"{sizes} batch sizes{_longer(factor)}), "
        f"floor(({available:.4g} × {_LINE_SHARE} - {line.base:.4g}) / {per_row:.4g}) = {fitting}"
    )
    if fitting > most:
        told += f", but no more than {_FURTHEST} × the largest measured: {most}"
    elif fitting < 1:
        told += ", at least 1"
    return _Choice(max(1, min(fitting, most)), told, tuple(runs), line.base + per_row)


def _by_rule(runs: Sequence[Measurement], available: float, factor: float) -> _Choice:
    """The seed's rule from the run of the largest batch, the nearest to the limit; of several the worst."""
    prior = max(runs, key=lambda run: (rows_of(run), peak_of(run)))
    rows, peak = rows_of(prior), peak_of(prior)
    fitting = math.floor(rows * (available / peak) * _SHARE / factor)
    divided = f" / {factor:.4g}" if factor > 1 else ""
    told = f"floor({rows} × ({available:.4g}/{peak:.4g} GiB) × {_SHARE}{divided}) = {fitting}"
    told += _longer(factor) + ("" if fitting else ", at least 1")
    least = peak * factor if rows == 1 else None
    return _Choice(max(1, fitting), told, (prior,), least)


def _longer(factor: float) -> str:
    return f", sequences {factor:.3g} times as long" if factor > 1 else ""


def _below(failed: Measurement, choice: _Choice) -> _Choice:
    """The choice, kept below a batch that ran out of memory."""
    rows = rows_of(failed)
    if choice.batch_size < rows:
        return choice
    below = max(1, rows - 1)
    told = f"{choice.calculation}; but {rows} ran out of GPU memory in {_name(failed)}, so {below}"
    return _Choice(below, told, (*choice.runs, failed), choice.least_gib)


def _has_run(request: TrainingRequest, known: Comparable) -> bool:
    return any(rows_of(run) >= (request.batch_size or math.inf) for run in known.ran)


def _advice(
    request: TrainingRequest, known: Comparable, choice: _Choice, held: Accumulation | None
) -> str | None:
    """What to do where nothing fits, where what is asked does not, and where prior runs contradict."""
    failed = known.smallest_failed
    pieces = list(_why_nothing_fits(known, choice))
    if not pieces and held and request.batch_size and (choice.runs or failed):
        pieces.append(f"batch size {request.batch_size} is more than is safe: {held.told}")
    against = _contradiction(known, failed) if failed else None
    if failed and against:
        pieces.append(
            f"prior runs contradict each other: {_name(against)} ran with {rows_of(against)}, "
            f"{_name(failed)} ran out of GPU memory with {rows_of(failed)}; the careful one counts, "
            "so look at what differed (sequence lengths, other processes on the GPU)"
        )
    return "; ".join(pieces) or None


def _why_nothing_fits(known: Comparable, choice: _Choice) -> Iterator[str]:
    failed, available = known.smallest_failed, known.available
    if failed and rows_of(failed) == 1:
        yield f"batch size 1 ran out of GPU memory in {_name(failed)}, {_NOTHING_FITS}"
    elif choice.least_gib and available and choice.least_gib > available:
        taken = f"{choice.least_gib:.4g} GiB, and the GPU has {available:.4g}"
        yield f"batch size 1 takes about {taken}: {_NOTHING_FITS}"


def _contradiction(known: Comparable, failed: Measurement) -> Measurement | None:
    """A run that got through with as much as ran out of memory in another, on a GPU with no more memory."""
    memory = memory_of(failed)
    return next(
        (
            run
            for run in known.ran
            if rows_of(run) >= rows_of(failed) and not has_more(memory_of(run), memory)
        ),
        None,
    )


def _name(run: Measurement) -> str:
    job = f" (job {run.job_id})" if run.job_id else ""
    return f"{run.run_name or run.log_path}{job}"


def _from_table(request: TrainingRequest, available: float | None) -> _Choice:
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
    return _Choice(start, f"no prior memory data: start with {start} ({size.label} on {column})", ())
