import pytest
from hypothesis import given

from ckreg.adapters.assets import render_summary
from ckreg.core.plan import Plan, resolve
from ckreg.core.plan.documented import differences, spec_in_document
from ckreg.core.plan.settling import with_model_paths
from ckreg.core.summary import Summary, parse
from ckreg.errors import MalformedError
from tests.core.plan.helpers import TODAY, resources, sheet
from tests.core.plan.specs import odd_trees
from tests.core.spec.helpers import Tree, read, sound


def written(plan: Plan) -> Summary:
    return parse(render_summary(sheet(plan)))


def settled(tree: Tree) -> Plan:
    """A plan as `design` writes it: with the folders of its models."""
    spec = read(tree)
    return resolve(with_model_paths(spec, resources(spec)), TODAY)


@given(odd_trees())
def test_a_spec_and_its_document_say_the_same(tree: Tree) -> None:
    plan = settled(tree)
    assert differences(plan.spec, written(plan)) == ()


@given(odd_trees())
def test_the_spec_that_is_read_out_of_a_document_makes_the_same_plan(tree: Tree) -> None:
    plan = settled(tree)
    found = spec_in_document(written(plan), None, "experiment_summary.md")
    again = resolve(found, TODAY)
    assert again.name == plan.name
    assert differences(found, written(plan)) == ()
    assert [(run.name, run.model, run.dataset.path) for run in again.runs] == [
        (run.name, run.model, run.dataset.path) for run in plan.runs
    ]
    assert again.evaluations == plan.evaluations


DOCUMENT = render_summary(sheet(settled(sound())))


@pytest.mark.parametrize(
    ("old", "new", "field", "mine", "theirs"),
    [
        (
            "Does LoRA rank change accuracy?",
            "Is it so?",
            "question",
            "Does LoRA rank change accuracy?",
            "Is it so?",
        ),
        ("- **Epochs:** 2", "- **Epochs:** 3", "configuration, epochs", "2", "3"),
        ("| lora_rank | 4, 64 |", "| lora_rank | 4, 32 |", "factors, lora_rank", "4, 64", "4, 32"),
        ("`/tasks/cap.py`", "`/tasks/other.py`", "tasks, cap, script", "/tasks/cap.py", "/tasks/other.py"),
        (
            "- **Path:** `/data/words.json`",
            "- **Path:** `/d.json`",
            "datasets, path",
            "/data/words.json",
            "/d.json",
        ),
    ],
)
def test_what_a_person_changed_in_the_document_is_told_by_field(  # a row of the table
    old: str, new: str, field: str, mine: str, theirs: str
) -> None:
    assert old in DOCUMENT
    found = differences(settled(sound()).spec, parse(DOCUMENT.replace(old, new)))
    assert found == ((field, mine, theirs),)


def test_the_document_is_believed_where_it_differs_and_the_spec_elsewhere() -> None:
    spec = read(sound() | {"notes": "only here", "task": "cap_8L"})
    text = DOCUMENT.replace("- **Epochs:** 2", "- **Epochs:** 3")
    found = spec_in_document(parse(text), spec, "x")
    assert dict(found.training.settings)["epochs"] == 3
    assert (found.task, found.factor, found.notes) == ("cap_8L", "lora_comparison", "only here")
    assert found.variables == spec.variables


def test_a_document_without_a_plan_says_where_it_lacks_one() -> None:
    with pytest.raises(MalformedError, match=r"experiment_summary.md.*faults(?s:.*)question"):
        spec_in_document(parse("# Experiment: x_y_2025-10-22\n"), None, "experiment_summary.md")
