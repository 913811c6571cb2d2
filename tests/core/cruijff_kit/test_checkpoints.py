"""Checkpoints that are only evaluated, given to cruijff_kit and taken back."""

import pytest

from ckreg.core.cruijff_kit.giving import given_back
from ckreg.core.cruijff_kit.reading import read_cruijff_kit
from ckreg.core.plan import resolve
from tests.core.plan.helpers import TODAY, planned

TWO = [
    {"name": "old_rank8", "path": "/old/epoch_1", "model": "Llama-3.2-1B-Instruct", "epoch": 7},
    {"name": "whole", "path": "/old/whole", "model": "Other-1B"},
]
ALONE = {"training": None, "variables": None, "dataset": None, "models": None}


@pytest.mark.parametrize("changes", [{}, ALONE], ids=["beside training", "alone"])
def test_they_are_taken_back_as_they_were_given(changes: dict[str, object]) -> None:
    tasks = {"tasks": [{"name": "cap", "script": "/t/cap.py"}], "system_prompt": "" if not changes else "Hi"}
    plan = planned(**{"checkpoints": TWO, "evaluation": tasks, **changes})
    text = given_back(plan, "/f", None, str).text
    again = resolve(read_cruijff_kit(text, "x.yaml"), TODAY)
    assert again.spec.checkpoints == plan.spec.checkpoints
    assert again.evaluations == plan.evaluations
    assert again.spec.evaluation.system_prompt == plan.spec.evaluation.system_prompt
    assert again.design_type == plan.design_type
