"""The answers that a spec comes from, as defaults for a plan that is like it."""

from collections.abc import Iterator
from dataclasses import replace

from ckreg.core.naming import short
from ckreg.core.spec.values import PerModel, Setting, Spec, Variable
from ckreg.core.wizard.designing import ABLATION, DATASETS, KEYS, MODELS, NOTHING, RANKS, SIZES
from ckreg.core.wizard.evaluating import SELECTIVE, SPECIFIC
from ckreg.core.wizard.resourcing import ALL, SAME
from ckreg.core.wizard.training import EMPTY
from ckreg.core.wizard.values import NO, NONE, YES
from ckreg.errors import UsageError

_ASKED = ("epochs", "gpus", "validation", "recipe", "lora_rank", "batch_size", "packed")


def answers_of(spec: Spec, models_dir: str | None = None) -> dict[str, str]:
    """What somebody would have answered for this spec; name and date are proposed anew.

    Models in `models_dir` are answered by their names, others by their paths.

    Raises:
        UsageError: nothing is trained in it, and the questions are about training.
    """
    if not spec.trains:
        raise UsageError(
            "it evaluates checkpoints and trains nothing, which no question is about; "
            "`ckreg design --from EXPERIMENT` starts from its spec"
        )
    named = tuple(
        replace(model, path=None) if model.path == f"{models_dir}/{model.name}" else model
        for model in spec.models
    )
    spec = replace(spec, models=named)
    return {key: words for part in (_design, _resources, _training, _evaluation) for key, words in part(spec)}


def _design(spec: Spec) -> Iterator[tuple[str, str]]:
    varied = [variable for variable in spec.variables if len(variable.levels) > 1]
    keys = [variable for variable in varied if variable.key != "lora_rank"]
    several_data = len({dataset.path for dataset in spec.datasets}) > 1
    sizes = len({dataset.max_samples for dataset in spec.datasets}) > 1
    factors = {
        RANKS: len(varied) > len(keys),
        MODELS: len(spec.models) > 1,
        DATASETS: several_data,
        SIZES: sizes,
        KEYS: bool(keys),
        ABLATION: spec.is_ablation,
    }
    yield "vary", ", ".join(name for name, holds in factors.items() if holds) or NOTHING
    yield "question", " ".join(spec.question.split())
    for variable in varied:
        yield ("ranks" if variable.key == "lora_rank" else f"levels.{variable.key}"), _levels(variable)
    if keys:
        yield "keys", ", ".join(variable.key for variable in keys)
    if spec.is_ablation:
        yield "variants", ", ".join(variant.name for variant in spec.variants)
    for variant in spec.variants:
        yield f"variant.{variant.name}", _pairs(variant.settings) or NONE
    yield "controls", YES if spec.base_models else NO


def _levels(variable: Variable) -> str:
    if all(level.label is None for level in variable.levels):
        return ", ".join(_text(level.value) for level in variable.levels)
    return "; ".join(f"{level.label}={_text(level.value)}" for level in variable.levels)


def _resources(spec: Spec) -> Iterator[tuple[str, str]]:
    yield "models", ", ".join(model.path or model.name for model in spec.models)
    paths = list(dict.fromkeys(dataset.path for dataset in spec.datasets))
    yield "datasets", ", ".join(paths)
    sizes = dict.fromkeys(dataset.max_samples for dataset in spec.datasets)
    if len(sizes) > 1:
        yield "sizes", ", ".join(ALL if size is None else str(size) for size in sizes)
    elif len(paths) > 1:
        yield "labels", ", ".join(str(dataset.label) for dataset in spec.datasets)
    tasks = spec.evaluation.tasks
    yield "tasks", ", ".join(task.script for task in tasks) or NONE
    for place, task in enumerate(tasks):
        yield f"task.{place}.name", task.name
        yield f"task.{place}.dataset", SAME if task.dataset in {None, *paths} else str(task.dataset)
        yield f"task.{place}.description", " ".join((task.description or NONE).split())


def _training(spec: Spec) -> Iterator[tuple[str, str]]:
    fixed: dict[str, Setting | PerModel] = dict(spec.training.settings)
    fixed |= {one.key: one.levels[0].value for one in spec.variables if len(one.levels) == 1}
    for key in _ASKED:
        if key in fixed:
            yield key, _value(fixed[key])
    if "system_prompt" in fixed:
        yield "system_prompt", _value(fixed["system_prompt"])
    others = [
        (key, value)
        for key, value in fixed.items()
        if key not in {*_ASKED, "system_prompt"}
        and not isinstance(value, PerModel)
        and (key, value) != ("lora_alpha", "auto")
    ]
    yield "others", _pairs(others) or NONE


def _evaluation(spec: Spec) -> Iterator[tuple[str, str]]:
    epochs = spec.evaluation.epochs
    yield "evaluated", SPECIFIC if isinstance(epochs, tuple) else epochs
    if isinstance(epochs, tuple):
        yield "evaluated_epochs", ", ".join(map(str, epochs))
    yield "matrix", SELECTIVE if spec.evaluation.matrix else ALL
    for place, task in enumerate(spec.evaluation.tasks if spec.evaluation.matrix else ()):
        lines = [
            line.runs for line in spec.evaluation.matrix if line.tasks is None or task.name in line.tasks
        ]
        yield f"runs.{place}", ", ".join(lines) or NONE


def _value(value: Setting | PerModel) -> str:
    if isinstance(value, PerModel):
        return _pairs(value.values)
    if isinstance(value, bool):
        return YES if value else NO
    return _text(value) or EMPTY


def _pairs(pairs: object) -> str:
    return ", ".join(f"{key}={_text(value)}" for key, value in pairs)  # type: ignore[attr-defined]  # filled in below


def _text(value: Setting) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(short, value))}]"
    return " ".join(short(value).split())
