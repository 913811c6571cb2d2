"""What is said of the keys is what the reader does: their names, their defaults, their examples."""

from typing import Any

import pytest
from ruamel.yaml import YAML

from ckreg.core.spec import Spec, spec_tree
from ckreg.core.spec.described import KEYS, Key, keys_under
from ckreg.core.spec.reading import KEYS as READ
from ckreg.core.spec.values import TRAINING_DEFAULTS
from tests.core.spec.helpers import Tree, fault_paths, read, sound

TASKS = [{"name": "capitalization", "script": "/tasks/cap.py"}]
MATRIX = [{"runs": "*_rank64"}]
CHECKPOINTS = [{"name": "a", "path": "/a", "model": "M"}]
VARIANTS = {"full": {}, "unpacked": {"packed": False}}
# Where an example needs a spec with more in it: its path, and what is there.
AROUND: dict[str, Tree] = {
    "models[]": {"models": [{"name": "M"}]},
    "checkpoints[]": {"checkpoints": CHECKPOINTS},
    "variants": {"design": "ablation", "variables": None},
    "variants.<name>": {"design": "ablation", "variables": None, "variants": VARIANTS},
    "design": {"variants": VARIANTS, "variables": None},
    "controls": {"controls": {}},
    "training.gpus": {"training": {"recipe": "lora_finetune_distributed"}},
    "training.lora_rank": {"variables": None},
    "variables.<key>": {"variables": {}},
    "evaluation": {"evaluation": {"tasks": TASKS}},
    "evaluation.tasks[]": {"evaluation": {"tasks": TASKS}},
    "evaluation.matrix[]": {"evaluation": {"tasks": TASKS, "matrix": MATRIX}},
    "evaluation.system_prompt": {"variables": None, "training": {"system_prompt": "Answer in one word."}},
    "exclude": {"models": ["M", "Llama-3B"]},
}
CHOSEN = {"<key>": "some_key", "<name>": "full"}


def surroundings(key: Key) -> Tree:
    tree = sound()
    tree["evaluation"]["tasks"] = TASKS
    for path in (key.parent, key.path):
        for name, value in AROUND.get(path, {}).items():
            tree[name] = {**tree[name], **value} if isinstance(tree.get(name), dict) and value else value
    return tree


def with_example(key: Key) -> Tree:
    """A sound spec with the key's example in its place."""
    tree = surroundings(key)
    place: Any = tree
    for step in key.parent.split(".") if key.parent else ():
        place = place.setdefault(step.removesuffix("[]"), {})
        place = place[0] if step.endswith("[]") else place
    place[CHOSEN.get(key.name, key.name)] = YAML(typ="safe", pure=True).load(key.example)
    return tree


def sections() -> list[str]:
    """Where keys stand that ckreg knows all of; others take what a person chooses as well."""
    parents = dict.fromkeys(key.parent for key in KEYS)
    return [path for path in parents if not any("<" in key.path for key in keys_under(path))]


def test_the_keys_of_the_top_are_those_that_are_read() -> None:
    assert tuple(key.name for key in keys_under("")) == READ
    assert {key.name for key in keys_under("training")} == {*TRAINING_DEFAULTS, "<key>"}


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.path)
def test_an_example_is_read(key: Key) -> None:
    assert isinstance(read(as_json(with_example(key))), Spec)


def as_json(value: object) -> object:
    """YAML's dates as JSON has them."""
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_json(item) for item in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)


@pytest.mark.parametrize("path", sections())
def test_a_section_has_no_other_keys_than_those_described(path: str) -> None:
    tree = surroundings(keys_under(path)[0])
    place: Any = tree
    for step in path.split(".") if path else ():
        place = place[step.removesuffix("[]")]
        place = place[0] if step.endswith("[]") else place
    place["qwertz"] = 1
    assert any(fault.endswith("qwertz") for fault in fault_paths(tree))
    del place["qwertz"]
    assert isinstance(read(tree), Spec)


@pytest.mark.parametrize(
    "key", [key for key in KEYS if key.required and key.name in sound()], ids=lambda key: key.path
)
def test_what_is_required_is_missed(key: Key) -> None:
    tree = sound()
    del tree[key.name]
    assert key.name in fault_paths(tree)


def test_the_defaults_are_those_of_a_spec_that_leaves_them_out() -> None:
    filled: Any = spec_tree(read(sound()))
    for key in KEYS:
        if key.default is not None:
            section, _, name = key.path.partition(".")
            assert filled[section][name] == (2 if key.path == "training.epochs" else key.default), key.path
