"""A spec that is amended: other models, labelled levels and lines of a matrix; the rest stays as it was."""

import json

import pytest

from ckreg.core.spec.amending import Amendment, amended_spec
from ckreg.core.spec.values import Spec
from ckreg.errors import CkregError, NotFoundError, UsageError
from tests.core.spec.helpers import Tree, sound

SMALL, LARGE = "Llama-3.2-1B-Instruct", "Llama-3.2-3B-Instruct"


def amended(tree: Tree, **changes: object) -> Spec:
    return amended_spec(json.dumps(tree), Amendment(**changes), "spec.yaml")  # type: ignore[arg-type]  # by name


def set_to(tree: Tree, key: str, levels: str) -> Spec:
    return amended(tree, settings=((key, levels),))


def test_a_model_that_stays_keeps_its_values_and_a_new_one_has_its_batch_size_estimated() -> None:
    tree = sound()
    tree["models"] = [{"name": SMALL, "path": "/models/small"}]
    tree["training"]["batch_size"] = {SMALL: 8}
    spec = set_to(tree, "models", f"{SMALL},{LARGE}")
    assert [(model.name, model.path) for model in spec.models] == [(SMALL, "/models/small"), (LARGE, None)]
    assert (spec.training.of(SMALL)["batch_size"], spec.training.of(LARGE)["batch_size"]) == (8, "auto")
    tree["training"]["grad_accum"] = {SMALL: 2}
    with pytest.raises(CkregError, match="grad_accum: expected a value for every model"):
        set_to(tree, "models", f"{SMALL},{LARGE}")


def test_levels_with_labels_are_chosen_by_them() -> None:
    tree = sound()
    tree["variables"] = {"system_prompt": {"terse": "Answer.", "kind": "Please answer.", "none": ""}}
    spec = set_to(tree, "system_prompt", "kind,none")
    [variable] = spec.variables
    assert [level.label for level in variable.levels] == ["kind", "none"]
    with pytest.raises(UsageError, match="and `loud` is none of them"):
        set_to(tree, "system_prompt", "loud")


def test_several_levels_of_a_setting_make_it_a_variable() -> None:
    tree = sound()
    tree["training"]["lr"] = 0.001
    names = [variable.key for variable in set_to(tree, "lr", "0.001,0.01").variables]
    assert names == ["lora_rank", "lr"]


def matrix(*lines: Tree) -> Tree:
    tree = sound()
    tree["evaluation"] = {
        "tasks": [{"name": name, "script": f"/tasks/{name}.py"} for name in ("cap", "spell")],
        "matrix": list(lines),
    }
    return tree


def test_a_dropped_task_leaves_the_lines_of_a_matrix() -> None:
    tree = matrix({"runs": "*_rank4", "tasks": ["cap", "spell"]}, {"runs": "*_rank64", "tasks": ["spell"]})
    tree["evaluation"]["matrix"].append({"runs": "*_base"})
    spec = amended(tree, dropped_tasks=("spell",))
    assert [task.name for task in spec.evaluation.tasks] == ["cap"]
    lines = [(line.runs, line.tasks) for line in spec.evaluation.matrix]
    assert lines == [("*_rank4", ("cap",)), ("*_base", None)]


def test_a_task_that_is_not_there_cannot_go() -> None:
    with pytest.raises(NotFoundError, match="no task 'mmlu'; there are cap"):
        amended(sound(), dropped_tasks=("mmlu",))


@pytest.mark.parametrize(("key", "levels"), [("lora_rank", "-"), ("lora_rank", ""), ("question", "Why?")])
def test_what_is_no_level_or_no_setting_is_refused(key: str, levels: str) -> None:
    with pytest.raises(CkregError):
        set_to(sound(), key, levels)
