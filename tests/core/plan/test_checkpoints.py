"""Plans of checkpoints that are only evaluated, worked out by hand."""

from ckreg.adapters.assets import render_summary
from ckreg.core.check import check_document
from ckreg.core.plan import Plan, resolve
from ckreg.core.plan.brief import brief
from ckreg.core.summary import parse
from tests.core.plan.helpers import TODAY, planned, sheet
from tests.core.spec.helpers import read
from tests.core.spec.test_checkpoints import BEFORE, alone

TWO = [BEFORE, BEFORE | {"name": "cap_final", "epoch": None}]


def evaluated_only() -> Plan:
    return resolve(read(alone() | {"checkpoints": TWO}), TODAY)


def test_a_checkpoint_is_evaluated_once_a_task() -> None:
    plan = evaluated_only()
    assert [(one.run_name, one.epoch) for one in plan.evaluations] == [
        ("Llama-3.2-1B-Instruct_base", None),
        ("cap_rank8", "1"),
        ("cap_final", None),
    ]
    assert (plan.design_type, plan.runs_text) == (
        "evaluation only",
        "3 (0 fine-tuned + 1 controls + 2 eval-only)",
    )


def test_beside_trained_runs_it_has_no_row_in_fine_tuning() -> None:
    plan = planned(checkpoints=TWO)
    assert plan.design_type == "parameter sweep"
    written = parse(render_summary(sheet(plan)))
    assert [row.run_name for row in written.fine_tuning] == [run.name for run in plan.runs]
    assert [(row.run_name, row.type) for row in written.runs][3:] == [
        ("cap_rank8", "eval-only"),
        ("cap_final", "eval-only"),
    ]
    assert [(row.run_name, row.epoch, row.notes) for row in written.evaluations][2:] == [
        ("Llama-3.2-1B-Instruct_base", None, "Base model"),
        ("cap_rank8", "1", None),
        ("cap_final", None, "Checkpoint"),
    ]


def test_its_document_passes_check_and_its_plan_fits_the_screen() -> None:
    for plan in (evaluated_only(), planned(checkpoints=TWO)):
        document = render_summary(sheet(plan))
        problems = check_document(document, plan.name)
        assert {problem.code for problem in problems} == {"CK502"}  # preliminary, as no run came before
        assert max(map(len, brief(sheet(plan), ()).split("\n"))) <= 80


def test_nothing_is_said_of_training_where_nothing_is_trained() -> None:
    document = render_summary(sheet(evaluated_only()))
    assert "- **Recipe:**" not in document
    assert "- **Basis:** nothing is trained" in document


def test_a_prompt_that_differs_by_a_factor_is_said() -> None:
    evaluation = {"tasks": [{"name": "cap", "script": "/tasks/cap.py"}], "system_prompt": "Be brief."}
    prompts = {"system_prompt": {"none": "", "brief": "Be brief."}}
    document = render_summary(sheet(planned(variables=prompts, evaluation=evaluation)))
    assert (
        '- **System prompt:** "", "Be brief." (a factor of training; every evaluation has "Be brief.")'
        in document
    )
