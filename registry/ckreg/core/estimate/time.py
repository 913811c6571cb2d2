"""How long a job takes, from the prior runs that are nearest to it."""

import math
from collections.abc import Sequence

from ckreg.core.estimate.formula import (
    STARTUP_SECONDS,
    calculation_text,
    inputs_text,
    of_model,
    parts_of,
    typical,
)
from ckreg.core.estimate.packing import UNPACKED, Packing, packing
from ckreg.core.estimate.seed_table import EVALUATION_SECONDS, EVALUATION_SPEEDUP, size_class
from ckreg.core.estimate.spread import Spread, of_range, of_runs, widened
from ckreg.core.estimate.tiers import (
    Chosen,
    choose,
    choose_evaluations,
    rows_per_step,
    seconds_per_sample,
    size_factor,
)
from ckreg.core.estimate.values import (
    PRELIMINARY,
    EvaluationRequest,
    Tier,
    TimeEstimate,
    TrainingRequest,
    basis_of,
)
from ckreg.core.measure.measurement import Measurement
from ckreg.core.units import clock_time, duration

_TABLE = Chosen(Tier.TABLE, ())
_REQUEST_STEP = 300  # seconds: a time limit is rounded up to 5 minutes


def training_time(request: TrainingRequest, priors: Sequence[Measurement]) -> TimeEstimate:
    """Wall time of a fine-tuning run.

    start-up + epochs x (ceil(samples / (batch x accumulation x GPUs)) x seconds per step + checkpoint +
    validation), with the median speed of the nearest prior runs; `spread.of_runs` has the 90th percentile.
    Without prior runs, or where nobody knows the samples or the batch size, the seed's minutes per epoch.
    """
    chosen = choose(request, priors)
    if not chosen.runs or request.samples is None or request.batch_size is None:
        return _training_from_table(request, priors)
    mixed = request.packed or any(run.packed for run in chosen.runs)
    packed = packing(request, priors) if mixed else UNPACKED
    speed = of_runs([_seconds_per_row(run, request, packed) for run in chosen.runs], chosen.tier)
    at_once = rows_per_step(request.batch_size, request.grad_accum)
    groups = (chosen.runs, of_model(request.model, priors), priors)
    parts = parts_of(request, request.samples, at_once, speed.median, packed, groups)
    floor = _at_least(chosen, parts.epochs * parts.steps_per_epoch)
    return _answer(
        chosen,
        widened(Spread(parts.total, speed.own, speed.shared), packed.sigma),
        inputs_text(request, parts, packed),
        calculation_text(request, parts, packed),
        at_least=floor,
        detail=f" ({duration(parts.epoch)} × {parts.epochs} epochs + {parts.startup:.0f} s start-up)",
    )


def evaluation_time(request: EvaluationRequest, priors: Sequence[Measurement]) -> TimeEstimate:
    """Wall time of one evaluation: start-up + samples x seconds per sample of prior evaluations of the model.

    Where nobody knows the samples, what evaluations of the same task took in all; where no evaluation was
    measured, the model's training rate over 2.5; else the seed's 1 to 5 minutes.
    """
    chosen = choose_evaluations(request, priors)
    if request.samples is None:
        return _like_other_evaluations(chosen) or _evaluation_from_table(request)
    nearest = (chosen.runs, of_model(request.model, priors, "eval"), of_model(request.model, priors), priors)
    startup = typical(nearest, lambda run: run.startup_seconds)
    rates = [rate for run in chosen.runs if (rate := seconds_per_sample(run))]
    if not rates:
        chosen = _trained(request, priors)
        rates = [(seconds_per_sample(run) or 0) / EVALUATION_SPEEDUP for run in chosen.runs]
    if not rates:
        return _evaluation_from_table(request)
    speed = of_runs(rates, chosen.tier)
    before = STARTUP_SECONDS if startup is None else startup
    total = before + request.samples * speed.median
    assumed = " (assumed, no sacct data)" if startup is None else ""
    return _answer(
        chosen,
        Spread(total, speed.own, speed.shared),
        f"{request.samples} samples, {speed.median:.3g} s per sample, startup={before:.0f}s{assumed}",
        f"{before:.0f} + {request.samples}×{speed.median:.3g} ≈ {total:.0f}s",
    )


def _seconds_per_row(run: Measurement, request: TrainingRequest, packed: Packing) -> float:
    """Seconds that a row of what is asked for would take at the run's speed."""
    seconds = (seconds_per_sample(run) or 0) * (size_factor(run, request.model) or 1)
    if bool(run.packed) == request.packed:
        return seconds
    return seconds * packed.samples_per_row if request.packed else seconds / packed.samples_per_row


def _at_least(chosen: Chosen, steps: int) -> float:
    """Seconds that unfinished runs of the same setup, and no more steps, are known to have exceeded."""
    if chosen.tier is not Tier.SAME_SETUP:
        return 0.0
    unfinished = (run for run in chosen.runs if run.outcome != "completed" and run.steps_total)
    return max(
        (run.elapsed_seconds or 0.0 for run in unfinished if (run.steps_total or 0) <= steps), default=0.0
    )


def _training_from_table(request: TrainingRequest, priors: Sequence[Measurement]) -> TimeEstimate:
    size = size_class(request.model)
    low, high = (seconds * request.epochs for seconds in size.epoch_seconds)
    spread = of_range(size.epoch_seconds)
    startup = typical((of_model(request.model, priors),), lambda run: run.startup_seconds)
    before = STARTUP_SECONDS if startup is None else startup
    total = spread.median * request.epochs + before
    per_epoch = f"{duration(size.epoch_seconds.low)} to {duration(size.epoch_seconds.high)} per epoch"
    missing = [
        name
        for name in ("samples", "batch_size")
        if getattr(request, name) is None and choose(request, priors).runs
    ]
    reason = f"prior runs, but {' and '.join(missing)} not known" if missing else "no prior runs"
    return _answer(
        _TABLE,
        Spread(total, spread.own, spread.shared),
        f"{reason}, {request.model} ({size.label}): {per_epoch}, epochs={request.epochs}",
        f"{request.epochs} × ({per_epoch}) = {duration(low)} to {duration(high)}, "
        f"in the (geometric) middle {duration(total - before)}, + {before:.0f} s start-up",
    )


def _trained(request: EvaluationRequest, priors: Sequence[Measurement]) -> Chosen:
    """The model's own unpacked training runs, for their rate."""
    asked = TrainingRequest(request.model, gpus=request.gpus, gpu_type=request.gpu_type)
    chosen = choose(asked, priors)
    near = chosen.tier in {Tier.SAME_SETUP, Tier.SAME_MODEL}
    return Chosen(Tier.TRAINING_RATE, chosen.runs) if near else _TABLE


def _like_other_evaluations(chosen: Chosen) -> TimeEstimate | None:
    """The whole time of completed evaluations of the same task, where the samples are not known."""
    done = [run for run in chosen.runs if run.outcome == "completed" and run.elapsed_seconds]
    if chosen.tier is not Tier.SAME_SETUP or not done:
        return None
    spread = of_runs([run.elapsed_seconds or 0 for run in done], chosen.tier)
    inputs = f"{len(done)} prior evaluations of the same task and model"
    return _answer(Chosen(chosen.tier, tuple(done)), spread, inputs, f"median = {spread.median:.0f}s")


def _evaluation_from_table(request: EvaluationRequest) -> TimeEstimate:
    low, high = EVALUATION_SECONDS
    inputs = f"no prior evaluations of {request.model}: typically {duration(low)} to {duration(high)}"
    spread = of_range(EVALUATION_SECONDS)
    return _answer(_TABLE, spread, inputs, f"middle of {low:.0f}s to {high:.0f}s ≈ {spread.median:.0f}s")


def _answer(
    chosen: Chosen,
    spread: Spread,
    inputs: str,
    calculation: str,
    *,
    at_least: float = 0.0,
    detail: str = "",
) -> TimeEstimate:
    p90 = max(spread.median * spread.p90_factor, at_least)
    p95 = max(spread.median * spread.p95_factor, at_least)
    request = clock_time(math.ceil(p95 / _REQUEST_STEP) * _REQUEST_STEP)
    preliminary = chosen.tier is Tier.TABLE
    result = f"Estimated {duration(spread.median)} total{detail}"
    result += f", 90th percentile {duration(p90)}, --time={request}"
    return TimeEstimate(
        median_seconds=round(spread.median, 1),
        p90_seconds=round(p90, 1),
        request=request,
        own_sigma=round(spread.own, 4),
        shared_sigma=round(spread.shared, 4),
        tier=chosen.tier,
        preliminary=preliminary,
        basis=basis_of(chosen.runs),
        inputs=inputs,
        calculation=calculation,
        result=f"{result} ({PRELIMINARY})" if preliminary else result,
    )
