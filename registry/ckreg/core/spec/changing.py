"""Changes of a spec in the words of a command line: `lora_rank=32,64`, `training.epochs=2`."""

import itertools
import re
from collections.abc import Iterable, Mapping

from ckreg.core.spec.document import parse
from ckreg.core.spec.dumping import spec_tree
from ckreg.core.spec.reading import KEYS, spec_of
from ckreg.core.spec.values import Spec
from ckreg.core.text import one_line
from ckreg.errors import MalformedError, UsageError

EXAMPLE = "lora_rank=32,64"

# Sections whose keys are recipe keys, dots and all: `training.optimizer.lr`.
_RECIPE_SECTIONS = ("training", "variables")
# Words are taken as they are here; a comma in them makes no list.
_PROSE = ("task", "factor", "question", "notes", "recipe", "system_prompt", "script", "description", "path")
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_PATH = re.compile(r"[^.\[\]]+(\[\d+\])*(\.[^.\[\]]+(\[\d+\])*)*")

Tree = dict[str, object]


def changed(spec: Spec, settings: Iterable[str]) -> Spec:
    """The spec with each `path=value` set, in their order; a value is a YAML scalar, or several with commas.

    A path that is no key of a spec is a recipe key: with several values it varies, with one it is fixed.
    No value takes the key away.

    Raises:
        UsageError: a setting has no path or no `=`.
        MalformedError: what comes of it is no sound spec; the message has all its faults.
    """
    settings = list(settings)
    tree = _copied(spec_tree(spec))
    for setting in settings:
        path, equals, words = setting.partition("=")
        path = path.strip()
        if not equals or not _PATH.fullmatch(path):
            raise UsageError(f"--set {one_line(setting)[:60]!r} is no setting; write it as {EXAMPLE}.")
        _set(tree, path, value_of(words.strip(), prose=_is_prose(path)))
    return spec_of(tree, "--set " + ", ".join(one_line(setting)[:40] for setting in settings))


def value_of(words: str, *, prose: bool = False) -> object:
    """What words stand for: a YAML scalar, a list where there are commas, `[...]` and `{...}` as in YAML.

    `prose` takes everything else than `[...]` and `{...}` as text. No words are None.
    """
    if not words or (prose and words[0] not in "[{"):
        return words or None
    if words[0] not in "[{\"'" and "," in words:
        return [value_of(item.strip()) for item in words.split(",") if item.strip()]
    try:
        document = parse(words, "yaml", "a value")
    except MalformedError:
        return words
    return words if document.faults else document.tree


def _is_prose(path: str) -> bool:
    return path.rpartition(".")[2] in _PROSE


def _set(tree: Tree, path: str, value: object) -> None:
    first, _, rest = path.partition(".")
    section = re.sub(r"\[\d+\]", "", first)
    if section not in KEYS:
        _set_recipe_key(tree, path, value)
    elif section in _RECIPE_SECTIONS and rest:
        other = "variables" if section == "training" else "training"
        _section(tree, other).pop(rest, None)
        _put(_section(tree, section), rest, value)
    elif path == "dataset" and isinstance(value, str):
        tree["dataset"] = {"path": value}
    elif path == "models" and not isinstance(value, list):
        tree["models"] = [value]
    else:
        _descend(tree, path, value)
    _forget_empty(tree)


def _set_recipe_key(tree: Tree, key: str, value: object) -> None:
    """One value is a setting of the training, several are levels, as are labels that name no model."""
    models = {model["name"] if isinstance(model, dict) else model for model in _list(tree.get("models"))}
    varies = isinstance(value, list) or (isinstance(value, dict) and not set(value) <= models)
    for section in _RECIPE_SECTIONS:
        _section(tree, section).pop(key, None)
    if key == "system_prompt" and value is None:
        value = ""
    _put(_section(tree, "variables" if varies else "training"), key, value)


def _descend(tree: Tree, path: str, value: object) -> None:
    steps: list[str | int] = [name or int(index) for name, index in _STEP.findall(path)]
    place: object = tree
    for step, following in itertools.pairwise(steps):
        place = _inner(place, step, path, make=isinstance(following, str))
    last = steps[-1]
    if isinstance(place, dict) and isinstance(last, str):
        _put(place, last, value)
    elif isinstance(place, list) and isinstance(last, int) and last < len(place):
        place[last] = value
    else:
        raise UsageError(f"--set {path}: the spec has no such place. `ckreg export` shows what it has.")


def _inner(place: object, step: str | int, path: str, *, make: bool) -> object:
    if isinstance(place, dict) and isinstance(step, str):
        if make and place.get(step) is None:
            place[step] = {}
        return place.get(step)
    if isinstance(place, list) and isinstance(step, int) and step < len(place):
        return place[step]
    raise UsageError(f"--set {path}: the spec has no such place. `ckreg export` shows what it has.")


def _put(section: Tree, key: str, value: object) -> None:
    if value is None:
        section.pop(key, None)
    else:
        section[key] = value


def _section(tree: Tree, name: str) -> Tree:
    section = tree.setdefault(name, {})
    return section if isinstance(section, dict) else {}


def _forget_empty(tree: Tree) -> None:
    if not tree.get("variables"):
        tree.pop("variables", None)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _copied(tree: object) -> Tree:
    return {key: _copy(value) for key, value in tree.items()} if isinstance(tree, Mapping) else {}


def _copy(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _copy(item) for key, item in value.items()}
    return [_copy(item) for item in value] if isinstance(value, list) else value
