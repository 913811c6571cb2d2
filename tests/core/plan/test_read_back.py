"""What the document shows is read back as it was planned."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckreg.adapters.assets import render_summary
from ckreg.core.plan import Plan, resolve
from ckreg.core.plan.showing import shown_of
from ckreg.core.setting_text import read_setting, read_settings, setting_text, split
from ckreg.core.shown.reading import shown_in
from ckreg.core.shown.values import ShownDataset, ShownPlan, ShownTask
from ckreg.core.summary import parse
from tests.core.plan.helpers import TODAY, planned, resources, sheet
from tests.core.plan.specs import odd, odd_trees
from tests.core.spec.helpers import Tree, read


def read_back(plan: Plan) -> ShownPlan:
    """What the document shows, without the estimates, which are no part of a resolved spec."""
    shown = shown_in(parse(render_summary(sheet(plan))))
    runs = tuple(replace(run, est_time=()) for run in shown.runs)
    datasets = tuple(replace(dataset, others=()) for dataset in shown.datasets)
    return replace(shown, runs=runs, datasets=datasets, estimates=())


def same(plan: Plan) -> None:
    wanted, found = shown_of(plan, resources(plan.spec)), read_back(plan)
    assert repr(found) == repr(wanted)  # 1, 1.0 and true are equal, and not the same


@given(odd_trees())
def test_the_plan_is_read_back_as_it_was_resolved(tree: Tree) -> None:
    same(resolve(read(tree), TODAY))


def test_a_small_document_is_read_by_hand() -> None:
    tasks = [{"name": "cap", "script": "/t/cap.py", "dataset": "/d/x.json", "description": "8 letters"}]
    plan = planned(
        models=["A", "B"],
        training={"recipe": "lora_x", "batch_size": {"A": 4, "B": 2}},
        evaluation={"tasks": tasks},
    )
    shown = shown_in(parse(render_summary(sheet(plan))))
    assert shown.tasks == (ShownTask("cap", "/t/cap.py", "/d/x.json", "8 letters"),)
    assert shown.datasets == (
        ShownDataset(
            None,
            "/data/words.json",
            (("train", 8000), ("validation", 1000), ("test", 500)),
            None,
            (("size", ("639.6 KiB",)),),
        ),
    )
    assert dict(shown.configuration)["batch_size"] == (("A", (4,)), ("B", (2,)))
    assert dict(shown.configuration)["packed"] == ((None, (True,)),)
    assert dict(shown.configuration)["lora_alpha"] == ((None, ("auto",)),)
    assert [(run.name, run.est_time) for run in shown.runs if not run.control][:1] == [
        ("A_rank4", ("16 min",))
    ]
    estimates = dict(shown.estimates)
    assert estimates["Training", "Total GPU hours"] == ("1.1", "9", "10", "1.6")
    assert estimates["Training", "A"][:3] == ("16 min", "2", "32 min")
    assert estimates["Disk Space", "Available"] == ("2150 GiB",)


@given(odd)
def test_a_setting_is_read_as_it_was_written(value: object) -> None:
    setting: Any = tuple(value) if isinstance(value, list) else value
    text = setting_text(setting)
    assert text.isprintable()
    assert repr(read_setting(text)) == repr(setting)
    assert split(f"{text}, 4") == [text, "4"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("4", ((None, (4,)),)),
        ("4, 64", ((None, (4, 64)),)),
        ("A: 4, 8, B: 2", (("A", (4, 8)), ("B", (2,)))),
        ("C: 4", ((None, ("C: 4",)),)),
        ('"a, b", c', ((None, ("a, b", "c")),)),
        ("-", ((None, (None,)),)),
        ("", ()),
        ('an open " quote, [bracket', ((None, ('an open " quote', "[bracket")),)),
        ("1e-05", ((None, (1e-05,)),)),
        ("9" * 5000, ((None, ("9" * 5000,)),)),
    ],
)
def test_settings_of_models(text: str, shown: object) -> None:
    assert read_settings(text, ("A", "B")) == shown


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    shown_in(parse(text))
