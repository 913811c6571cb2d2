"""From answers to a spec: the tree that `ckreg design --spec` would read."""

import re
from collections.abc import Iterator

from ckreg.core.spec.changing import value_of
from ckreg.core.wizard.designing import ABLATION
from ckreg.core.wizard.evaluating import SELECTIVE, SPECIFIC
from ckreg.core.wizard.resourcing import ALL, SAME, labels
from ckreg.core.wizard.training import EMPTY
from ckreg.core.wizard.values import NO, YES, Answers, given, several

Tree = dict[str, object]

# Sound stand-ins for what was not asked yet, so that an answer can be judged among the others.
_STAND_INS: Tree = {
    "task": "task",
    "factor": "factor",
    "question": "?",
    "models": ["M"],
    "dataset": {"path": "d"},
}
_ANY_RECIPE = "lora_finetune_distributed"
_TRAINING = ("epochs", "gpus", "validation", "recipe", "lora_rank", "batch_size", "packed")
# A comma before `key=` divides settings; others belong to a value.
_BETWEEN_SETTINGS = re.compile(r",(?=\s*[A-Za-z_][\w.-]*\s*=)")


def tree_of(answers: Answers) -> Tree:
    """The spec of the answers so far, with sound stand-ins for what was not asked yet."""
    tree = {**_STAND_INS, **_texts(answers)}
    if models := several(answers.get("models", "")):
        tree["models"] = [_model(model) for model in models]
    if "datasets" in answers:
        tree["dataset"] = _datasets(answers)
    if variables := dict(_variables(answers)):
        tree["variables"] = variables
    if variants := _variants(answers):
        tree |= {"design": ABLATION, "variants": variants}
    tree["controls"] = {"base_models": answers.get("controls", YES) == YES}
    tree["training"] = {
        **({} if "recipe" in several(answers.get("keys", "")) else {"recipe": _ANY_RECIPE}),
        **_training(answers),
    }
    tree["evaluation"] = _evaluation(answers)
    return tree


def _texts(answers: Answers) -> Tree:
    found = {key: given(answers.get(key)) for key in ("task", "factor", "question", "date", "notes")}
    return {key: words for key, words in found.items() if words is not None}


def _model(words: str) -> object:
    """A name, or a path whose last part is the name."""
    name = words.rstrip("/").rpartition("/")[2]
    return {"name": name, "path": words} if "/" in words else words


def _datasets(answers: Answers) -> Tree:
    paths = several(answers["datasets"])
    sizes = several(answers.get("sizes", "")) or [ALL]
    # Labels are asked after the paths; until then their proposals stand in.
    proposed = labels(paths) if len(paths) > 1 else [""]
    of_paths = several(answers["labels"]) if "labels" in answers else proposed
    found: dict[str, Tree] = {}
    for path, label in zip(paths, of_paths, strict=False):
        for size in sizes:
            of_size = "" if len(sizes) == 1 else size if size == ALL else f"n{size}"
            named = "_".join(part for part in (label, of_size) if part)
            limit: Tree = {} if size == ALL else {"max_samples": int(size)}
            found[named or path] = {"path": path, **limit}
    return {**found} if len(found) > 1 else next(iter(found.values()), {})


def _variables(answers: Answers) -> Iterator[tuple[str, object]]:
    if "ranks" in answers:
        yield "lora_rank", _levels(answers["ranks"])
    for key in several(answers.get("keys", "")):
        if f"levels.{key}" in answers:
            yield key, _levels(answers[f"levels.{key}"])


def _levels(words: str) -> object:
    """A list of values, or labels with theirs."""
    if "=" in words:
        pairs = (item.partition("=") for item in words.split(";") if item.strip())
        return {label.strip(): value_of(value.strip(), prose=_is_text(value)) for label, _, value in pairs}
    return [value_of(item) for item in several(words)]


def _is_text(value: str) -> bool:
    return " " in value.strip()


def _variants(answers: Answers) -> Tree:
    """The variants, once each has said what it sets."""
    names = several(answers.get("variants", ""))
    if any(f"variant.{name}" not in answers for name in names):
        return {name: {} for name in names}
    return {name: settings(given(answers[f"variant.{name}"]) or "") for name in names}


def settings(words: str) -> Tree:
    """`lr=3e-4, seed=14` as a mapping; a word without `=` has no value, which the spec's reader refuses."""
    pairs = (item.partition("=") for item in _BETWEEN_SETTINGS.split(words) if item.strip())
    return {key.strip(): value_of(value.strip()) if equals else [] for key, equals, value in pairs}


def _training(answers: Answers) -> Tree:
    training: Tree = {key: _setting(answers[key]) for key in _TRAINING if key in answers}
    if "system_prompt" in answers:
        prompt = answers["system_prompt"]
        training["system_prompt"] = "" if prompt in {EMPTY, "''", "-"} else prompt
    return training | settings(given(answers.get("others")) or "")


def _setting(words: str) -> object:
    if words in {YES, NO}:
        return words == YES
    return settings(words) if "=" in words else value_of(words)


def _evaluation(answers: Answers) -> Tree:
    scripts = several(given(answers.get("tasks")) or "")
    tasks = [_task(answers, place, script) for place, script in enumerate(scripts)]
    tree: Tree = {"tasks": tasks} if tasks else {}
    epochs = answers.get("evaluated", "last")
    if epochs == SPECIFIC:
        tree["epochs"] = [value_of(epoch) for epoch in several(answers.get("evaluated_epochs", "0"))]
    else:
        tree["epochs"] = epochs
    if answers.get("matrix") == SELECTIVE:
        # Only when every task was asked about: until then the others would count as chosen by nobody.
        lines = [
            {"runs": pattern, "tasks": [task["name"]]}
            for place, task in enumerate(tasks)
            for pattern in several(given(answers.get(f"runs.{place}", "*")) or "")
        ]
        tree["matrix"] = lines
    return tree


def _task(answers: Answers, place: int, script: str) -> Tree:
    tree: Tree = {"name": answers.get(f"task.{place}.name", f"task{place}"), "script": script}
    dataset = answers.get(f"task.{place}.dataset", SAME)
    if dataset != SAME:
        tree["dataset"] = dataset
    if about := given(answers.get(f"task.{place}.description")):
        tree["description"] = about
    return tree
