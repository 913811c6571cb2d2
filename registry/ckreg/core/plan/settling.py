"""Settles what a spec leaves open: full paths, and batch sizes that are to be estimated."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from ckreg.core.resources import BUILT_IN_TASKS, Resources
from ckreg.core.spec.crossing import cross
from ckreg.core.spec.values import PerModel, Setting, Spec, Task

FullPath = Callable[[str], str]


def with_full_paths(spec: Spec, full: FullPath) -> Spec:
    """The same with every path made whole by `full`; built-in tasks are no paths."""
    return replace(
        spec,
        models=tuple(replace(model, path=full(model.path) if model.path else None) for model in spec.models),
        checkpoints=tuple(replace(one, path=full(one.path)) for one in spec.checkpoints),
        datasets=tuple(replace(dataset, path=full(dataset.path)) for dataset in spec.datasets),
        evaluation=replace(spec.evaluation, tasks=tuple(_task(task, full) for task in spec.evaluation.tasks)),
    )


def _task(task: Task, full: FullPath) -> Task:
    script = task.script if task.script.startswith(BUILT_IN_TASKS) else full(task.script)
    return replace(task, script=script, dataset=full(task.dataset) if task.dataset else None)


def wanted_splits(spec: Spec) -> dict[str | None, tuple[str, ...] | None]:
    """The splits that each dataset must have, by its label; None: one to train on.

    `auto`: training needs one, and validation during training the other; evaluation alone needs none of them.
    """
    validated = any(run.validation for run in cross(spec))
    auto: tuple[str, ...] | None = ("train", "validation") if validated else None if spec.trains else ()
    return {dataset.label: dataset.splits or auto for dataset in spec.datasets}


def with_model_paths(spec: Spec, resources: Resources) -> Spec:
    """The same with the folders in which the models were looked for."""
    looked_for = {facts.name: facts.path for facts in resources.models if facts.path != facts.name}
    return replace(
        spec,
        models=tuple(replace(model, path=looked_for.get(model.name, model.path)) for model in spec.models),
    )


def with_batch_sizes(spec: Spec, chosen: Mapping[str, int]) -> Spec:
    """The same with the batch sizes that were chosen, by model."""
    if not chosen:
        return spec
    sizes: dict[str, Setting] = {
        model.name: chosen.get(model.name, spec.training.of(model.name)["batch_size"])
        for model in spec.models
    }
    same = len(set(sizes.values())) == 1
    value = next(iter(sizes.values())) if same else PerModel(tuple(sizes.items()))
    return replace(spec, training=spec.training.with_setting("batch_size", value))
