"""Which run is evaluated on what after which epochs: cruijff_kit names each, a spec says it in general."""

from collections.abc import Mapping, Sequence

from ckreg.core.cruijff_kit.runs import CONTROL, EVAL_ONLY, FINE_TUNED, of_type, run_type, variant_name
from ckreg.core.cruijff_kit.trees import Tree, entries, section, text
from ckreg.core.naming import control_name, run_name, short
from ckreg.core.text import one_line

SAME = "same"


def evaluation_of(tree: Tree, design: Mapping[str, object]) -> Tree:
    """Tasks, epochs and matrix of a spec."""
    tasks = [
        _task(task, section(tree, "data", "training").get("path"))
        for task in entries(tree, "evaluation", "tasks")
    ]
    found: dict[str, object] = {"tasks": tasks} if tasks else {}
    lines = entries(tree, "evaluation", "matrix")
    if not lines or not tasks:
        return found
    names = [str(task["name"]) for task in tasks]
    trained = {str(run.get("name")): run for run in of_type(tree, FINE_TUNED)}
    asked = {epochs for line in lines if text(line, "run") in trained and (epochs := _epochs(line))}
    if len(asked) == 1 and _covers_all(tree, lines, names):
        found["epochs"] = _in_general(next(iter(asked)), section(tree, "controls").get("epochs"))
        return found
    patterns = _patterns(tree, design)
    found["matrix"] = [
        {
            "runs": patterns.get(str(line.get("run")), str(line.get("run"))),
            "tasks": [name for name in names if name in _tasks(line)],
            **({"epochs": list(_epochs(line))} if _epochs(line) else {}),
        }
        for line in lines
        if _tasks(line)
    ]
    return found


def _task(task: Tree, training_path: object) -> Tree:
    found = {key: task[key] for key in ("name", "script") if task.get(key) is not None}
    dataset = text(task, "dataset")
    if dataset not in {None, SAME, training_path}:
        found["dataset"] = dataset
    if about := one_line(text(task, "description") or ""):
        found["description"] = about
    return found


def _tasks(line: Tree) -> list[str]:
    tasks = line.get("tasks")
    return [str(task) for task in tasks] if isinstance(tasks, list) else []


def _epochs(line: Tree) -> tuple[int, ...]:
    """The epochs of a line; a base model has `null`, alone or in a list."""
    epochs = line.get("epochs")
    return tuple(epoch for epoch in epochs if isinstance(epoch, int)) if isinstance(epochs, list) else ()


def _covers_all(tree: Tree, lines: Sequence[Tree], tasks: list[str]) -> bool:
    """Whether every run is evaluated on every task."""
    evaluated = {str(line.get("run")): sorted(_tasks(line)) for line in lines}
    runs = [str(run.get("name")) for run in entries(tree, "runs")]
    return all(evaluated.get(run) == sorted(tasks) for run in runs)


def _in_general(epochs: tuple[int, ...], trained: object) -> object:
    if isinstance(trained, int) and epochs == (trained - 1,):
        return "last"
    if isinstance(trained, int) and epochs == tuple(range(trained)):
        return "all"
    return list(epochs)


def _patterns(tree: Tree, design: Mapping[str, object]) -> dict[str, str]:
    """What a spec calls each run: the names may differ."""
    return {str(run.get("name")): _name(run, tree, design) for run in entries(tree, "runs")}


def _name(run: Tree, tree: Tree, design: Mapping[str, object]) -> str:
    model, parameters = str(run.get("model")), section(run, "parameters")
    if run_type(run) == CONTROL:
        return control_name(model)
    if run_type(run) == EVAL_ONLY:
        return str(run.get("name"))
    rank = parameters.get("lora_rank", section(tree, "controls").get("lora_rank"))
    return run_name(model, _factors(parameters, design), rank if isinstance(rank, int) else None)


def _factors(parameters: Tree, design: Mapping[str, object]) -> list[str]:
    """What of a run's parameters stands in its name."""
    if "variants" in design:
        return [variant_name(parameters)]
    return [
        f"{key}{_level(parameters.get(key), levels)}"
        for key, levels in section(design, "variables").items()
        if key != "lora_rank" and isinstance(levels, list | dict) and len(levels) > 1
    ]


def _level(value: object, levels: object) -> str:
    if isinstance(levels, dict):
        return next((label for label, level in levels.items() if level == value), "")
    return short(value)
