"""Evaluation of models that were trained before: what such a spec may say, and what it may not."""

import json

from ckreg.core.spec import dump_spec, read_spec
from ckreg.core.spec.crossing import cross
from ckreg.core.spec.values import Checkpoint
from tests.core.spec.helpers import Tree, faults, read, sound

BEFORE = {"name": "cap_rank8", "path": "/old/epoch_1", "model": "Llama-3.2-1B-Instruct", "epoch": 1}


def alone() -> Tree:
    """A spec that trains nothing."""
    tree = sound() | {"checkpoints": [BEFORE]}
    return {key: value for key, value in tree.items() if key not in {"training", "variables", "dataset"}}


def test_checkpoints_stand_beside_what_is_trained() -> None:
    spec = read(sound() | {"checkpoints": [BEFORE]})
    assert spec.checkpoints == (Checkpoint("cap_rank8", "/old/epoch_1", "Llama-3.2-1B-Instruct", 1),)
    assert len(cross(spec)) == 2


def test_without_training_nothing_is_trained_and_models_are_controls() -> None:
    spec = read(alone())
    assert (spec.trains, cross(spec), spec.datasets) == (False, (), ())
    bare = {key: value for key, value in alone().items() if key != "models"}
    assert read(bare).models == ()


def test_written_back_it_is_the_same_spec() -> None:
    for tree in (alone(), sound() | {"checkpoints": [BEFORE | {"epoch": None}]}):
        spec = read(tree)
        assert read_spec(dump_spec(spec), format="yaml", name="spec.yaml") == spec


def test_what_only_training_can_have_is_a_fault_without_it() -> None:
    assert faults(alone() | {"variables": {"lora_rank": [4]}}) == [
        "variables: nothing is trained where there are `checkpoints` and no `training`; keep one of the two"
    ]
    untasked = {key: value for key, value in alone().items() if key != "evaluation"}
    assert faults(untasked) == ["evaluation: expected tasks, as checkpoints are there to be evaluated"]


def test_every_part_of_a_checkpoint_is_checked_at_once() -> None:
    wrong = [{"name": "../x", "path": "", "epoch": -1}, BEFORE, BEFORE | {"steps": 3}]
    found = faults(alone() | {"checkpoints": wrong})
    assert [fault.partition(": ")[0] for fault in found] == [
        "checkpoints[0].name",
        "checkpoints[0].path",
        "checkpoints[0].model",
        "checkpoints[0].epoch",
        "checkpoints[2].steps",
        "checkpoints",
    ]
    assert "`cap_rank8` is given twice" in found[-1]


def test_a_checkpoint_cannot_have_the_name_of_a_run() -> None:
    taken = BEFORE | {"name": "Llama-3.2-1B-Instruct_rank4"}
    (fault,) = faults(sound() | {"checkpoints": [taken]})
    assert fault == (
        "checkpoints: 2 runs would be named `Llama-3.2-1B-Instruct_rank4`; expected names that differ: "
        "call the checkpoint otherwise"
    )


def test_a_matrix_may_name_a_checkpoint() -> None:
    evaluation = {**sound()["evaluation"], "matrix": [{"runs": "cap_rank8"}]}
    assert read(alone() | {"evaluation": evaluation}).evaluation.matrix[0].runs == "cap_rank8"


def with_prompts(trained: object, evaluated: str) -> Tree:
    tree: Tree = json.loads(json.dumps(sound()))
    tree["training"]["system_prompt"] = trained
    tree["evaluation"]["system_prompt"] = evaluated
    return tree


def test_the_system_prompt_is_one_for_training_and_evaluation() -> None:
    assert read(with_prompts("Be brief.", "Be brief.")).evaluation.system_prompt is None
    assert faults(with_prompts("Be brief.", "")) == [
        (
            'evaluation.system_prompt: "" is not the system prompt of training, "Be brief." '
            "(Llama-3.2-1B-Instruct_rank4); expected the same for both, "
            "or `system_prompt` as a factor in variables"
        )
    ]


def test_a_declared_factor_may_make_the_prompts_differ() -> None:
    tree = with_prompts("", "Be brief.")
    del tree["training"]["system_prompt"]
    tree["variables"]["system_prompt"] = {"none": "", "brief": "Be brief."}
    assert read(tree).evaluation.system_prompt == "Be brief."


def test_of_several_models_each_must_have_the_prompt() -> None:
    tree = with_prompts({"A": "x", "B": "y"}, "x") | {"models": ["A", "B"]}
    assert "(B_rank4)" in faults(tree)[0]
