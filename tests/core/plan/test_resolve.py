"""Plans worked out by hand."""

from datetime import date

import pytest

from ckreg.core.plan import resolve
from ckreg.core.summary import Factor
from tests.core.plan.helpers import TODAY, planned
from tests.core.spec.helpers import read, sound


@pytest.mark.parametrize(
    ("models", "variables", "design_type"),
    [
        (["A"], {"lora_rank": [4]}, "single run"),
        (["A"], {}, "single run"),
        (["A", "B"], {}, "parameter sweep"),
        (["A"], {"lora_rank": [4, 8, 64]}, "parameter sweep"),
        (["A", "B"], {"lora_rank": [4, 8, 64]}, "2×3 factorial"),  # as people write it
        (["A", "B"], {"lora_rank": [4, 8], "lr": [1e-5, 3e-4]}, "2×2×2 factorial"),
    ],
)
def test_the_design_type_counts_the_levels(models: list[str], variables: object, design_type: str) -> None:
    assert planned(models=models, variables=variables).design_type == design_type


def test_an_ablation_says_so() -> None:
    variants = {"all": {}, "unpacked": {"packed": False}}
    plan = planned(variables=None, design="ablation", variants=variants)
    assert plan.design_type == "ablation"
    assert plan.factors == (Factor("variant", ("all", "unpacked")),)


def test_each_thing_that_varies_is_a_factor() -> None:
    datasets = {"small": {"path": "/d", "max_samples": 500}, "full": {"path": "/d"}}
    plan = planned(models=["A", "B"], dataset=datasets, variables={"lr": [1e-5, 3e-4], "lora_rank": [8]})
    assert plan.factors == (
        Factor("model", ("A", "B")),
        Factor("dataset", ("small", "full")),
        Factor("lr", ("1e-05", "0.0003")),
    )


def test_every_model_has_a_control_unless_they_are_not_wanted() -> None:
    assert [control.name for control in planned(models=["A", "B"]).controls] == ["A_base", "B_base"]
    assert planned(controls={"base_models": False}).controls == ()


def test_the_name_has_the_spec_s_date_else_today_s() -> None:
    assert planned().name == "cap_8L_lora_comparison_2025-10-22"
    undated = read({key: value for key, value in sound().items() if key != "date"})
    assert resolve(undated, date(2026, 1, 2)).name == "cap_8L_lora_comparison_2026-01-02"
    assert resolve(undated, TODAY).spec.date == TODAY
