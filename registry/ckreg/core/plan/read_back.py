"""From the plan that a document shows to the tree of a spec that would make it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from ckreg.core.markdown import unmarked
from ckreg.core.plan.resolve import resolve
from ckreg.core.setting_text import Shown, read_setting
from ckreg.core.shown.values import ShownDataset, ShownPlan
from ckreg.core.spec import Spec, faults_of, spec_of
from ckreg.core.spec.values import Setting

_DATED = re.compile(r"(?P<name>.+?)_(?P<date>\d{4}-\d\d-\d\d)")
_PARTS = re.compile(r"(?P<task>.+?)_(?P<factor>[A-Za-z0-9].*)")
_VARIANT = "Variant "
_NOT_VARIABLES = ("model", "dataset", "variant")
_LORA_RANK = "lora_rank"

Tree = dict[str, object]


@dataclass(frozen=True, slots=True)
class Said:
    """What a document shows, by the questions that a spec answers."""

    shown: ShownPlan

    @property
    def configuration(self) -> Mapping[str, Shown]:
        """Every setting of Configuration by its key; of two the first."""
        return dict(reversed(self.shown.configuration))

    @property
    def factors(self) -> Mapping[str, tuple[str, ...]]:
        """The levels of every factor that is a recipe key."""
        return {
            unmarked(factor.factor): factor.levels
            for factor in self.shown.factors
            if unmarked(factor.factor) not in _NOT_VARIABLES
        }

    @property
    def variants(self) -> Mapping[str, Tree]:
        """What each variant of an ablation sets."""
        return {
            key.removeprefix(_VARIANT): _variant(said)
            for key, said in self.shown.configuration
            if key.startswith(_VARIANT)
        }

    @property
    def models(self) -> tuple[str, ...]:
        """The base models by name."""
        named = tuple(model.name for model in self.shown.models)
        others = (run.model for run in self.shown.runs if run.model and not run.eval_only)
        return named or tuple(dict.fromkeys(others))

    @property
    def trains(self) -> bool:
        """Whether a run is trained, rather than checkpoints evaluated alone."""
        return not self.shown.checkpoints or any(
            not (run.control or run.eval_only) for run in self.shown.runs
        )


def spec_tree_of(said: Said, spec: Spec | None) -> Tree:
    """The tree of the spec; a `spec` that is there says what a name does not: where its task ends."""
    shown = said.shown
    controls = any(run.control for run in shown.runs)
    tree: Tree = {
        **_name(shown.name or "", spec),
        "question": shown.question,
        "models": _models(said) or None,
        "dataset": _datasets(shown.datasets),
        "checkpoints": _checkpoints(shown) or None,
        "design": "ablation" if said.variants else None,
        "variables": {key: _levels(key, levels, said) for key, levels in said.factors.items()} or None,
        "variants": dict(said.variants) or None,
        "controls": {"base_models": controls},
        "training": dict(_training(said)) if said.trains else None,
        "evaluation": _evaluation(said),
    }
    tree = {key: value for key, value in tree.items() if value is not None}
    if left_out := _left_out(tree, shown):
        tree["exclude"] = left_out
    if shown.tasks and not _shows(tree, shown):
        tree["evaluation"] = {**_evaluation(said), "matrix": list(_matrix(shown))}
    return tree


def _name(name: str, spec: Spec | None) -> Tree:
    found = _DATED.fullmatch(name)
    bare, dated = (found["name"], found["date"]) if found else (name, None)
    if spec and bare == f"{spec.task}_{spec.factor}":
        return {"task": spec.task, "factor": spec.factor, "date": dated}
    parts = _PARTS.fullmatch(bare)
    task, factor = (parts["task"], parts["factor"]) if parts else (bare or None, None)
    return {"task": task, "factor": factor, "date": dated}


def _models(said: Said) -> list[object]:
    # Without models_dir a model's name stands where its path would.
    paths = {model.name: model.path for model in said.shown.models if model.path != model.name}
    return [{"name": name, "path": path} if (path := paths.get(name)) else name for name in said.models]


def _checkpoints(shown: ShownPlan) -> list[Tree]:
    """The checkpoints; the epoch of one that is evaluated stands in the matrix alone."""
    models = {run.name: run.model for run in shown.runs if run.eval_only}
    epochs = {cell.run_name: cell.epochs for cell in shown.matrix if cell.epochs}
    trees: list[Tree] = []
    for one in shown.checkpoints:
        epoch = next((int(epoch) for epoch in epochs.get(one.name, ()) if epoch.isdecimal()), None)
        tree: Tree = {"name": one.name, "path": one.path, "model": models.get(one.name), "epoch": epoch}
        trees.append({key: value for key, value in tree.items() if value is not None})
    return trees


def _left_out(tree: Tree, shown: ShownPlan) -> list[str]:
    """The runs and controls that this spec would have and the document has not."""
    if not shown.runs or faults_of(tree):
        return []
    plan = resolve(spec_of(tree, ""), date.min)
    there = {run.name for run in shown.runs}
    planned = (*(run.name for run in plan.runs), *(control.name for control in plan.controls))
    return [name for name in planned if name not in there]


def _datasets(datasets: tuple[ShownDataset, ...]) -> Tree | None:
    trees = {dataset.label: _dataset(dataset) for dataset in datasets}
    if set(trees) == {None}:
        return trees[None]
    return {str(label): tree for label, tree in trees.items() if label is not None} or None


def _dataset(dataset: ShownDataset) -> Tree:
    limit: Tree = {} if dataset.max_samples is None else {"max_samples": dataset.max_samples}
    return {"path": dataset.path, **limit}


def _levels(key: str, levels: tuple[str, ...], said: Said) -> object:
    """Levels as values; where a bullet says what a label stands for, labels with theirs."""
    labelled = {level: said.configuration.get(f"{key} {level}") for level in levels}
    if all(labelled.values()):
        return {level: _plain(_one(shown)) for level, shown in labelled.items() if shown}
    return [_plain(read_setting(level)) for level in levels]


def _variant(said: Shown) -> Tree:
    parts = [str(part) for _, values in said for part in values]
    pairs = (part.partition(" ") for part in parts if part != "as above")
    return {key: _plain(read_setting(value)) for key, _, value in pairs}


def _training(said: Said) -> Iterator[tuple[str, object]]:
    """Every setting that does not vary."""
    labels = {f"{key} {level}" for key, levels in said.factors.items() for level in levels}
    for key, shown in said.configuration.items():
        if key.startswith(_VARIANT) or key in labels or key in said.factors:
            continue
        values = {model: _plain(_one(((model, levels),))) for model, levels in shown}
        if None in values:
            if values[None] is not None:
                yield key, values[None]
        elif all(value is not None for value in values.values()) and set(values) == set(said.models):
            yield key, values
    if _LORA_RANK not in said.factors and _LORA_RANK not in said.configuration:
        yield from _rank(said)


def _rank(said: Said) -> Iterator[tuple[str, object]]:
    """A rank that all runs have, which no bullet says; variants that set their own say nothing of it."""
    own = {f"_{name}_" for name, settings in said.variants.items() if _LORA_RANK in settings}
    ranks = {
        run.model: run.lora_rank
        for run in said.shown.runs
        if not (run.control or run.eval_only)
        and run.lora_rank is not None
        and not any(name in run.name for name in own)
    }
    if len(set(ranks.values())) == 1:
        yield _LORA_RANK, next(iter(ranks.values()))
    elif ranks and set(ranks) == set(said.models):
        yield _LORA_RANK, dict(ranks)


def _one(shown: Shown) -> Setting | None:
    return next((value for _, values in shown for value in values), None)


def _plain(value: Setting | None) -> object:
    return list(value) if isinstance(value, tuple) else value


def _evaluation(said: Said) -> Tree:
    shown = said.shown
    tasks = [
        {
            key: value
            for key, value in {
                "name": unmarked(task.name),
                "script": task.script,
                "dataset": task.dataset,
                "description": task.description,
            }.items()
            if value is not None
        }
        for task in shown.tasks
    ]
    told = dict(shown.evaluation)
    epochs = told.get("epochs to evaluate", ())
    tree: Tree = {"tasks": tasks} if tasks else {}
    if epochs:
        tree["epochs"] = epochs[0] if epochs[0] in {"last", "all", "best"} else [int(one) for one in epochs]
    prompt: object = next(iter(told.get("system prompt", ())), None)
    if not said.trains:
        prompt = _one(said.configuration.get("system_prompt", ())) or None
    return tree if prompt is None else {**tree, "system_prompt": prompt}


def _shows(tree: Tree, shown: ShownPlan) -> bool:
    """Whether this spec, without a matrix of its own, evaluates what the document's matrix has."""
    if faults_of(tree):
        return False
    plan = resolve(spec_of(tree, ""), date.min)
    planned = {
        (row.run_name, task, epochs)
        for row in plan.matrix
        for task, epochs in row.cells
        if epochs is not None
    }
    return planned == {(cell.run_name, unmarked(cell.task), cell.epochs) for cell in shown.matrix}


def _matrix(shown: ShownPlan) -> Iterator[Tree]:
    """A line a run and set of epochs."""
    of_checkpoints = {one.name for one in shown.checkpoints}  # whose epoch is their own, and not chosen
    lines: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for cell in shown.matrix:
        epochs = () if cell.run_name in of_checkpoints else cell.epochs
        lines.setdefault((cell.run_name, epochs), []).append(unmarked(cell.task))
    for (run, epochs), tasks in lines.items():
        for chosen in _epochs(epochs):
            yield {"runs": run, "tasks": tasks, **chosen}


def _epochs(epochs: Iterable[str]) -> list[Tree]:
    """What lines say of these epochs; a base model, which has none, is chosen by one that says nothing."""
    numbers: list[object] = [int(epoch) for epoch in epochs if epoch.isdecimal()]
    said: list[Tree] = [{"epochs": numbers}] if numbers else []
    best: list[Tree] = [{"epochs": "best"}] if "best" in epochs else []
    return [*said, *best] or [{}]
