"""What could be left out of a spec so that its plan takes less."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import IntEnum
from fnmatch import fnmatchcase
from typing import TypeAlias

from ckreg.core.plan.resolve import resolve
from ckreg.core.plan.values import Plan
from ckreg.core.recipes import is_lora
from ckreg.core.spec.crossing import level_text
from ckreg.core.spec.values import PerModel, Selection, Setting, Spec

_MOST_LEVELS = 20  # of one factor: each is planned and estimated anew
_ADAPTERS = "save_adapter_weights_only"  # torchtune's key
_ALWAYS_NAMED = {"model", "lora_rank"}  # in a run's name even where there is one level only


class Loss(IntEnum):
    """What a change costs the design, the least first."""

    CHECKPOINTS = 0
    EPOCHS_EVALUATED = 1
    CONTROL_TASKS = 2
    CONTROLS = 3
    EPOCHS_TRAINED = 4
    LEVELS = 5


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the spec: in words, and as a function that leaves a spec alone where it does not apply."""

    loss: Loss
    text: str
    apply: Callable[[Spec], Spec]


Ladder: TypeAlias = tuple[Change, ...]


def ladders_of(plan: Plan) -> Iterator[Ladder]:
    """Every change that lies in the plan's spec; those of one ladder replace each other, smallest first."""
    yield from ((change,) for change in _adapters_only(plan))
    yield from ((change,) for change in _fewer_evaluations(plan))
    yield from _fewer_epochs(plan)
    yield from ((change,) for change in _fewer_levels(plan))


def _adapters_only(plan: Plan) -> Iterator[Change]:
    def apply(spec: Spec) -> Spec:
        return replace(spec, training=spec.training.with_setting(_ADAPTERS, value=True))

    if plan.runs and all(is_lora(run.recipe) for run in plan.runs):
        yield Change(Loss.CHECKPOINTS, f"training.{_ADAPTERS}: true", apply)


def _fewer_evaluations(plan: Plan) -> Iterator[Change]:
    tasks = plan.spec.evaluation.tasks
    if tasks:
        yield Change(Loss.EPOCHS_EVALUATED, "evaluation.epochs: last", _last_epoch)
    if plan.controls and tasks:
        if len(tasks) > 1:
            words = f"evaluation.matrix: base models on {tasks[0].name} only"
            yield Change(Loss.CONTROL_TASKS, words, _first_task_of_controls)
        yield Change(Loss.CONTROLS, "controls.base_models: false", _no_controls)


def _last_epoch(spec: Spec) -> Spec:
    lines = tuple(replace(line, epochs=None) for line in spec.evaluation.matrix)
    return replace(spec, evaluation=replace(spec.evaluation, epochs="last", matrix=lines))


def _first_task_of_controls(spec: Spec) -> Spec:
    """The evaluations of fine-tuned runs as they are, those of base models on the first task only."""
    first = spec.evaluation.tasks[0].name
    plan = resolve(spec, spec.date or date.min)
    controls = {control.name for control in plan.controls}
    matrix = tuple(
        Selection(row.run_name, (first,)) if row.run_name in controls else replace(line, runs=row.run_name)
        for line in spec.evaluation.matrix or (Selection("*"),)
        for row in plan.matrix
        if fnmatchcase(row.run_name, line.runs)
        and (row.run_name not in controls or first in (line.tasks or (first,)))
    )
    return replace(spec, evaluation=replace(spec.evaluation, matrix=matrix))


def _no_controls(spec: Spec) -> Spec:
    return replace(spec, base_models=False)


def _fewer_epochs(plan: Plan) -> Iterator[Ladder]:
    spec = plan.spec
    varied = {variable.key for variable in spec.variables}
    varied |= {key for variant in spec.variants for key, _ in variant.settings}
    listed = (spec.evaluation.epochs, *(line.epochs for line in spec.evaluation.matrix))
    lowest = 1 + max((max(chosen) for chosen in listed if isinstance(chosen, tuple)), default=0)
    most = max((run.epochs for run in plan.runs), default=0)
    if most > lowest and "epochs" not in varied:
        yield tuple(_train_at_most(epochs) for epochs in range(most - 1, lowest - 1, -1))


def _train_at_most(most: int) -> Change:
    def fewer(value: Setting) -> Setting:
        return min(value, most) if isinstance(value, int) else value

    def apply(spec: Spec) -> Spec:
        value = dict(spec.training.settings)["epochs"]
        if isinstance(value, PerModel):
            return replace(
                spec,
                training=spec.training.with_setting(
                    "epochs", PerModel(tuple((model, fewer(epochs)) for model, epochs in value.values))
                ),
            )
        return replace(spec, training=spec.training.with_setting("epochs", fewer(value)))

    return Change(Loss.EPOCHS_TRAINED, f"training.epochs: {most}", apply)


def _fewer_levels(plan: Plan) -> Iterator[Change]:
    for factor in plan.factors:
        # Where the last level leaves the names of the runs, a matrix that names it would select nothing.
        if plan.spec.evaluation.matrix and len(factor.levels) <= 2 and factor.factor not in _ALWAYS_NAMED:  # noqa: PLR2004
            continue
        for level in factor.levels[:_MOST_LEVELS]:
            yield Change(Loss.LEVELS, f"{factor.factor} without {level}", _without(factor.factor, level))


def _without(factor: str, level: str) -> Callable[[Spec], Spec]:
    def apply(spec: Spec) -> Spec:
        changed = replace(
            spec,
            models=tuple(one for one in spec.models if (factor, level) != ("model", one.name)),
            datasets=tuple(
                one for one in spec.datasets if (factor, level) != ("dataset", one.label or one.path)
            ),
            variables=tuple(
                replace(
                    variable,
                    levels=tuple(
                        one for one in variable.levels if (factor, level) != (variable.key, level_text(one))
                    ),
                )
                for variable in spec.variables
            ),
            variants=tuple(one for one in spec.variants if (factor, level) != ("variant", one.name)),
        )
        return changed if _is_whole(changed, spec) else spec

    return apply


def _is_whole(changed: Spec, spec: Spec) -> bool:
    """Whether every factor that the spec had has a level left."""
    left = (changed.models, changed.datasets, changed.variants)
    had = (spec.models, spec.datasets, spec.variants)
    of_each = all(after or not before for after, before in zip(left, had, strict=True))
    return of_each and all(variable.levels for variable in changed.variables)
