"""What the document of a plan must show, from the plan itself: the other way to the same value."""

from collections.abc import Iterator

from ckreg.core.plan.values import Plan
from ckreg.core.resources import Resources
from ckreg.core.setting_text import Shown, setting_text
from ckreg.core.shown.values import (
    CONFIGURATION_KEYS,
    ShownCell,
    ShownDataset,
    ShownModel,
    ShownPlan,
    ShownRun,
    ShownTask,
)
from ckreg.core.spec.values import TRAINING_DEFAULTS, Setting
from ckreg.core.text import one_line


def shown_of(plan: Plan, found: Resources) -> ShownPlan:
    """The plan as its document shows it; estimates, which are no part of the plan itself, are left out."""
    spec = plan.spec
    return ShownPlan(
        name=plan.name,
        type=plan.design_type,
        question=_text(spec.question),
        total_runs=tuple(
            str(number)
            for number in (
                plan.total_runs,
                len(plan.runs),
                len(plan.controls),
                *([len(spec.checkpoints)] if spec.checkpoints else []),
            )
        ),
        factors=plan.factors,
        runs=(
            *(
                ShownRun(run.name, run.model, run.lora_rank, run.batch_size, control=False)
                for run in plan.runs
            ),
            *(ShownRun(control.name, control.model, None, None, control=True) for control in plan.controls),
            *(
                ShownRun(one.name, one.model, None, None, control=False, eval_only=True)
                for one in spec.checkpoints
            ),
        ),
        models=tuple(ShownModel(model.name, model.path) for model in found.models),
        datasets=tuple(
            ShownDataset(
                facts.label,
                facts.path,
                tuple((split.name, split.rows) for split in facts.splits),
                dataset.max_samples,
            )
            for facts, dataset in zip(found.datasets, spec.datasets, strict=True)
        ),
        tasks=tuple(
            ShownTask(task.name, task.script, task.dataset, _text(task.description))
            for task in spec.evaluation.tasks
        ),
        evaluation=(
            ("epochs to evaluate", _epochs(plan)),
            ("total evaluations", (str(len(plan.evaluations)),)),
            *_prompt(plan),
        ),
        matrix=tuple(
            ShownCell(row.run_name, task, epochs)
            for row in plan.matrix
            for task, epochs in row.cells
            if epochs is not None
        ),
        configuration=tuple(_configuration(plan)),
        checkpoints=tuple(ShownModel(one.name, one.path) for one in spec.checkpoints),
    )


def levels_of(plan: Plan, key: str) -> Shown:
    """What the runs set a key to, for each model; an ablation's variants say themselves what they change."""
    by_model = {
        model.name: tuple(dict.fromkeys(_levels(plan, key, model.name))) for model in plan.spec.models
    }
    if len(set(map(_exactly, by_model.values()))) == 1:
        return ((None, next(iter(by_model.values()))),)
    return tuple(by_model.items())


def _exactly(levels: tuple[Setting | None, ...]) -> str:
    return repr(levels)  # 1, 1.0 and true are equal


def _levels(plan: Plan, key: str, model: str) -> Iterator[Setting | None]:
    if plan.spec.is_ablation:
        yield plan.spec.training.of(model).get(key)
        return
    yield from (run.get(key) for run in plan.runs if run.model == model)


def _text(text: str | None) -> str | None:
    shown = one_line(text or "")
    return None if shown in {"", "-"} else shown


def _prompt(plan: Plan) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The prompt of every evaluation, where it is not training's."""
    prompt = plan.spec.evaluation.system_prompt
    if plan.runs and prompt is not None:
        yield "system prompt", (prompt,)


def _epochs(plan: Plan) -> tuple[str, ...]:
    """Those after which runs are evaluated; a checkpoint is evaluated as it is."""
    if not plan.runs:
        return ()
    epochs = plan.spec.evaluation.epochs
    return (epochs,) if isinstance(epochs, str) else tuple(map(str, epochs))


def _configuration(plan: Plan) -> Iterator[tuple[str, Shown]]:
    spec = plan.spec
    if not plan.runs:
        yield "system_prompt", ((None, (spec.evaluation.system_prompt or "",)),)
        return
    for key in CONFIGURATION_KEYS.values():
        yield key, _alpha(plan) if key == "lora_alpha" else levels_of(plan, key)
    for key in other_keys(plan):
        yield key, levels_of(plan, key)
    for variable in spec.variables:
        for level in variable.levels:
            if level.label:
                yield f"{variable.key} {level.label}", ((None, (level.value,)),)
    for variant in spec.variants:
        said = tuple(f"{key} {setting_text(value)}" for key, value in variant.settings)
        yield f"Variant {variant.name}", ((None, said or ("as above",)),)


def _alpha(plan: Plan) -> Shown:
    if all(run.lora_rank is None for run in plan.runs) and levels_of(plan, "lora_alpha") == (
        (None, ("auto",)),
    ):
        return ((None, (None,)),)
    return levels_of(plan, "lora_alpha")


def other_keys(plan: Plan) -> list[str]:
    """Recipe keys without a bullet in the template: those of the training, then those with one level."""
    spec = plan.spec
    others = [key for key, _ in spec.training.settings if key not in TRAINING_DEFAULTS]
    shown = {*TRAINING_DEFAULTS, *others, *(factor.factor for factor in plan.factors)}
    return [*others, *(variable.key for variable in spec.variables if variable.key not in shown)]
