"""The settings of each run: those that it was planned with, read back out of the document."""

import pytest
from hypothesis import given

from ckreg.adapters.assets import render_summary
from ckreg.core.plan import resolve
from ckreg.core.setting_text import setting_text
from ckreg.core.shown.parameters import parameter_name, parameters_in
from ckreg.core.spec.crossing import Run
from ckreg.core.summary import parse
from tests.core.plan.helpers import TODAY, planned, sheet
from tests.core.plan.specs import odd_trees
from tests.core.spec.helpers import Tree, read
from tests.documents import SUMMARY


def of_runs(document: str) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {}
    for run, name, value in parameters_in(parse(document)):
        found.setdefault(run, {})[name] = value
    return found


def settings(run: Run) -> dict[str, object]:
    """What the plan itself says that a run is set to."""
    told: dict[str, object] = {**dict(run.settings), "lora_alpha": run.lora_alpha}
    told = {key: setting_text(value) if isinstance(value, tuple) else value for key, value in told.items()}
    return {key: value for key, value in told.items() if value not in {None, "auto"}}


@given(odd_trees())
def test_each_run_has_the_settings_that_it_was_planned_with(tree: Tree) -> None:
    plan = resolve(read(tree), TODAY)
    found = of_runs(render_summary(sheet(plan)))
    for run in plan.runs:
        told = {key: value for key, value in found[run.name].items() if key not in {"dataset", "variant"}}
        assert {key: repr(value) for key, value in told.items()} == {
            key: repr(value) for key, value in settings(run).items()
        }
    assert found.keys() == {run.name for run in plan.runs}


def test_settings_of_a_sweep() -> None:
    plan = planned(
        models=["A"], variables={"lr": [1e-5, 3e-4], "lora_rank": [8]}, training={"recipe": "x", "seed": 7}
    )
    found = of_runs(render_summary(sheet(plan)))
    assert [(run, told["lr"], told["seed"]) for run, told in found.items()] == [
        ("A_lr1e-05_rank8", 1e-05, 7),
        ("A_lr0.0003_rank8", 0.0003, 7),
    ]
    assert found["A_lr1e-05_rank8"]["lora_alpha"] == 16


def test_a_column_that_a_person_added_says_something_of_its_run() -> None:
    text = SUMMARY.replace("| Type | Est. Time |\n|", "| Type | Est. Time | Warm-up steps |\n|---|", 1)
    text = text.replace("| Fine-tuned | 16 min |", "| Fine-tuned | 16 min | `100` |")
    found = of_runs(text)
    assert found["L1B_rank4"]["warm_up_steps"] == 100
    assert "warm_up_steps" not in found["L1B_rank64"]


@pytest.mark.parametrize(
    ("key", "name"),
    [("optimizer.lr", "optimizer.lr"), ("Learning rate", "learning_rate"), ("max_seq_len", "max_seq_len")],
)
def test_names(key: str, name: str) -> None:
    assert parameter_name(key) == name
