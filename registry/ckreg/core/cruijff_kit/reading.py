"""From `experiment_summary.yaml` to a spec. What a spec has no place for stays in the file, which is kept."""

import re
from collections.abc import Iterator

from ckreg.core.cruijff_kit.renames import with_current_keys
from ckreg.core.cruijff_kit.runs import FINE_TUNED, base_models, checkpoints, design_of, gpus_of, of_type
from ckreg.core.cruijff_kit.strategy import evaluation_of
from ckreg.core.cruijff_kit.trees import Tree, entries, section, text
from ckreg.core.naming import slug
from ckreg.core.spec import Spec, spec_of
from ckreg.core.spec.document import parse
from ckreg.core.text import one_line
from ckreg.errors import MalformedError

# What cruijff_kit calls a key of a spec.
SPEC_KEYS = {"validation_during_training": "validation"}
_DATED = re.compile(r"(?P<name>.+?)_(?P<date>\d{4}-\d\d-\d\d)")
_NO_SPEC_SETTING = ("system_prompt",)


def is_cruijff_kit(words: str) -> bool:
    """Whether a YAML text is a plan of cruijff_kit: it has an `experiment`, which no spec has."""
    try:
        tree = parse(words, "yaml", "").tree
    except MalformedError:
        return False
    return isinstance(tree, dict) and isinstance(tree.get("experiment"), dict)


def read_cruijff_kit(words: str, name: str) -> Spec:
    """The spec that the plan comes to; `name` is what its faults are shown under, a file's name.

    Raises:
        MalformedError: it is no such plan, or one that a spec cannot say.
    """
    document = parse(words, "yaml", name)
    if document.faults:
        fault = document.faults[0]
        raise MalformedError(f"{name}:{fault.line or 1}: {fault.path}: {fault.what}.")
    return spec_of(_spec_tree(with_current_keys(section(document.tree)), name), name)


def _spec_tree(tree: Tree, name: str) -> Tree:
    experiment = section(tree, "experiment")
    task, factor, dated = _name_parts(text(experiment, "name") or "", text(experiment, "project"))
    models = entries(tree, "models", "base")
    design = design_of(tree, name)
    found: dict[str, object] = {
        "task": task,
        "factor": factor,
        "question": experiment.get("question"),
        "date": text(experiment, "date") or dated,
        "models": [_model(model) for model in models] or None,
        "dataset": _dataset(tree),
        **design,
        "controls": {"base_models": base_models(tree)},
        "training": _training(tree, section(design, "variables"), name),
        "evaluation": evaluation_of(tree, design),
        "notes": _notes(experiment),
    }
    if evaluated := checkpoints(tree):
        found["checkpoints"] = evaluated
        if not of_type(tree, FINE_TUNED):
            found |= _without_training(tree, name)
    return {key: value for key, value in found.items() if value is not None}


def _without_training(tree: Tree, name: str) -> dict[str, object]:
    """What a spec says otherwise where checkpoints are evaluated and nothing is trained."""
    prompt = _system_prompt(tree, name)
    asked = {**evaluation_of(tree, {}), **({"system_prompt": prompt} if prompt else {})}
    dataset = _dataset(tree)
    none = dict.fromkeys(("design", "variables", "variants", "training"))
    return {**none, "dataset": dataset if dataset["path"] else None, "evaluation": asked}


def _name_parts(name: str, project: str | None) -> tuple[str, str, str | None]:
    """Task, factor and date of a name; together they are the name again."""
    found = _DATED.fullmatch(name)
    bare, dated = (found["name"], found["date"]) if found else (name, None)
    if project and bare.startswith(f"{project}_"):
        task, factor = project, bare.removeprefix(f"{project}_")
    elif "_" in bare:
        task, _, factor = bare.partition("_")
    else:
        task, factor = project or "experiment", bare
    return slug(task), slug(factor), dated


def _model(model: Tree) -> Tree:
    return {key: model[key] for key in ("name", "path") if model.get(key) is not None}


def _dataset(tree: Tree) -> Tree:
    training = section(tree, "data", "training")
    splits = [name for name, rows in section(training, "splits").items() if rows]
    path = training.get("path") or section(tree, "data", "data_generation").get("output_path")
    return {"path": path, **({"splits": splits} if splits else {})}


def _training(tree: Tree, variables: Tree, name: str) -> Tree:
    controls = section(tree, "controls")
    training = {
        SPEC_KEYS.get(key, key): list(value) if isinstance(value, list) else value
        for key, value in controls.items()
        if value is not None and not isinstance(value, dict) and key not in _NO_SPEC_SETTING
    }
    training["system_prompt"] = _system_prompt(tree, name)
    gpus = gpus_of(tree)
    training.setdefault("gpus", gpus)
    ranks = "lora_rank" in training or "lora_rank" in variables or _any_rank(tree)
    devices = "single_device" if gpus == 1 else "distributed"
    training.setdefault("recipe", f"{'lora' if ranks else 'full'}_finetune_{devices}")
    return {key: value for key, value in training.items() if key not in variables}


def _any_rank(tree: Tree) -> bool:
    return any("lora_rank" in section(run, "parameters") for run in entries(tree, "runs"))


def _system_prompt(tree: Tree, name: str) -> str:
    """One for training and evaluation; under its dropped name it may only say the same."""
    told, other = text(tree, "controls", "system_prompt"), text(tree, "evaluation", "system_prompt")
    if told is not None and other is not None and told != other:
        raise MalformedError(
            f"{name}: evaluation.system_prompt is not controls.system_prompt; one holds for training and "
            "evaluation. Take evaluation.system_prompt out, as cruijff_kit 0.3.4 did."
        )
    return told or other or ""


def _notes(experiment: Tree) -> str | None:
    return "\n".join(_noted(experiment)) or None


def _noted(experiment: Tree) -> Iterator[str]:
    for key in ("hypothesis", "purpose"):
        if said := text(experiment, key):
            yield f"{key.capitalize()}: {one_line(said)}"
