"""Keys that cruijff_kit renamed or dropped, and the same tree with those of today (0.3.4)."""

from collections.abc import Mapping

from ckreg.core.cruijff_kit.trees import Tree, items, section

# Where the key stood (`[]` is each item of a list), and what it is called now.
RENAMED = {
    "experiment.directory": "dir",
    "data.training.label": "dataset_label",
    "data.data_generation.split": "split_ratio",
    "runs[].finetuned": "is_finetuned",
    "evaluation.scorer": "scorers",
    "evaluation.matrix[].finetuned": "is_finetuned",
}
# Said once now, under `controls`.
DROPPED = {"evaluation.system_prompt": "controls.system_prompt"}


def with_current_keys(tree: Tree) -> Tree:
    """The tree with today's keys; one that is there under both names keeps today's."""
    for path, new in RENAMED.items():
        place, _, old = path.rpartition(".")
        tree = _changed(tree, place.split("."), old, new)
    for path, now in DROPPED.items():
        tree = _moved(tree, path.split("."), now.split("."))
    return tree


def _changed(tree: Tree, place: list[str], old: str, new: str) -> Tree:
    if not place:
        return {_name(tree, key, old, new): _value(key, old, value) for key, value in tree.items()}
    first, *rest = place
    key, each = first.removesuffix("[]"), first.endswith("[]")
    inner = tree.get(key)
    if each and isinstance(inner, list):
        changed: object = [
            _changed(item, rest, old, new) if isinstance(item, Mapping) else item for item in inner
        ]
    elif not each and isinstance(inner, Mapping):
        changed = _changed(inner, rest, old, new)
    else:
        return tree
    return {**tree, key: changed}


def _name(tree: Tree, key: str, old: str, new: str) -> str:
    return new if key == old and new not in tree else key


def _value(key: str, old: str, value: object) -> object:
    """One scorer was a name or a mapping; today there is a list of mappings."""
    if key != old or key != "scorer" or isinstance(value, list):
        return value
    return [{"name": value} if isinstance(value, str) else value]


def _moved(tree: Tree, old: list[str], new: list[str]) -> Tree:
    """A dropped key's value where it is said now, unless something else is said there."""
    source, target = section(tree, old[0]), section(tree, new[0])
    if old[1] not in source or target.get(new[1], source[old[1]]) != source[old[1]]:
        return tree
    left = {key: value for key, value in items(source) if key != old[1]}
    return {**tree, old[0]: left, new[0]: {**target, new[1]: source[old[1]]}}
