"""The seed's formula of training time: start-up and epochs, each of steps, a checkpoint and a validation."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from ckreg.core.estimate.packing import Packing
from ckreg.core.estimate.seed_table import EVALUATION_SPEEDUP
from ckreg.core.estimate.tiers import is_model
from ckreg.core.estimate.values import TrainingRequest, usable
from ckreg.core.measure.measurement import Measurement
from ckreg.core.units import duration

# Imports and loading the weights, where no sacct data tells what a job spends before its first step.
STARTUP_SECONDS = 60.0
# The validation split is usually a tenth of the training split.
VALIDATION_SHARE = 0.1
_WORTH_MINUTES = 90  # seconds: from here on people think in minutes


@dataclass(frozen=True, slots=True)
class Parts:
    """What the formula adds up; seconds, but for the steps of an epoch."""

    epochs: int
    steps_per_epoch: int
    seconds_per_step: float
    checkpoint: float
    validation: float
    startup: float
    startup_known: bool

    @property
    def epoch(self) -> float:
        """Seconds of one epoch."""
        return self.steps_per_epoch * self.seconds_per_step + self.checkpoint + self.validation

    @property
    def total(self) -> float:
        """Seconds of the job, start-up included."""
        return self.startup + self.epochs * self.epoch


def parts_of(
    request: TrainingRequest,
    samples: int,
    rows_at_once: int,
    seconds_per_row: float,
    packed: Packing,
    priors: Sequence[Sequence[Measurement]],
) -> Parts:
    """Fill the formula; `rows_at_once` and `seconds_per_row` are those of each GPU.

    What runs before and between the steps comes from the first of `priors` that tells.

    A validation pass has no backward pass: it takes the time of the training rows over 2.5.
    """
    rows = math.ceil(samples / packed.samples_per_row) if request.packed else samples
    validated = (request.validation_samples or samples * VALIDATION_SHARE) / packed.samples_per_row
    startup = typical(priors, lambda run: run.startup_seconds)
    return Parts(
        epochs=request.epochs,
        steps_per_epoch=math.ceil(rows / (rows_at_once * request.gpus)),
        seconds_per_step=seconds_per_row * rows_at_once,
        checkpoint=typical(priors, lambda run: run.checkpoint_seconds) or 0.0,
        validation=validated * seconds_per_row / request.gpus / EVALUATION_SPEEDUP
        if request.validation
        else 0.0,
        startup=STARTUP_SECONDS if startup is None else startup,
        startup_known=startup is not None,
    )


def typical(
    groups: Iterable[Sequence[Measurement]], number: Callable[[Measurement], float | None]
) -> float | None:
    """The median of a measured number over the first group of runs in which any run has it."""
    for runs in groups:
        known = [value for run in runs if (value := number(run)) is not None and usable(value)]
        if known:
            return median(known)
    return None


def of_model(model: str, priors: Sequence[Measurement], kind: str = "finetune") -> list[Measurement]:
    """The runs of one model and kind."""
    return [run for run in priors if run.kind == kind and is_model(run, model)]


def inputs_text(request: TrainingRequest, parts: Parts, packed: Packing) -> str:
    """The design log's Input: `8000 samples, batch_size=4, speed=4.34 it/s, epochs=2`, and more."""
    words = [f"{request.samples} samples", f"batch_size={request.batch_size}"]
    words += [f"grad_accum={request.grad_accum}"] if request.grad_accum > 1 else []
    words += [f"gpus={request.gpus}"] if request.gpus > 1 else []
    words += [f"speed={speed_text(parts.seconds_per_step)}", f"epochs={request.epochs}"]
    words += [f"startup={parts.startup:.0f}s" + ("" if parts.startup_known else " (assumed, no sacct data)")]
    words += [f"checkpoint={parts.checkpoint:.0f}s"] if round(parts.checkpoint) else []
    words += [_validation_text(request, parts)] if request.validation else []
    words += [packed.note] if packed.note else []
    return ", ".join(words)


def calculation_text(request: TrainingRequest, parts: Parts, packed: Packing) -> str:
    """The design log's Calculation: `steps_per_epoch = 8000/4 = 2000, time_per_epoch = 2000/4.34 ≈ 461s`."""
    divisors = [f"{packed.samples_per_row:.3g}"] if request.packed else []
    divisors += [str(request.batch_size)]
    divisors += [str(number) for number in (request.grad_accum, request.gpus) if number > 1]
    steps = "/".join([str(request.samples), *divisors])
    epoch = f"{parts.epoch:.0f}s"
    if parts.epoch >= _WORTH_MINUTES:
        epoch += f" ≈ {duration(parts.epoch)}"
    rate = parts.seconds_per_step
    factor = f"/{1 / rate:.3g}" if rate <= 1 else f"×{rate:.3g}"
    extra = "".join(f" + {seconds:.0f}" for seconds in (parts.checkpoint, parts.validation) if round(seconds))
    return (
        f"steps_per_epoch = {steps} = {parts.steps_per_epoch}, "
        f"time_per_epoch = {parts.steps_per_epoch}{factor}{extra} ≈ {epoch}, "
        f"total = {parts.startup:.0f}s + {parts.epochs}×{parts.epoch:.0f}s ≈ {parts.total:.0f}s"
    )


def _validation_text(request: TrainingRequest, parts: Parts) -> str:
    assumed = "" if request.validation_samples else " (a tenth of the samples assumed)"
    return f"validation={parts.validation:.0f}s{assumed}"


def speed_text(seconds_per_step: float) -> str:
    """A speed as progress bars write it: `4.34 it/s`, `2.35 s/it`."""
    if seconds_per_step <= 1:
        return f"{1 / seconds_per_step:.3g} it/s"
    return f"{seconds_per_step:.3g} s/it"
