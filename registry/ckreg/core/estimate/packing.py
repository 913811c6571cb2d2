"""How many samples a packed row holds."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from ckreg.core.estimate.seed_table import PACKING
from ckreg.core.estimate.spread import of_range
from ckreg.core.estimate.tiers import is_model, rows_per_step
from ckreg.core.estimate.values import TrainingRequest
from ckreg.core.measure.measurement import Measurement

_SLICE = re.compile(r"\[(\d{1,12})?:(\d{1,12})\]")  # Hugging Face's `train[:1920]`
_ALIKE = 1.05


@dataclass(frozen=True, slots=True)
class Packing:
    """`samples_per_row` is 1 unpacked; `sigma` is what the guess adds to the spread; `note` says why."""

    samples_per_row: float
    sigma: float
    note: str


UNPACKED = Packing(1.0, 0.0, "")


def packing(request: TrainingRequest, priors: Sequence[Measurement]) -> Packing:
    """The ratio of packed prior runs of the same dataset, else of the model, else the seed's range.

    The samples of a packed run are those of its split where that is written (`train[:1920]`), else those that
    unpacked runs of the same dataset went through, if they agree (else each took another part of it).
    """
    known = [
        (run, ratio) for run in priors if run.packed and (ratio := samples_per_row(run, priors)) is not None
    ]
    same_dataset = [ratio for run, ratio in known if request.dataset and run.dataset == request.dataset]
    same_model = [ratio for run, ratio in known if is_model(run, request.model)]
    ratios = same_dataset or same_model
    if ratios:
        what = "this dataset" if same_dataset else request.model
        ratio = median(ratios)
        note = f"{ratio:.2g} samples in a packed row (from {len(ratios)} packed prior runs of {what})"
        return Packing(ratio, 0.0, note)
    guess = of_range(PACKING)
    note = (
        f"{guess.median:.2g} samples in a packed row (no packed prior run tells: "
        f"typically {PACKING.low:g} to {PACKING.high:g})"
    )
    return Packing(guess.median, guess.sigma, note)


def samples_per_row(run: Measurement, priors: Sequence[Measurement]) -> float | None:
    """Samples of the run's dataset over the packed rows that one epoch of it went through."""
    rows, samples = _rows_per_epoch(run), _samples(run, priors)
    ratio = samples / rows if rows and samples else None
    return ratio if ratio and ratio >= 1 else None  # below 1 the two saw different data


def _samples(run: Measurement, priors: Sequence[Measurement]) -> float | None:
    split = _SLICE.search(run.dataset or "")
    if split:
        return int(split[2]) - int(split[1] or 0)
    twins = [rows for twin in priors if _is_unpacked_twin(twin, run) and (rows := _rows_per_epoch(twin))]
    # The last batch of an epoch may be cut off, so that equal datasets differ by a little.
    return median(twins) if twins and max(twins) <= min(twins) * _ALIKE else None


def _is_unpacked_twin(twin: Measurement, run: Measurement) -> bool:
    return not twin.packed and run.dataset is not None and twin.dataset == run.dataset


def _rows_per_epoch(run: Measurement) -> float | None:
    gpus_known = run.n_gpus is not None or "distributed" not in (run.recipe or "")
    if not (run.steps_total and run.epochs and run.batch_size and gpus_known):
        return None
    return (
        run.steps_total / run.epochs * rows_per_step(run.batch_size, run.grad_accum) * max(1, run.n_gpus or 1)
    )
