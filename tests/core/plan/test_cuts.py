"""A 2x3 factorial on two tasks, worked by hand: what it takes, and what each cut saves.

2 models x 3 ranks, 3 epochs of 320 s and 3 GiB each, all epochs evaluated on 2 tasks, 120 s each:
6 trainings of 960 s; 6 x 2 x 3 + 2 x 2 = 40 evaluations; 5,760 s + 4,800 s = 2.9333 h; 6 x 3 x 3 = 54 GiB.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ckreg.core.plan import budget_text
from ckreg.core.plan.budget import Budget, Cut, Limit, Limits, budget_of
from ckreg.core.plan.cuts import cuts_of
from ckreg.core.plan.forecast import EvaluationForecast, Forecast, TrainingForecast
from ckreg.core.plan.requests import evaluation_requests, training_requests
from ckreg.core.plan.resolve import resolve
from ckreg.core.plan.values import Plan
from ckreg.core.settings import Settings
from ckreg.core.spec import Spec
from tests.core.plan.helpers import TODAY, basis, estimate, planned, resources, time

TASKS = [{"name": "cap", "script": "/cap.py"}, {"name": "gsm", "script": "inspect_evals/gsm8k"}]
FACTORIAL: dict[str, Any] = {
    "models": ["A", "B"],
    "variables": {"lora_rank": [4, 8, 64]},
    "training": {"recipe": "lora_finetune_single_device", "epochs": 3},
    "evaluation": {"tasks": TASKS, "epochs": "all"},
}


def forecast(plan: Plan) -> Forecast:
    """320 s and 3 GiB an epoch, 0.1 GiB of adapters alone; 120 s an evaluation; all wrong together."""
    found = resources(plan.spec)
    adapters = any(run.get("save_adapter_weights_only") for run in plan.runs)
    training = []
    for request, runs in training_requests(plan, found, Settings()).items():
        one = estimate(320.0 * request.epochs, basis())
        gib = len(runs) * request.epochs * (0.1 if adapters else 3.0)
        shared = replace(one.time, own_sigma=0.0)
        training.append(
            TrainingForecast(request, runs, replace(one, time=shared, disk=replace(one.disk, total_gib=gib)))
        )
    tested = replace(time(120.0, basis()), own_sigma=0.0)
    evaluation = [
        EvaluationForecast(group, tested) for group in evaluation_requests(plan, found, Settings()).values()
    ]
    return Forecast(tuple(training), tuple(evaluation))


def budget(plan: Plan, limits: Limits) -> Budget:
    return budget_of(forecast(plan), limits)


def planner(limits: Limits) -> Callable[[Spec], Budget]:
    return lambda spec: budget(resolve(spec, TODAY), limits)


def cuts(limits: Limits, **changes: object) -> tuple[Cut, ...]:
    plan = planned(**(FACTORIAL | changes))
    return cuts_of(plan, budget(plan, limits), planner(limits))


def told(found: tuple[Cut, ...]) -> list[tuple[str, float, int, float, bool]]:
    return [
        (cut.change, round(cut.gpu_hours, 4), cut.jobs, round(cut.disk_gib, 4), cut.fits) for cut in found
    ]


def test_the_whole_matrix_is_counted() -> None:
    whole = budget(planned(**FACTORIAL), Limits())
    assert (whole.trainings, whole.evaluations, whole.jobs) == (6, 40, 46)
    assert whole.training.median_hours == pytest.approx(1.6)
    assert whole.evaluation.median_hours == pytest.approx(4 / 3)
    assert whole.both.median_hours == pytest.approx(2.9333, abs=1e-4)
    assert whole.both.p90_hours == pytest.approx(1.5 * 2.9333, abs=1e-3)  # nothing evens out here
    assert whole.disk_gib == pytest.approx(54)


def test_where_everything_fits_nothing_is_proposed() -> None:
    assert cuts(Limits()) == ()
    limits = Limits(3.0, 46, 54.0)
    assert cuts(limits) == ()
    fits = budget(planned(**FACTORIAL), limits)
    assert (fits.over, fits.waves, fits.may_go_over) == ({}, 1, True)
    assert list(budget_text.notes(fits)) == list(budget_text.cuts(fits)) == []


def test_each_cut_of_gpu_hours_saves_what_it_saves_by_hand() -> None:
    assert told(cuts(Limits(gpu_hours=2.5))) == [
        ("evaluation.epochs: last", 0.8, 24, 0, True),  # 6 runs x 2 tasks x 2 epochs x 120 s
        ("training.epochs: 2", 0.9333, 12, 18, True),  # 6 x 320 s, 6 x 2 x 120 s, 6 x 3 GiB
        ("lora_rank without 4", 0.9333, 14, 18, True),  # 2 x 960 s, 2 x 6 x 120 s, 2 x 9 GiB
        ("lora_rank without 64", 0.9333, 14, 18, True),
        ("lora_rank without 8", 0.9333, 14, 18, True),
        ("model without A", 1.4667, 23, 27, True),  # 3 x 960 s, (3 x 6 + 2) x 120 s, 3 x 9 GiB
        ("model without B", 1.4667, 23, 27, True),
        ("controls.base_models: false", 0.1333, 4, 0, False),  # 2 x 2 x 120 s
        ("evaluation.matrix: base models on cap only", 0.0667, 2, 0, False),  # 2 x 120 s
    ]


def test_training_is_shortened_no_further_than_it_has_to_be() -> None:
    # 1 epoch: 6 x 320 s + (6 x 2 + 4) x 120 s = 3,840 s
    assert told(cuts(Limits(gpu_hours=1.5)))[0] == ("training.epochs: 1", 1.8667, 24, 36, True)


def test_several_cuts_are_put_together_where_none_is_enough() -> None:
    # Alone: 1 epoch leaves 1.0667 h, a model less 1.4667 h. Both: 3 x 320 s + (3 x 2 + 2) x 120 s = 1,920 s.
    first, *others = told(cuts(Limits(gpu_hours=0.9)))
    assert first == ("training.epochs: 1; model without A", 2.4, 35, 45, True)
    assert len(others) == 9
    assert not any(fits for *_, fits in others)


def test_where_nothing_is_enough_the_most_saving_comes_first() -> None:
    found = told(cuts(Limits(gpu_hours=0.01)))
    assert [change for change, *_ in found[:2]] == ["training.epochs: 1", "model without A"]
    assert not any(fits for *_, fits in found)


def test_jobs_are_cut_to_what_may_be_submitted() -> None:
    limits = Limits(jobs=40)
    whole = budget(planned(**FACTORIAL), limits)
    assert (whole.over, whole.waves) == ({Limit.JOBS: 6}, 2)
    found = told(cuts(limits))
    assert [(change, jobs) for change, _, jobs, _, fits in found if fits][:2] == [
        ("evaluation.epochs: last", 24),
        ("training.epochs: 2", 12),
    ]


def test_short_disk_is_helped_by_saving_adapters_alone() -> None:
    found = told(cuts(Limits(disk_gib=40)))
    assert found[0] == ("training.save_adapter_weights_only: true", 0, 0, 52.2, True)  # 18 x (3 - 0.1) GiB
    assert "evaluation.epochs: last" not in [change for change, *_ in found]  # frees no disk


def test_what_the_spec_does_not_have_is_not_cut() -> None:
    single = {"models": ["A"], "variables": None, "evaluation": None, "controls": {"base_models": False}}
    training = {"recipe": "full_finetune_single_device", "epochs": 1}
    assert cuts(Limits(gpu_hours=0.01), **single, training=training) == ()


def test_epochs_that_are_evaluated_by_number_stay_trained() -> None:
    found = cuts(Limits(gpu_hours=0.01), evaluation={"tasks": TASKS, "epochs": [0, 1]})
    assert "training.epochs: 2" in [cut.change for cut in found]


def test_epochs_that_vary_are_cut_as_levels() -> None:
    training = {"recipe": "lora_finetune_single_device"}
    found = cuts(Limits(gpu_hours=0.01), variables={"epochs": [1, 2]}, training=training)
    assert [cut.change for cut in found if "epochs" in cut.change] == [
        "epochs without 2",  # 2 models x (640 s + 2 tasks x 2 epochs x 120 s)
        "epochs without 1",  # 2 models x (320 s + 2 tasks x 120 s)
        "evaluation.epochs: last",  # 2 models x 2 tasks x 120 s
    ]


def test_epochs_of_each_model_are_cut_to_a_most() -> None:
    # A trains 3, B 1: to 2, A's 3 ranks save 320 s and 2 evaluations of 120 s each.
    training = FACTORIAL["training"] | {"epochs": {"A": 3, "B": 1}}
    found = told(cuts(Limits(gpu_hours=1.8), training=training))
    assert ("training.epochs: 2", 0.4667, 6, 9, True) in found


def test_levels_of_datasets_and_variants_are_cut() -> None:
    datasets = {"small": {"path": "/s"}, "full": {"path": "/f"}}
    found = cuts(Limits(gpu_hours=0.01), dataset=datasets)
    assert {"dataset without small", "dataset without full"} <= {cut.change for cut in found}
    ablation = {"design": "ablation", "variants": {"plain": {}, "packed": {"packed": True}}}
    found = cuts(Limits(gpu_hours=0.01), variables=None, **ablation)
    assert {"variant without plain", "variant without packed"} <= {cut.change for cut in found}


def test_a_selective_matrix_keeps_its_lines() -> None:
    matrix = [{"runs": "*_rank4", "epochs": "all"}, {"runs": "*_base"}]
    found = told(cuts(Limits(gpu_hours=0.01), evaluation={"tasks": TASKS, "matrix": matrix}))
    # 2 models x 2 tasks x 2 epochs; then the second task of 2 base models
    assert ("evaluation.epochs: last", 0.2667, 8, 0, False) in found
    assert ("evaluation.matrix: base models on cap only", 0.0667, 2, 0, False) in found


def test_cuts_are_told_in_80_columns() -> None:
    long = "Llama-3.2-11B-Vision-Instruct-of-a-very-long-name"
    plan = planned(**(FACTORIAL | {"models": [long, "B"]}))
    limits = Limits(gpu_hours=0.9, jobs=40, disk_gib=20)
    whole = budget(plan, limits)
    whole = replace(whole, cuts=cuts_of(plan, whole, planner(limits)))
    lines = list(budget_text.cuts(whole))
    assert max(map(len, lines)) <= 80
    assert lines[0] == "To fit, cut (✓ is enough)                     GPU hours    jobs       disk"
    assert lines[-1].startswith("  and ")
    assert "✗ over max_gpu_hours, 0.9" in "\n".join(budget_text.table(whole))
    assert budget_text.jobs(whole).endswith("= 46 ✗ over max_submit, 40: submitted in 2 waves")


def test_the_same_plan_gives_the_same_cuts() -> None:
    limits = Limits(gpu_hours=0.9, jobs=40, disk_gib=20)
    assert cuts(limits) == cuts(limits)
