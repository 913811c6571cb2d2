"""Which prior runs an estimate rests on: the nearest tier that has any."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ckreg.core.estimate.seed_table import billions
from ckreg.core.estimate.setups import base_name
from ckreg.core.estimate.values import EvaluationRequest, Tier, TrainingRequest, usable
from ckreg.core.measure.measurement import Measurement
from ckreg.core.recipes import is_lora

_FURTHEST = 10.0


class Chosen(NamedTuple):
    """The runs of one tier; none for the table. `comparable` are those of the tiers further off as well."""

    tier: Tier
    runs: tuple[Measurement, ...]
    comparable: tuple[Measurement, ...] = ()


def choose(request: TrainingRequest, priors: Iterable[Measurement]) -> Chosen:
    """The fine-tuning runs nearest to what is asked; their speed counts however they ended.

    What neither a log nor the request says (a GPU's type, a recipe, a rank) keeps no run out, but runs on a
    GPU known to be the same go before those on an unknown one.
    """
    trained = [run for run in priors if run.kind == "finetune" and usable(seconds_per_sample(run))]
    near = [run for run in trained if is_model(run, request.model) and _same_method(run, request)]
    near = [run for run in near if may_equal(run.gpu_type, request.gpu_type)]
    near = [run for run in near if bool(run.packed) == request.packed]
    near = same_gpu_first(near, request.gpu_type)
    comparable = _comparable(trained, request.model)
    tiers = (
        (Tier.SAME_SETUP, [run for run in near if _same_setup(run, request)]),
        (Tier.SAME_MODEL, near),
        (Tier.ACROSS, comparable),
    )
    for tier, runs in tiers:
        if runs:
            return Chosen(tier, tuple(runs), tuple(comparable))
    return Chosen(Tier.TABLE, ())


def _same_setup(run: Measurement, request: TrainingRequest) -> bool:
    return (
        run.batch_size == request.batch_size
        and (run.grad_accum or 1) == request.grad_accum
        and (run.n_gpus or 1) == request.gpus
        and may_equal(run.recipe, request.recipe)
        and (request.lora_rank is None or run.lora_rank is None or run.lora_rank == request.lora_rank)
    )


def _same_method(run: Measurement, request: TrainingRequest) -> bool:
    """Whether both train adapters only, or both all weights; a recipe that is not known keeps no run out."""
    return None in {run.recipe, request.recipe} or is_lora(run.recipe) == is_lora(request.recipe)


def _comparable(trained: Sequence[Measurement], model: str) -> list[Measurement]:
    """The runs whose speed a factor of sizes may carry over to the model.

    None where a name tells no size, nor where all sizes are more than ten times apart: small models do not
    keep a GPU busy, large ones run on another number of them. Where one is nearer, those further off tell how
    speed grows with size.
    """
    asked = billions(model)
    sizes = [(run, billions(run.model or "")) for run in trained]
    known = [run for run, size in sizes if is_model(run, model) or (asked and size)]
    near = any(is_model(run, model) or _is_near(asked, size) for run, size in sizes)
    return known if near else []


def _is_near(asked: float | None, size: float | None) -> bool:
    return bool(asked and size) and 1 / _FURTHEST <= (asked or 0) / (size or 1) <= _FURTHEST


def is_model(run: Measurement, model: str) -> bool:
    """Whether the run was of this model, however its name is written, or evaluated a fine-tune of it."""
    return run.model is not None and base_name(run.model) == base_name(model)


def may_equal(known: str | None, asked: str | None) -> bool:
    """Whether two names are the same or one of them is not known."""
    return known is None or asked is None or known.casefold() == asked.casefold()


def same_gpu_first(runs: list[Measurement], gpu_type: str | None) -> list[Measurement]:
    """Only those on a GPU known to be of this type, where there are any."""
    if gpu_type is None:
        return runs
    return [run for run in runs if run.gpu_type and run.gpu_type.casefold() == gpu_type.casefold()] or runs


def rows_per_step(batch_size: int, grad_accum: int | None) -> int:
    """Rows of the dataset that each GPU takes in one optimiser step."""
    return batch_size * (grad_accum or 1)


def seconds_per_sample(run: Measurement) -> float | None:
    """The run's own rate on each of its GPUs, in seconds per row of its dataset (a packed row counts once).

    In data parallelism every GPU takes its own rows at this rate; what they say to each other is in it.
    `None` where the log gives no rate, or one over all of a number of GPUs that it does not say.
    """
    if run.seconds_per_step and usable(run.seconds_per_step) and run.batch_size:
        return run.seconds_per_step / rows_per_step(run.batch_size, run.grad_accum)
    gpus_known = run.n_gpus or "distributed" not in (run.recipe or "")
    rate = run.samples_per_second
    return max(1, run.n_gpus or 1) / rate if rate and usable(rate) and gpus_known else None


def choose_evaluations(request: EvaluationRequest, priors: Iterable[Measurement]) -> Chosen:
    """Prior evaluations of the same task and model, then of the same model."""
    evaluated = [
        run
        for run in priors
        if run.kind == "eval" and is_model(run, request.model) and may_equal(run.gpu_type, request.gpu_type)
    ]
    evaluated = same_gpu_first(evaluated, request.gpu_type)
    same_task = [run for run in evaluated if request.task and _is_task(run, request.task)]
    if same_task:
        return Chosen(Tier.SAME_SETUP, tuple(same_task))
    return Chosen(Tier.SAME_MODEL, tuple(evaluated)) if evaluated else Chosen(Tier.TABLE, ())


def _is_task(run: Measurement, task: str) -> bool:
    return run.dataset is not None and run.dataset.casefold() == task.casefold()
