"""A plan as cruijff_kit's `experiment_summary.yaml`: an imported one with what has changed, or a new one."""

import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import PurePosixPath
from typing import NamedTuple

from ruamel.yaml import YAML

from ckreg.core.cruijff_kit.reading import SPEC_KEYS, read_cruijff_kit
from ckreg.core.cruijff_kit.renames import with_current_keys
from ckreg.core.cruijff_kit.runs import CONTROL, EVAL_ONLY, FINE_TUNED
from ckreg.core.cruijff_kit.strategy import SAME
from ckreg.core.cruijff_kit.trees import Tree, section
from ckreg.core.plan import Plan, resolve
from ckreg.core.plan.settling import FullPath, with_full_paths
from ckreg.core.spec import Spec
from ckreg.core.spec.crossing import Run
from ckreg.core.spec.document import parse
from ckreg.core.spec.values import Checkpoint, PerModel, Setting

_ORIGINAL = "the imported plan"
_WIDEST_LINE = 10_000
# Recipe keys that stand elsewhere, or are ckreg's own way to say that nothing is set.
_NOT_CONTROLS = ("gpus", "system_prompt")
_KEPT_DEFAULTS: dict[str, Setting] = {"lora_alpha": "auto", "packed": True, "validation": False}
# What cruijff_kit requires and no plan of ckreg says.
REQUIRED = (
    "experiment.project",
    "controls.dataset_type",
    "controls.gradient_accumulation_steps",
    "models.base[].size_gb",
    "data.training.size_kb",
    "data.training.splits",
    "output.wandb_project",
    "evaluation.scorers",
)


class Given(NamedTuple):
    """The YAML text, and what cruijff_kit requires that is still to be filled in."""

    text: str
    missing: tuple[str, ...] = ()


def given_back(plan: Plan, folder: str, original: str | None, full: FullPath) -> Given:
    """The plan for cruijff_kit; `original` is the file that it was imported from, if any.

    `folder` is the experiment's; `full` makes the original's paths whole, as the plan has them.

    What was imported and has not changed is given back to the byte; where the plan has changed, the file's
    values do, and all that ckreg has no place for is as it was.

    Raises:
        MalformedError: the original cannot be read any more.
    """
    now = _tree(plan, folder)
    if original is None:
        return Given(_dumped(now), REQUIRED)
    imported = resolve(with_full_paths(read_cruijff_kit(original, _ORIGINAL), full), date.min)
    before = _tree(imported, folder if imported.name == plan.name else "")
    if before == now:
        return Given(original)
    source = with_current_keys(section(parse(original, "yaml", _ORIGINAL).tree))
    return Given(_dumped(_patched(source, before, now)))


def _dumped(tree: object) -> str:
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = None
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]  # ruamel annotates no such thing
    yaml.width = _WIDEST_LINE
    out = io.StringIO()
    yaml.dump(tree, out)
    return out.getvalue()


def _patched(original: object, before: object, now: object) -> object:
    """The original with what differs between `before` and `now`; lists of named entries by their names."""
    if before == now:
        return original
    if isinstance(original, Mapping) and isinstance(before, Mapping) and isinstance(now, Mapping):
        kept = {
            key: _patched(value, before.get(key), now[key]) if key in now else value
            for key, value in original.items()
            if key in now or key not in before
        }
        return {
            **kept,
            **{key: value for key, value in now.items() if key not in original and before.get(key) != value},
        }
    if (
        isinstance(original, list)
        and isinstance(before, list)
        and isinstance(now, list)
        and all(map(_name, now))
    ):
        sources, earlier = _by_name(original), _by_name(before)
        return [
            _patched(sources[name], earlier.get(name), entry) if name in sources else entry
            for name, entry in _by_name(now).items()
        ]
    return now


def _name(entry: object) -> str | None:
    return str(entry.get("name", entry.get("run"))) if isinstance(entry, Mapping) else None


def _by_name(entries: Iterable[object]) -> dict[str | None, object]:
    return {_name(entry): entry for entry in entries}


def _tree(plan: Plan, folder: str) -> dict[str, object]:
    spec = plan.spec
    return {
        "experiment": {
            "name": plan.name,
            "project": spec.task,
            "question": spec.question,
            "date": spec.date.isoformat() if spec.date else None,
            "dir": folder,
        },
        "tools": {"preparation": "torchtune", "evaluation": "inspect-ai"},
        "variables": {_key(one.key): [_plain(level.value) for level in one.levels] for one in spec.variables},
        "controls": dict(_controls(spec)),
        "models": {"base": [{"name": model.name, "path": model.path} for model in spec.models]},
        "data": {"training": _dataset(spec)} if spec.datasets else {},
        "runs": [
            *map(_run, [plan] * len(plan.runs), plan.runs),
            *_controls_of(plan),
            *map(_checkpoint, spec.checkpoints),
        ],
        "evaluation": {"tasks": list(_tasks(spec)), "matrix": list(_matrix(plan))},
    }


def _key(key: str) -> str:
    return next((theirs for theirs, ours in SPEC_KEYS.items() if ours == key), key)


def _plain(value: Setting | PerModel) -> object:
    if isinstance(value, PerModel):
        return _plain(value.values[0][1])
    return list(value) if isinstance(value, tuple) else value


def _controls(spec: Spec) -> Iterator[tuple[str, object]]:
    settings = dict(spec.training.settings)
    evaluated = "" if spec.trains else spec.evaluation.system_prompt or ""
    yield "system_prompt", _plain(settings.get("system_prompt", evaluated))
    for one in spec.variables:
        if one.key in {"epochs", "batch_size"}:  # required there, even where they vary
            yield one.key, _plain(one.levels[0].value)
    for key, value in settings.items():
        if key not in _NOT_CONTROLS and _KEPT_DEFAULTS.get(key) != value:
            yield _key(key), _plain(value)


def _dataset(spec: Spec) -> Tree:
    path = PurePosixPath(spec.datasets[0].path)
    return {"path": str(path), "dataset_label": path.stem, "format": path.suffix.removeprefix(".")}


def _run(plan: Plan, run: Run) -> Tree:
    spec = plan.spec
    varied = [variable.key for variable in spec.variables]
    varied += [key for variant in spec.variants for key, _ in variant.settings]
    varied += [key for key, value in spec.training.settings if isinstance(value, PerModel)]
    chosen = {_key(key): _plain(value) for key, value in run.settings if key in varied}
    compute = {"compute": {"gpus": run.gpus}} if run.gpus > 1 else {}
    return {"name": run.name, "type": FINE_TUNED, "model": run.model, "parameters": chosen, **compute}


def _controls_of(plan: Plan) -> Iterator[Tree]:
    for control in plan.controls:
        yield {"name": control.name, "type": CONTROL, "model": control.model, "parameters": {}}


def _checkpoint(checkpoint: Checkpoint) -> Tree:
    epoch = {} if checkpoint.epoch is None else {"epoch": checkpoint.epoch}
    parameters = {"checkpoint_path": checkpoint.path, **epoch}
    return {"name": checkpoint.name, "type": EVAL_ONLY, "model": checkpoint.model, "parameters": parameters}


def _tasks(spec: Spec) -> Iterator[Tree]:
    paths = {dataset.path for dataset in spec.datasets}
    for task in spec.evaluation.tasks:
        dataset = SAME if task.dataset in {None, *paths} else task.dataset
        yield {
            "name": task.name,
            "script": task.script,
            "dataset": dataset,
            "description": task.description or task.name,
        }


def _matrix(plan: Plan) -> Iterator[Tree]:
    """A line a run and set of epochs; a base model has null for its epochs."""
    for row in plan.matrix:
        by_epochs: dict[tuple[str, ...], list[str]] = {}
        for task, epochs in row.cells:
            if epochs is not None:
                by_epochs.setdefault(epochs, []).append(task)
        for epochs, tasks in by_epochs.items():
            numbers = [int(epoch) if epoch.isdecimal() else epoch for epoch in epochs]
            yield {"run": row.run_name, "tasks": tasks, "epochs": numbers or None}
