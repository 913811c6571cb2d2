"""Plans are spliced into documents that people have changed: the new plan is shown, the rest stays."""

import difflib

import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from ckreg.adapters.assets import render_summary
from ckreg.core.amending import amended
from ckreg.core.plan import Plan, resolve
from ckreg.core.shown.canonical import canonical_plan
from ckreg.core.shown.reading import shown_in
from ckreg.core.summary import parse
from ckreg.errors import CkregError, MalformedError
from tests.core.plan.helpers import TODAY, basis, planned, sheet
from tests.core.spec.helpers import Tree, read
from tests.core.spec.strategies import ranks, spec_trees
from tests.core.test_seal import realigned


def rendered(plan: Plan) -> str:
    return render_summary(sheet(plan, basis()))


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Tree, Tree]:
    """A spec, and the same with other ranks, tasks, epochs and epochs evaluated."""
    before = draw(spec_trees())
    before["variables"].pop("lora_rank", None)
    before["variables"]["lora_rank"] = draw(ranks)
    before["evaluation"]["matrix"] = "all"
    evaluation = before["evaluation"]
    tasks = evaluation["tasks"] or []
    kept = draw(st.lists(st.sampled_from(tasks), unique_by=repr)) if tasks else []
    new = draw(st.lists(st.just({"name": "zz new", "script": "/n|ew.py"}), max_size=1))
    after = before | {
        "variables": before["variables"] | {"lora_rank": draw(ranks)},
        "training": before["training"] | {"epochs": draw(st.integers(1, 3))},
        "evaluation": evaluation
        | {"tasks": [*kept, *new] or None, "epochs": draw(st.sampled_from(["last", "all", "best", [0]]))},
    }
    return before, after


@pytest.mark.slow
@settings(max_examples=25, phases=[Phase.explicit, Phase.generate])
@given(pairs(), st.booleans(), st.booleans())
def test_any_plan_is_amended_into_any_other(trees: tuple[Tree, Tree], aligned: bool, crlf: bool) -> None:
    before, after = (resolve(read(tree), TODAY) for tree in trees)
    assume(before.spec.evaluation.tasks or not after.spec.evaluation.tasks)
    assume(len(before.factors) > 0 or len(after.factors) == 0)
    old, new = rendered(before), rendered(after)
    current = realigned(old) if aligned else old
    current = current.replace("## Status", "## Mine\n| Run Name | x |\n|---|---|\n| M | 4 |\n\n## Status")
    current = current.replace("\n", "\r\n") if crlf else current
    edited = amended(current, old, new, "s.md")
    assert canonical_plan(shown_in(parse(edited))) == canonical_plan(shown_in(parse(new)))
    assert ("\r\n" in edited) == crlf
    assert edited.count("\r\n") in {0, edited.count("\n")}
    assert evaluated(edited) == evaluated(new)


def evaluated(text: str) -> set[tuple[str | None, ...]]:
    return {(row.run_name, row.task, row.epoch, row.status, row.notes) for row in parse(text).evaluations}


@pytest.mark.slow
@settings(max_examples=25)
@given(st.text(max_size=60))
def test_any_document_is_amended_or_refused(text: str) -> None:
    old = rendered(planned())
    new = rendered(planned(variables={"lora_rank": [4, 64, 128]}))
    place = old.index("## Resources")
    for current in (text, old[:place] + text + old[place:], old + text):
        try:
            edited = amended(current, old, new, "s.md")
        except CkregError:
            continue
        lines = list(difflib.ndiff(current.split("\n"), edited.split("\n")))
        assert not any(line.startswith("- ") and text and line[2:] == text for line in lines)


def test_the_same_plan_changes_nothing() -> None:
    text = rendered(planned()) + "mine"
    assert amended(text, rendered(planned()), rendered(planned()), "s.md") == text


def test_a_table_that_is_there_twice_is_told() -> None:
    old, new = rendered(planned()), rendered(planned(variables={"lora_rank": [4]}))
    twice = old.replace("## Resources", "| Run Name | Model |\n|---|---|\n| x | y |\n\n## Resources", 1)
    with pytest.raises(MalformedError, match=r"s\.md:\d+: there are 2 tables under 'All Runs'"):
        amended(twice, old, new, "s.md")
