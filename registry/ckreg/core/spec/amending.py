"""A spec with other levels, tasks, epochs or runs, read anew so that every fault is told."""

import copy
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any

from ckreg.core.setting_text import read_setting, split
from ckreg.core.spec.crossing import cross
from ckreg.core.spec.document import parse
from ckreg.core.spec.expanding import all_names
from ckreg.core.spec.reading import KEYS, read_spec
from ckreg.core.spec.values import Spec
from ckreg.core.text import one_line
from ckreg.errors import NotFoundError, UsageError

Tree = dict[str, Any]

_RECIPE_SECTIONS = ("training", "variables")


@dataclass(frozen=True, slots=True)
class Amendment:
    """What is to change: (key, levels as typed), tasks as (name, script), and names or patterns."""

    settings: tuple[tuple[str, str], ...] = ()
    added_tasks: tuple[tuple[str, str], ...] = ()
    dropped_tasks: tuple[str, ...] = ()
    evaluated_epochs: str | None = None
    dropped_runs: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked for."""
        return self == Amendment()


def amended_spec(text: str, amendment: Amendment, name: str) -> Spec:
    """The spec of a `spec.yaml` with the amendment; `name` is what its faults are shown under.

    Raises:
        NotFoundError: a task or run that is to go is not there.
        UsageError: a level has no label where the others have one, or a key is none of a recipe.
        MalformedError: what comes out has faults.
    """
    tree: Tree = copy.deepcopy(parse(text, "yaml", name).tree)  # type: ignore[arg-type]  # read_spec looks closer
    read_spec(text, format="yaml", name=name)
    for key, levels in amendment.settings:
        _set(tree, _recipe_key(key), levels, name)
    _change_tasks(tree, amendment, name)
    if amendment.evaluated_epochs is not None:
        tree.setdefault("evaluation", {})["epochs"] = _epochs(amendment.evaluated_epochs)
    return _with_exclusions(tree, amendment.dropped_runs, name)


def _read(tree: Tree, name: str) -> Spec:
    return read_spec(json.dumps(tree, default=str), format="json", name=name)


def _recipe_key(key: str) -> str:
    """The key of the recipe that is meant: `training.epochs` is `epochs`, as in `ckreg design --set`."""
    section, _, rest = key.partition(".")
    if section in _RECIPE_SECTIONS and rest:
        return rest
    if section.partition("[")[0] in KEYS and key != "models":
        raise UsageError(
            f"--set {one_line(key)}: an amendment sets the models and what is trained, such as "
            f"lora_rank=4,64 or epochs=2. --add-task, --drop-task, --eval-epochs and --drop-run change the "
            f"evaluations and runs; all else is edited in the document by hand, with `ckreg amend` after it."
        )
    return key


def _set(tree: Tree, key: str, text: str, name: str) -> None:
    levels = [_plain(read_setting(part)) for part in split(text)]
    if not levels or None in levels:
        raise UsageError(f"--set {key}= needs a value, or several with commas between them.")
    if key == "models":
        _set_models(tree, list(map(str, levels)))
        return
    varied, training = (tree.setdefault(part, {}) for part in ("variables", "training"))
    if isinstance(varied.get(key), dict):
        missing = [level for level in levels if str(level) not in varied[key]]
        if missing:
            raise UsageError(
                f"{name}: the levels of {key} have labels ({', '.join(varied[key])}), and `{missing[0]}` is "
                f"none of them."
            )
        varied[key] = {str(level): varied[key][str(level)] for level in levels}
    elif key in varied or len(levels) > 1:
        training.pop(key, None)
        varied[key] = levels
    else:
        training[key] = levels[0]
    if not varied:
        del tree["variables"]


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _set_models(tree: Tree, names: list[str]) -> None:
    """Models that were there keep their paths; a new one has its batch size estimated."""
    known = {model if isinstance(model, str) else model["name"]: model for model in tree.get("models") or ()}
    tree["models"] = [known.get(name, name) for name in names]
    for key, value in (tree.get("training") or {}).items():
        if isinstance(value, dict):
            of_models = {name: value[name] for name in names if name in value}
            new = (
                dict.fromkeys([name for name in names if name not in value], "auto")
                if key == "batch_size"
                else {}
            )
            tree["training"][key] = of_models | new


def _change_tasks(tree: Tree, amendment: Amendment, name: str) -> None:
    if not (amendment.added_tasks or amendment.dropped_tasks):
        return
    evaluation = tree.setdefault("evaluation", {})
    tasks = [task for task in evaluation.get("tasks") or [] if task["name"] not in amendment.dropped_tasks]
    gone = set(amendment.dropped_tasks) - {task["name"] for task in evaluation.get("tasks") or []}
    if gone:
        there = ", ".join(task["name"] for task in evaluation.get("tasks") or []) or "none"
        raise NotFoundError(f"{name}: no task {min(gone)!r}; there are {there}.")
    tasks += [{"name": task, "script": script} for task, script in amendment.added_tasks]
    evaluation["tasks"] = tasks or None
    if isinstance(matrix := evaluation.get("matrix"), list):
        evaluation["matrix"] = list(_lines_without(matrix, amendment.dropped_tasks)) or "all"


def _lines_without(matrix: list[Tree], dropped: Iterable[str]) -> Iterable[Tree]:
    for line in matrix:
        if not line.get("tasks"):
            yield line
        elif tasks := [task for task in line["tasks"] if task not in dropped]:
            yield line | {"tasks": tasks}


def _drop_lines(tree: Tree, names: set[str]) -> None:
    """Without the lines of a selective matrix that were of checkpoints that are dropped."""
    evaluation = tree.get("evaluation") or {}
    if isinstance(matrix := evaluation.get("matrix"), list):
        fitting = [line for line in matrix if any(fnmatchcase(name, str(line["runs"])) for name in names)]
        evaluation["matrix"] = fitting or "all"


def _epochs(text: str) -> object:
    if text in {"last", "all", "best"}:
        return text
    return [int(part) if part.isdecimal() and len(part) < 10 else part for part in split(text)]  # noqa: PLR2004  # digits of any epoch


def _with_exclusions(tree: Tree, dropped: tuple[str, ...], name: str) -> Spec:
    """Runs that are dropped are excluded by name, checkpoints taken out of `checkpoints`.

    An exclusion that no run needs any more goes.
    """
    checkpoints = [str(one["name"]) for one in tree.get("checkpoints") or []]
    earlier = [str(pattern) for pattern in tree.pop("exclude", None) or []]
    whole = _read(tree, name)
    whole = replace(whole, checkpoints=())
    names = all_names(whole, cross(whole))
    kept = [pattern for pattern in earlier if any(fnmatchcase(run, pattern) for run in names)]
    there = all_names(replace(whole, exclude=tuple(kept)), cross(replace(whole, exclude=tuple(kept))))
    for pattern in dropped:
        fitting = [run for run in there if fnmatchcase(run, pattern)]
        if not fitting and not any(fnmatchcase(one, pattern) for one in checkpoints):
            names = [*there, *checkpoints]
            raise NotFoundError(f"{name}: no run {pattern!r} to drop; there are {', '.join(names[:5])}.")
        kept += [run for run in fitting if run not in kept]
    if kept:
        tree["exclude"] = kept
    stay = [
        one
        for one in tree.get("checkpoints") or []
        if not any(fnmatchcase(str(one["name"]), pattern) for pattern in dropped)
    ]
    if len(stay) < len(checkpoints):
        tree["checkpoints"] = stay or None
        _drop_lines(tree, {*there, *(str(one["name"]) for one in stay)})
    return _read(tree, name)
