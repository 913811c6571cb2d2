"""Names of all runs that a spec stands for: unique, legal, the same every time."""

import re

from hypothesis import given

from ckreg.core.plan import resolve
from tests.core.plan.helpers import TODAY
from tests.core.spec.helpers import Tree, faults, read, sound
from tests.core.spec.strategies import spec_trees

# What a folder, a table's cell, a shell word and a Slurm job name can all have.
LEGAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@given(spec_trees())
def test_every_name_is_unique_legal_and_stable(tree: Tree) -> None:
    plan, again = resolve(read(tree), TODAY), resolve(read(tree), TODAY)
    names = [row.run_name for row in plan.matrix]
    assert len(set(names)) == len(names) == plan.total_runs
    assert all(LEGAL.fullmatch(name) for name in [plan.name, *names])
    assert [row.run_name for row in again.matrix] == names


@given(spec_trees())
def test_a_name_has_every_factor_that_varies(tree: Tree) -> None:
    plan = resolve(read(tree), TODAY)
    for factor in plan.factors:
        if factor.factor not in {"model", "lora_rank"}:
            assert all(f"_{factor.factor}" in run.name for run in plan.runs)


def test_levels_that_come_to_one_name_are_to_be_labelled() -> None:
    variables = {"a": {"1_b2": 1, "1": 2}, "b": {"2": 1, "2_b2": 2}, "lora_rank": [4]}
    (fault,) = faults(sound() | {"models": ["M"], "variables": variables})
    assert fault == (
        "variables.a: 2 runs would be named `M_a1_b2_b2_rank4`; expected names that differ: "
        "give the levels of a and b other labels, {label: value}"
    )


def test_a_name_that_is_too_long_says_what_to_shorten() -> None:
    long = {"x" * 60: "a", "y": "b"}
    (fault,) = faults(sound() | {"variables": {"system_prompt": long, "lora_rank": [4]}})
    assert fault.startswith("variables: makes the name `Llama-3.2-1B-Instruct_system_prompt")
    assert "101 characters; expected at most 100" in fault
    assert [fault.partition(":")[0] for fault in faults(sound() | {"models": ["M" * 99]})] == ["models"] * 3


def test_what_is_left_out_of_the_name_is_proposed() -> None:
    tree = {key: value for key, value in sound().items() if key not in {"task", "factor"}}
    tree["dataset"] = {"path": "/data/words_8L_80P_10000.json"}
    assert faults(tree) == [
        "task: expected text such as `cap_8L`, found nothing",
        "factor: expected text such as `lora_comparison`, found nothing",
    ]
