"""The plan as plain, sorted values: what the seal is made of, and what changes are told by.

Everything stands under a name (a run's, a task's, a bullet's), so that the order of rows and columns does not
count, and every value is text in its shortest form. Wording is left out: the question, descriptions, notes,
marks such as `✓ verified`, fingerprints, which tell what was found and not what was planned, and of estimates
all but the numbers.
"""

import json
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from ckreg.core.markdown import plain, unmarked
from ckreg.core.setting_text import NONE, Setting, Shown, setting_text
from ckreg.core.shown.values import ShownDataset, ShownPlan, ShownRun

Tree: TypeAlias = Mapping[str, "Tree"] | str | None


def canonical_plan(shown: ShownPlan) -> dict[str, Tree]:
    """The plan that a document shows, as the seal holds it."""
    found: dict[str, Tree] = {
        "overview": {"total_runs": _joined(shown.total_runs)},
        "factors": _named(
            (unmarked(factor.factor), _joined(sorted(factor.levels, key=_in_order)))
            for factor in shown.factors
        ),
        "runs": _named((run.name, _run(run)) for run in shown.runs),
        "models": _named((model.name, model.path) for model in shown.models),
        "datasets": _named((dataset.label or "", _dataset(dataset)) for dataset in shown.datasets),
        "tasks": _named(
            (unmarked(task.name), {"script": task.script, "dataset": task.dataset}) for task in shown.tasks
        ),
        "evaluation": _named((key, _joined(sorted(said))) for key, said in shown.evaluation),
        "matrix": _matrix(shown),
        "configuration": _named((key, _setting(said)) for key, said in shown.configuration),
        "estimates": _estimates(shown),
    }
    if shown.checkpoints:
        found["checkpoints"] = _named((one.name, one.path) for one in shown.checkpoints)
    return found


def canonical_json(tree: Tree) -> str:
    """The one text of such values: sorted names, no spaces, no escapes that are not needed."""
    return json.dumps(tree, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _named(pairs: Iterable[tuple[str, Tree]]) -> dict[str, Tree]:
    """By name; a second one of the same name gets a number, so that none is lost."""
    found: dict[str, Tree] = {}
    for name, value in pairs:
        free, number = name, 1
        while free in found:
            number += 1
            free = f"{name} #{number}"
        found[free] = value
    return found


def _run(run: ShownRun) -> Tree:
    return {
        "model": run.model,
        "lora_rank": _text(run.lora_rank),
        "batch_size": _text(run.batch_size),
        "type": "eval-only" if run.eval_only else "control" if run.control else "fine-tuned",
        "est_time": _joined(run.est_time),
    }


def _dataset(dataset: ShownDataset) -> Tree:
    return {
        "path": dataset.path,
        "splits": _named((name, None if rows is None else str(rows)) for name, rows in dataset.splits),
        "max_samples": None if dataset.max_samples is None else str(dataset.max_samples),
        "others": _named((key, _joined(said)) for key, said in dataset.others),
    }


def _matrix(shown: ShownPlan) -> Tree:
    runs: dict[str, list[tuple[str, Tree]]] = {}
    for cell in shown.matrix:
        epochs = sorted(cell.epochs, key=_in_order)
        runs.setdefault(cell.run_name, []).append((unmarked(cell.task), _joined(epochs)))
    return {run: _named(cells) for run, cells in runs.items()}


def _in_order(text: str) -> tuple[int, str]:
    return (len(text), text)  # whole numbers by their size


def _setting(said: Shown) -> Tree:
    by_model = {
        model or "": _joined(sorted((_text(level) or NONE for level in levels), key=_in_order))
        for model, levels in said
    }
    return next(iter(by_model.values())) if len(set(by_model.values())) == 1 else dict(by_model)


def _estimates(shown: ShownPlan) -> Tree:
    """The numbers of every bullet; the basis stands in `estimates.json`, whose hash the seal has, too."""
    sections: dict[str, list[tuple[str, Tree]]] = {}
    models = {run.model for run in shown.runs}
    for (section, key), said in shown.estimates:
        name = key if key in models else plain(key)
        if name != "basis":
            sections.setdefault(section, []).append((name, _joined(said)))
    return {section: _named(bullets) for section, bullets in sections.items()}


def _joined(texts: Iterable[str]) -> str:
    return ", ".join(texts)


def _text(value: Setting | None) -> str | None:
    return None if value is None else setting_text(value)
