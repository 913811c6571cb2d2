"""The spec's schema accepts what the reader reads, and refuses what it refuses, but for contradictions."""

import copy
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

from ckreg.core.schemas import document, spec_schema
from ckreg.core.spec import faults_of, kinds
from ckreg.core.spec.described import KEYS, Key
from tests.core.spec.helpers import Tree, sound
from tests.core.spec.strategies import spec_trees
from tests.core.spec.test_described import CHOSEN, as_json, with_example

SCHEMA = document(spec_schema(), "spec")
VALIDATOR = Draft202012Validator(SCHEMA)
ABSENT = object()
ODD = [
    None, 1, 0, -1, 2.5, 1e15, True, "", "x", " x", "a  b", "a\nb", "a\u200bb", "a|b", "on", "auto", "last",
    "2025-10-22", "2025-1-1", "20251022", "-x", [], ["x"], [1], [0], [1.5], [None], [[]], {}, {"x": 1},
    {"x": None}, {"x": {}}, {"a b": 1}, {"name": "x"}, {"runs": "*"}, [{"name": "x"}], [{"runs": "*"}],
    {"full": {}}, {"recipe": "r"}, {"path": "/p"}, {"a": {"path": "/p"}}, {"base_models": None}, ABSENT,
]  # fmt: skip
# What no schema says: the keys are sound, each for itself, and contradict each other.
CONTRADICTIONS = (
    "given twice",
    "not a model of this experiment",
    "expected a value for every model",
    "expected at least one ",
    "matches no run",
    "is no task",
    "is not the system prompt",
)


def changed(key: Key, value: object) -> Tree:
    """A sound spec with the value in the key's place."""
    tree: Any = as_json(with_example(key))
    place = tree
    for step in key.parent.split(".") if key.parent else ():
        place = place[step.removesuffix("[]")]
        place = place[0] if step.endswith("[]") else place
    name = CHOSEN.get(key.name, key.name)
    if value is ABSENT:
        del place[name]
    else:
        place[name] = copy.deepcopy(value)
    return dict(tree)


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.path)
def test_it_agrees_with_the_reader(key: Key) -> None:
    assert VALIDATOR.is_valid(as_json(with_example(key)))
    for value in ODD:
        tree = changed(key, value)
        valid, faults = VALIDATOR.is_valid(tree), faults_of(tree)
        assert valid or faults, value
        if valid:
            assert all(any(word in fault.what for word in CONTRADICTIONS) for fault in faults), value


@given(spec_trees())
def test_what_is_read_is_valid(tree: Tree) -> None:
    if not faults_of(tree):
        VALIDATOR.validate(tree)


CHECKPOINT = {"name": "a", "path": "/a", "model": "M"}
TASKS = {"tasks": [{"name": "cap", "script": "/cap.py"}]}


@pytest.mark.parametrize(
    "changes",
    [
        {"models": None},
        {"dataset": None},
        {"training": None},
        {"training": {"recipe": None}},
        {"training": None, "variables": {"recipe": {"a": "x", "b": "y"}}},
        {"variants": {"a": {}}},
        {"design": "ablation"},
        {"design": "ablation", "variants": {"a": {}, "b": {}}},
        {"design": "ablation", "variants": {"a": {}, "b": {}}, "variables": {}},
        {"design": "ablation", "variants": {"a": {}, "b": {}}, "variables": {"lr": None}},
        {"checkpoints": [CHECKPOINT]},
        {"checkpoints": [CHECKPOINT], "training": None},
        {"checkpoints": [CHECKPOINT], "training": None, "variables": None},
        {"checkpoints": [CHECKPOINT], "training": None, "variables": None, "models": None, "dataset": None},
        {"checkpoints": [CHECKPOINT], "training": None, "variables": None, "evaluation": None},
        {"checkpoints": [CHECKPOINT], "training": None, "variables": None, "design": "ablation"},
    ],
)
def test_what_goes_together_is_the_same(changes: Tree) -> None:
    tree = sound() | changes
    assert VALIDATOR.is_valid(tree) == (not faults_of(tree))


def test_a_line_has_no_code_that_unicode_calls_one() -> None:
    refused = Draft202012Validator(kinds.LINE.schema)
    for code in range(0xD800):  # beyond are surrogates, private use, and what a pattern cannot write
        text = f"a{chr(code)}b"
        unsafe = unicodedata.category(chr(code)) in {"Cc", "Cf", "Zl", "Zp"}
        if unsafe:
            assert not refused.is_valid(text), hex(code)
