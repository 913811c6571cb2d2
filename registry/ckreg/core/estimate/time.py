"""How long a job takes, from the prior runs that are nearest to it."""

import math
from collections.abc import Mapping, Sequence

from ckreg.core.estimate.formula import (
    UNKNOWN_STARTUP,
    calculation_text,
    inputs_text,
    of_model,
    parts_of,
    typical,
)
from ckreg.core.estimate.packing import packing
from ckreg.core.estimate.seed_table import EVALUATION_SECONDS, EVALUATION_SPEEDUP, size_class
from ckreg.core.estimate.setups import setup_of_request
from ckreg.core.estimate.speed import Speed, carried_over, startup
from ckreg.core.estimate.spread import Spread, added, of_range, of_runs
from ckreg.core.estimate.tiers import Chosen, choose, choose_evaluations, seconds_per_sample
from ckreg.core.estimate.twins import each_once
from ckreg.core.estimate.values import (
    PRELIMINARY,
    EvaluationRequest,
    Tier,
    TimeEstimate,
    TrainingRequest,
    basis_of,
    usable,
)
from ckreg.core.measure.measurement import Kind, Measurement
from ckreg.core.units import clock_time, duration

_TABLE = Chosen(Tier.TABLE, ())
_WORTH_SAYING = 0.05
_ONE_IN_TEN = 0.1
_LEAST_STARTUP = 1.0  # second: no job begins at once
_REQUEST_STEP = 300  # seconds: a time limit is rounded up to 5 minutes


def training_time(request: TrainingRequest, priors: Sequence[Measurement]) -> TimeEstimate:
    """Wall time of a fine-tuning run.

    start-up + epochs x (ceil(samples / (batch x accumulation x GPUs)) x seconds per step + checkpoint +
    validation), with the speed of the nearest prior runs, carried over to what is asked (`fitting.fit`).
    Without prior runs, or where nobody knows the samples or the batch size, the seed's minutes per epoch.
    """
    chosen = choose(request, priors)
    if not chosen.runs or request.samples is None or request.batch_size is None:
        return _training_from_table(request, priors)
    packed = packing(request, priors)
    speed = carried_over(request, chosen.comparable, packed, priors)
    before = startup(setup_of_request(request), [run for run in priors if run.kind == Kind.FINETUNE])
    parts = parts_of(request, request.samples, speed.spread.median, packed, before, chosen)
    floor = _at_least(chosen, parts.epochs * parts.steps_per_epoch)
    named = _named(chosen, speed)
    return _answer(
        Chosen(chosen.tier, named),
        parts.spread(speed.spread),
        inputs_text(request, parts, packed, _carried(speed, named, floor)),
        calculation_text(request, parts, packed),
        at_least=floor,
        detail=f" ({duration(parts.epoch)} × {parts.epochs} epochs + {parts.startup.median:.0f} s start-up)",
        preliminary=not speed.fitted,
        weights=speed.weights,
    )


def evaluation_time(request: EvaluationRequest, priors: Sequence[Measurement]) -> TimeEstimate:
    """Wall time of one evaluation: start-up + samples x seconds per sample of prior evaluations of the model.

    Where nobody knows the samples, what evaluations of the same task took in all; where no evaluation was
    measured, the model's training rate over 2.5; else the seed's 1 to 5 minutes.
    """
    priors = each_once(priors)
    chosen = choose_evaluations(request, priors)
    if request.samples is None:
        return _like_other_evaluations(chosen) or _evaluation_from_table(request)
    nearest = (
        (chosen.tier, chosen.runs),
        (Tier.SAME_MODEL, of_model(request.model, priors, "eval")),
        (Tier.TRAINING_RATE, of_model(request.model, priors)),
        (Tier.ACROSS, priors),
    )
    startup = typical(nearest, _before_the_samples)
    rates = [rate for run in chosen.runs if (rate := seconds_per_sample(run))]
    if not rates:
        chosen = _trained(request, priors)
        rates = [(seconds_per_sample(run) or 0) / EVALUATION_SPEEDUP for run in chosen.runs]
    if not rates:
        return _evaluation_from_table(request)
    speed = of_runs(rates, chosen.tier)
    before = startup or UNKNOWN_STARTUP
    total = added([before, Spread(request.samples * speed.median, speed.own, speed.shared)])
    assumed = " (assumed, no sacct data)" if startup is None else ""
    return _answer(
        chosen,
        total,
        f"{request.samples} samples, {speed.median:.3g} s per sample, startup={before.median:.0f}s{assumed}",
        f"{before.median:.0f} + {request.samples}×{speed.median:.3g} ≈ {total.median:.0f}s",
    )


def _named(chosen: Chosen, speed: Speed) -> tuple[Measurement, ...]:
    """The runs of the tier; of those of any model only such as weigh something."""
    if chosen.tier is not Tier.ACROSS:
        return chosen.runs
    weighty = tuple(run for run in chosen.runs if abs(speed.weights.get(run, 0.0)) >= _WORTH_SAYING)
    return weighty or chosen.runs


def _carried(speed: Speed, named: Sequence[Measurement], floor: float) -> str:
    """How much runs of other setups count and by which factors, and what was cut off."""
    others = 1 - sum(speed.weights.get(run, 0.0) for run in named)
    words = [f"runs of other setups count for {others:.0%}"] if others >= _WORTH_SAYING else []
    words += [speed.note] if speed.note else []
    words += [f"a run was cut off after {duration(floor)}"] if floor else []
    return ", ".join(words)


def _before_the_samples(run: Measurement) -> float | None:
    """Start-up as sacct tells it; of an evaluation whose log tells its whole time, what its samples leave."""
    rate = seconds_per_sample(run)
    if run.startup_seconds is not None or run.kind != Kind.EVAL:
        return run.startup_seconds
    if not (rate and run.samples_done and usable(run.elapsed_seconds)):
        return None
    return max(_LEAST_STARTUP, (run.elapsed_seconds or 0.0) - run.samples_done * rate)


def _at_least(chosen: Chosen, steps: int) -> float:
    """Seconds that unfinished runs of the same setup, and no more steps, are known to have exceeded.

    One in ten may take longer than the 90th percentile: so few say nothing of it.
    """
    unfinished = [run for run in chosen.runs if run.outcome != "completed" and run.steps_total]
    if chosen.tier is not Tier.SAME_SETUP or len(unfinished) <= _ONE_IN_TEN * len(chosen.runs):
        return 0.0
    known = [run.elapsed_seconds for run in unfinished if (run.steps_total or 0) <= steps]
    return max((seconds for seconds in known if seconds is not None and usable(seconds)), default=0.0)


def _training_from_table(request: TrainingRequest, priors: Sequence[Measurement]) -> TimeEstimate:
    size = size_class(request.model)
    low, high = (seconds * request.epochs for seconds in size.epoch_seconds)
    spread = of_range(size.epoch_seconds)
    told = ((Tier.SAME_MODEL, of_model(request.model, priors)),)
    startup = typical(told, lambda run: run.startup_seconds) or UNKNOWN_STARTUP
    total = added([startup, Spread(spread.median * request.epochs, spread.own, spread.shared)])
    per_epoch = f"{duration(size.epoch_seconds.low)} to {duration(size.epoch_seconds.high)} per epoch"
    missing = [
        name
        for name in ("samples", "batch_size")
        if getattr(request, name) is None and choose(request, priors).runs
    ]
    reason = f"prior runs, but {' and '.join(missing)} not known" if missing else "no prior runs"
    return _answer(
        _TABLE,
        total,
        f"{reason}, {request.model} ({size.label}): {per_epoch}, epochs={request.epochs}",
        f"{request.epochs} × ({per_epoch}) = {duration(low)} to {duration(high)}, "
        f"in the (geometric) middle {duration(spread.median * request.epochs)}, "
        f"+ {startup.median:.0f} s start-up",
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


def _answer(  # noqa: PLR0913  # the parts of the answer
    chosen: Chosen,
    spread: Spread,
    inputs: str,
    calculation: str,
    *,
    at_least: float = 0.0,
    detail: str = "",
    preliminary: bool = False,
    weights: Mapping[Measurement, float] | None = None,
) -> TimeEstimate:
    p90 = max(spread.median * spread.p90_factor, at_least)
    p95 = max(spread.median * spread.p95_factor, at_least)
    request = clock_time(math.ceil(p95 / _REQUEST_STEP) * _REQUEST_STEP)
    preliminary = preliminary or chosen.tier is Tier.TABLE
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
        basis=basis_of(chosen.runs, weights),
        inputs=inputs,
        calculation=calculation,
        result=f"{result} ({PRELIMINARY})" if preliminary else result,
    )
