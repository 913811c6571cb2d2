"""A spec as the text of a `spec.yaml` with every default filled in; read back it is the same spec."""

import io
from collections.abc import Iterable

from ruamel.yaml import YAML
from ruamel.yaml.nodes import Node
from ruamel.yaml.representer import SafeRepresenter

from ckreg.core.spec.values import (
    Checkpoint,
    Dataset,
    Epochs,
    Evaluation,
    Model,
    PerModel,
    Selection,
    Setting,
    Spec,
    Task,
    Variable,
)

_WIDEST_LINE = 10_000


class _Section(dict[str, object]):
    """A mapping with a line for every key, where others stand on one line."""


class _Representer(SafeRepresenter):
    """Writes sections as such, and text that is more than one printable line with escapes."""

    def represent_section(self, section: _Section) -> Node:
        return self.represent_mapping("tag:yaml.org,2002:map", section, flow_style=False)

    def represent_text(self, text: str) -> Node:
        # Plain and single-quoted text folds NEL, U+2028 and their like into spaces; plain text that begins
        # with a mark may mean something in a flow mapping, as `?0` does.
        plain = text[:1].isalnum() or text[:1] in {"/", ".", "_"}
        style = '"' if not text.isprintable() else None if plain else "'"
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Representer.add_representer(_Section, _Representer.represent_section)
_Representer.add_representer(str, _Representer.represent_text)


def dump_spec(spec: Spec) -> str:
    """The spec as YAML 1.2, in the order of the keys' description; the same spec gives the same bytes."""
    yaml = YAML(typ="safe", pure=True)
    yaml.Representer = _Representer
    yaml.default_flow_style = None
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]  # ruamel annotates no such thing
    yaml.width = _WIDEST_LINE
    out = io.StringIO()
    yaml.dump(spec_tree(spec), out)
    return out.getvalue()


def spec_tree(spec: Spec) -> dict[str, object]:
    """The spec as mappings, lists and scalars with every default filled in; read back it is the same spec."""
    tree: dict[str, object | None] = {
        "task": spec.task,
        "factor": spec.factor,
        "question": spec.question,
        "date": spec.date,
        "design": "ablation" if spec.is_ablation else None,
        "models": [_model(model) for model in spec.models] or None,
        "checkpoints": [_checkpoint(checkpoint) for checkpoint in spec.checkpoints] or None,
        "dataset": _datasets(spec.datasets) if spec.datasets else None,
        "variables": {variable.key: _levels(variable) for variable in spec.variables} or None,
        "variants": {variant.name: _settings(variant.settings) for variant in spec.variants} or None,
        "controls": _Section(base_models=spec.base_models),
        "training": _Section(_settings(spec.training.settings)) if spec.trains else None,
        "evaluation": _evaluation(spec.evaluation),
        "exclude": list(spec.exclude) or None,
        "notes": spec.notes,
    }
    return _given(tree)


def _given(tree: dict[str, object | None]) -> dict[str, object]:
    return {key: value for key, value in tree.items() if value is not None}


def _model(model: Model) -> object:
    return model.name if model.path is None else {"name": model.name, "path": model.path}


def _checkpoint(checkpoint: Checkpoint) -> dict[str, object]:
    return _given(
        {
            "name": checkpoint.name,
            "path": checkpoint.path,
            "model": checkpoint.model,
            "epoch": checkpoint.epoch,
        }
    )


def _datasets(datasets: tuple[Dataset, ...]) -> dict[str, object]:
    if datasets[0].label is None:
        return _dataset(datasets[0])
    return {str(dataset.label): _dataset(dataset) for dataset in datasets}


def _dataset(dataset: Dataset) -> dict[str, object]:
    splits: object = "auto" if dataset.splits is None else list(dataset.splits)
    return _given({"path": dataset.path, "splits": splits, "max_samples": dataset.max_samples})


def _levels(variable: Variable) -> object:
    if any(level.label is not None for level in variable.levels):
        return {str(level.label): _plain(level.value) for level in variable.levels}
    return [_plain(level.value) for level in variable.levels]


def _settings(settings: Iterable[tuple[str, Setting | PerModel]]) -> dict[str, object]:
    return {key: _setting(value) for key, value in settings}


def _setting(value: Setting | PerModel) -> object:
    if isinstance(value, PerModel):
        return {model: _plain(of_model) for model, of_model in value.values}
    return _plain(value)


def _plain(value: Setting) -> object:
    return list(value) if isinstance(value, tuple) else value


def _evaluation(evaluation: Evaluation) -> dict[str, object]:
    matrix: object = [_selection(line) for line in evaluation.matrix] or "all"
    tasks = [_task(task) for task in evaluation.tasks] or None
    return _given(
        {
            "tasks": tasks,
            "epochs": _epochs(evaluation.epochs),
            "matrix": matrix,
            "system_prompt": evaluation.system_prompt,
        }
    )


def _task(task: Task) -> dict[str, object]:
    return _given(
        {
            "name": task.name,
            "script": task.script,
            "dataset": task.dataset,
            "description": task.description,
        }
    )


def _epochs(epochs: Epochs | None) -> object | None:
    return list(epochs) if isinstance(epochs, tuple) else epochs


def _selection(line: Selection) -> dict[str, object]:
    tasks = None if line.tasks is None else list(line.tasks)
    return _given({"runs": line.runs, "tasks": tasks, "epochs": _epochs(line.epochs)})
