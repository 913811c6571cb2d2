"""Checkpoints that are dropped, and those that stay."""

import pytest

from ckreg.adapters.assets import render_summary
from ckreg.core.amending import amended
from ckreg.core.plan import Plan, resolve
from ckreg.core.plan.documented import differences, spec_in_document
from ckreg.core.spec import dump_spec
from ckreg.core.spec.amending import Amendment, amended_spec
from ckreg.core.summary import parse
from ckreg.core.wizard import answers_of
from ckreg.errors import MalformedError, NotFoundError, UsageError
from tests.core.plan.helpers import TODAY, planned, sheet

TWO = [
    {"name": "old_rank64", "path": "/old/epoch_1", "model": "Llama-3.2-1B-Instruct", "epoch": 7},
    {"name": "whole", "path": "/old/whole", "model": "Other-1B"},
]
ALONE: dict[str, object] = {"checkpoints": TWO, "training": None, "variables": None, "dataset": None}
ONLY_TWO = {**ALONE, "models": None}


def dropped(plan: Plan, *patterns: str) -> tuple[Plan, str]:
    """The plan without those runs, and the document with a status that was there before."""
    new = resolve(amended_spec(dump_spec(plan.spec), Amendment(dropped_runs=patterns), "spec.yaml"), TODAY)
    before, after = render_summary(sheet(plan)), render_summary(sheet(new))
    lived = before.replace(
        "| whole | cap | - | pending | - | - |", "| whole | cap | - | completed | 7 | 2025-10-23 10:00:00 |"
    )
    return new, amended(lived, before, after, "s.md")


@pytest.mark.parametrize("changes", [{"checkpoints": TWO}, ALONE, ONLY_TWO])
def test_a_checkpoint_is_dropped_and_the_row_of_the_other_is_kept(changes: dict[str, object]) -> None:
    new, text = dropped(planned(**changes), "old*")
    assert [one.name for one in new.spec.checkpoints] == ["whole"]
    assert new.spec.exclude == ()
    assert "old_rank64" not in text
    assert "| whole | cap | - | completed | 7 | 2025-10-23 10:00:00 |" in text
    assert "  - whole: `/old/whole` ✓ verified" in text
    told = {one.field.partition(",")[0] for one in differences(new.spec, parse(text))}
    assert told <= {"models"}  # the spec of the test does not say where its model lies


def test_the_last_checkpoint_goes_with_its_list() -> None:
    new, text = dropped(planned(checkpoints=TWO[:1]), "old_rank64")
    assert new.spec.checkpoints == ()
    assert "Checkpoints Used" not in text
    assert "/old/epoch_1" not in text
    assert "- **Total Runs:** 3 (2 fine-tuned + 1 controls)\n" in text


def test_a_pattern_drops_runs_and_checkpoints_alike() -> None:
    new, text = dropped(planned(checkpoints=TWO), "*rank64")
    assert [run.lora_rank for run in new.runs] == [4]
    assert [one.name for one in new.spec.checkpoints] == ["whole"]
    found = spec_in_document(parse(text), None, "s.md")
    assert found.exclude == ("Llama-3.2-1B-Instruct_rank64",)
    assert [(one.name, one.path, one.model, one.epoch) for one in found.checkpoints] == [
        ("whole", "/old/whole", "Other-1B", None)
    ]


def test_an_exclusion_is_about_runs_that_would_be_trained() -> None:
    with pytest.raises(MalformedError, match="`old_rank64` matches no run"):
        planned(checkpoints=TWO, exclude=["old_rank64"])
    with pytest.raises(MalformedError, match="matches no run; there is none to leave out"):
        planned(**ONLY_TWO, exclude=["*"])


def test_what_is_not_there_cannot_be_dropped() -> None:
    with pytest.raises(NotFoundError, match=r"there are .*old_rank64, whole"):
        dropped(planned(checkpoints=TWO), "nothing")
    with pytest.raises(MalformedError):
        dropped(planned(**ONLY_TWO), "*")


def test_the_conversation_does_not_start_from_checkpoints_alone() -> None:
    with pytest.raises(UsageError, match="trains nothing"):
        answers_of(planned(**ALONE).spec)
    assert answers_of(planned(checkpoints=TWO).spec)["models"] == "Llama-3.2-1B-Instruct"
