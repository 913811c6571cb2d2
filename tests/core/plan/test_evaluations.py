"""Who is evaluated on what after which epochs, worked out by hand."""

import pytest

from tests.core.plan.helpers import planned

TASKS = [{"name": "cap", "script": "/cap.py"}, {"name": "gsm", "script": "inspect_evals/gsm8k"}]
TRAINING = {"recipe": "lora_finetune_single_device", "epochs": 3, "validation": True}


def rows(evaluation: dict[str, object]) -> list[tuple[str, str, str | None]]:
    plan = planned(models=["A"], evaluation={"tasks": TASKS[:1], **evaluation}, training=TRAINING)
    return [(one.run_name, one.task, one.epoch) for one in plan.evaluations]


@pytest.mark.parametrize(
    ("epochs", "evaluated"),
    [("last", ["2"]), ("all", ["0", "1", "2"]), ([2, 0], ["0", "2"]), ("best", ["best"])],
)
def test_a_fine_tuned_run_has_one_row_an_epoch_and_a_base_model_one(
    epochs: object, evaluated: list[str]
) -> None:
    assert rows({"epochs": epochs}) == [
        *(("A_rank4", "cap", epoch) for epoch in evaluated),
        *(("A_rank64", "cap", epoch) for epoch in evaluated),
        ("A_base", "cap", None),
    ]


def test_the_number_is_base_runs_and_fine_tuned_epochs_times_tasks() -> None:
    plan = planned(models=["A", "B"], evaluation={"tasks": TASKS, "epochs": "all"}, training=TRAINING)
    assert len(plan.evaluations) == 2 * 2 + 4 * 2 * 3


def test_a_selective_matrix_evaluates_what_its_lines_say() -> None:
    matrix = [{"runs": "*_rank64", "tasks": ["cap"], "epochs": "all"}, {"runs": "*_rank64", "epochs": "best"}]
    plan = planned(models=["A"], evaluation={"tasks": TASKS, "matrix": matrix}, training=TRAINING)
    assert [(row.run_name, row.cells, row.notes) for row in plan.matrix] == [
        ("A_rank4", (("cap", None), ("gsm", None)), "No evals"),
        ("A_rank64", (("cap", ("0", "1", "2", "best")), ("gsm", ("best",))), "All evals"),
        ("A_base", (("cap", None), ("gsm", None)), "No evals"),
    ]
    assert len(plan.evaluations) == 5


def test_a_line_may_select_some_tasks_of_the_controls() -> None:
    matrix = [{"runs": "*_base", "tasks": ["gsm"]}]
    plan = planned(models=["A"], evaluation={"tasks": TASKS, "matrix": matrix}, training=TRAINING)
    assert plan.matrix[2].cells == (("cap", None), ("gsm", ()))
    assert plan.matrix[2].notes == "1 of 2 tasks"


def test_without_tasks_there_are_no_evaluations() -> None:
    assert planned(evaluation=None).evaluations == ()
