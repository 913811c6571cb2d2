"""The seed's formula of training time: start-up and epochs, each of steps, a checkpoint and a validation."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ckreg.core.estimate.packing import Packing
from ckreg.core.estimate.seed_table import EVALUATION_SPEEDUP
from ckreg.core.estimate.spread import Spread, added, of_runs
from ckreg.core.estimate.tiers import Chosen, is_model, rows_per_step
from ckreg.core.estimate.values import Tier, TrainingRequest, usable
from ckreg.core.measure.measurement import Measurement
from ckreg.core.units import duration

# Imports and loading the weights, where no sacct data tells what a job spends before its first step: half a
# minute to two.
UNKNOWN_STARTUP = Spread(60.0, 0.0, 0.5)
_SAVE_SIGMA = 0.5
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
    startup: Spread
    startup_known: bool

    @property
    def epoch(self) -> float:
        """Seconds of one epoch."""
        return self.steps_per_epoch * self.seconds_per_step + self.checkpoint + self.validation

    @property
    def total(self) -> float:
        """Seconds of the job, start-up included."""
        return self.startup.median + self.epochs * self.epoch

    def spread(self, speed: Spread) -> Spread:
        """The whole with its spread: steps and validation share that of the speed."""
        at_speed = self.epochs * (self.epoch - self.checkpoint)
        saves = Spread(self.epochs * self.checkpoint, 0.0, _SAVE_SIGMA)
        return added([self.startup, Spread(at_speed, speed.own, speed.shared), saves])


def parts_of(
    request: TrainingRequest,
    samples: int,
    seconds_per_sample: float,
    packed: Packing,
    startup: Spread | None,
    chosen: Chosen,
) -> Parts:
    """Fill the formula; `seconds_per_sample` is that of each GPU.

    A validation pass has no backward pass: it takes the time of the training samples over 2.5.
    """
    at_once = rows_per_step(request.batch_size or 1, request.grad_accum)
    validated = request.validation_samples or samples * VALIDATION_SHARE
    groups = ((chosen.tier, chosen.runs), (Tier.ACROSS, chosen.comparable))
    checkpoint = typical(groups, lambda run: run.checkpoint_seconds)
    return Parts(
        epochs=request.epochs,
        steps_per_epoch=steps_per_epoch(request, samples, packed.samples_per_row),
        seconds_per_step=seconds_per_sample * at_once * (packed.samples_per_row if request.packed else 1),
        checkpoint=checkpoint.median if checkpoint else 0.0,
        validation=validated * seconds_per_sample / request.gpus / EVALUATION_SPEEDUP
        if request.validation
        else 0.0,
        startup=startup or UNKNOWN_STARTUP,
        startup_known=startup is not None,
    )


def steps_per_epoch(request: TrainingRequest, samples: int, samples_per_row: float) -> int:
    """Optimiser steps of one epoch: ceil(samples / (batch x accumulation x GPUs)), in rows where packed.

    `drop_last` leaves out a last batch that is not whole; `max_steps_per_epoch` is the most there are.
    """
    rows = math.ceil(samples / samples_per_row) if request.packed else samples
    batches = rows / (rows_per_step(request.batch_size or 1, request.grad_accum) * request.gpus)
    steps = max(1, math.floor(batches) if request.drop_last else math.ceil(batches))
    return min(steps, request.max_steps_per_epoch or steps)


def typical(
    groups: Iterable[tuple[Tier, Sequence[Measurement]]], number: Callable[[Measurement], float | None]
) -> Spread | None:
    """A measured number of seconds over the first group of runs in which any run has it."""
    for tier, runs in groups:
        known = [value for run in runs if (value := number(run)) is not None and usable(value)]
        if known:
            return of_runs(known, tier)
    return None


def of_model(model: str, priors: Sequence[Measurement], kind: str = "finetune") -> list[Measurement]:
    """The runs of one model and kind."""
    return [run for run in priors if run.kind == kind and is_model(run, model)]


def inputs_text(request: TrainingRequest, parts: Parts, packed: Packing, carried: str = "") -> str:
    """The design log's Input: `8000 samples, batch_size=4, speed=4.34 it/s, epochs=2`, and more."""
    words = [f"{request.samples} samples", f"batch_size={request.batch_size}"]
    words += [f"grad_accum={request.grad_accum}"] if request.grad_accum > 1 else []
    words += [f"gpus={request.gpus}"] if request.gpus > 1 else []
    words += [f"speed={speed_text(parts.seconds_per_step)}", f"epochs={request.epochs}"]
    words += [
        f"startup={parts.startup.median:.0f}s" + ("" if parts.startup_known else " (assumed, no sacct data)")
    ]
    words += [f"checkpoint={parts.checkpoint:.0f}s"] if round(parts.checkpoint) else []
    words += [_validation_text(request, parts)] if request.validation else []
    words += [packed.note] if request.packed else []
    words += [carried] if carried else []
    return ", ".join(words)


def calculation_text(request: TrainingRequest, parts: Parts, packed: Packing) -> str:
    """The design log's Calculation: `steps_per_epoch = 8000/4 = 2000, time_per_epoch = 2000/4.34 ≈ 461s`."""
    divisors = [f"{packed.samples_per_row:.3g}"] if request.packed else []
    divisors += [str(request.batch_size)]
    divisors += [str(number) for number in (request.grad_accum, request.gpus) if number > 1]
    steps = "/".join([str(request.samples), *divisors]) + _ends(request)
    epoch = f"{parts.epoch:.0f}s"
    if parts.epoch >= _WORTH_MINUTES:
        epoch += f" ≈ {duration(parts.epoch)}"
    rate = parts.seconds_per_step
    factor = f"/{1 / rate:.3g}" if rate <= 1 else f"×{rate:.3g}"
    extra = "".join(f" + {seconds:.0f}" for seconds in (parts.checkpoint, parts.validation) if round(seconds))
    return (
        f"steps_per_epoch = {steps} = {parts.steps_per_epoch}, "
        f"time_per_epoch = {parts.steps_per_epoch}{factor}{extra} ≈ {epoch}, "
        f"total = {parts.startup.median:.0f}s + {parts.epochs}×{parts.epoch:.0f}s ≈ {parts.total:.0f}s"
    )


def _ends(request: TrainingRequest) -> str:
    """What ends an epoch besides its samples."""
    last = " without the last batch where it is not whole" if request.drop_last else ""
    most = request.max_steps_per_epoch
    return f"{last}, at most {most}" if most else last


def _validation_text(request: TrainingRequest, parts: Parts) -> str:
    assumed = "" if request.validation_samples else " (a tenth of the samples assumed)"
    return f"validation={parts.validation:.0f}s{assumed}"


def speed_text(seconds_per_step: float) -> str:
    """A speed as progress bars write it: `4.34 it/s`, `2.35 s/it`."""
    if seconds_per_step <= 1:
        return f"{1 / seconds_per_step:.3g} it/s"
    return f"{seconds_per_step:.3g} s/it"
