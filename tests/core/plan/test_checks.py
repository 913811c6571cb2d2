"""The eight checks of the description, in its order."""

from dataclasses import replace

from ckreg.core.disk_facts import DiskFacts
from ckreg.core.plan.checks import Mark, eight_checks
from ckreg.core.plan.sheet import Sheet
from ckreg.core.summary import EvaluationRow, FineTuningRow, Summary, parse
from tests.core.plan.helpers import basis, planned, sheet


def written(made: Sheet) -> Summary:
    plan = made.plan
    return replace(
        parse(""),
        matrix=parse(
            "## Evaluation Plan\n### Evaluation Matrix\n| Run Name | cap | Notes |\n|-|-|-|\n"
            + "".join(f"| {row.run_name} | - | - |\n" for row in plan.matrix)
        ).matrix,
        fine_tuning=tuple(FineTuningRow(run.name, "pending", None, None, None, None, 1) for run in plan.runs),
        evaluations=tuple(
            EvaluationRow(one.run_name, one.task, one.epoch, "pending", None, None, None, 1)
            for one in plan.evaluations
        ),
    )


def marks(made: Sheet, document: Summary | None = None) -> list[Mark]:
    checks = eight_checks(made.plan, made.resources, made.forecast, document or written(made))
    return [check.mark for check in checks]


def test_all_eight_are_met_where_all_is_there() -> None:
    made = sheet(planned(), basis())
    assert marks(made) == [Mark.DONE] * 8
    texts = [check.text for check in eight_checks(made.plan, made.resources, made.forecast, written(made))]
    assert texts == [
        "All models verified",
        "Dataset verified with correct splits",
        "Evaluation scripts verified (or noted as prerequisites)",
        "Time estimates calculated",
        "Disk space checked",
        "All run names follow convention",
        "Evaluation matrix is consistent",
        "Status tables initialized",
    ]


def test_what_is_missing_is_a_prerequisite() -> None:
    assert marks(sheet(planned(), basis(), found=False))[:3] == [Mark.PREREQUISITE] * 3


def test_preliminary_times_are_said_to_be() -> None:
    made = sheet(planned())
    checks = eight_checks(made.plan, made.resources, made.forecast, written(made))
    assert checks[3].text == "Time estimates clearly marked as preliminary"


def test_disk_that_is_too_small_fails_and_unknown_disk_is_a_prerequisite() -> None:
    made = sheet(planned(), basis())
    small = replace(made, resources=replace(made.resources, disk=DiskFacts("/scratch", 11.0)))
    unknown = replace(made, resources=replace(made.resources, disk=DiskFacts(None, None)))
    assert marks(small)[4] == Mark.FAILED
    assert marks(unknown)[4] == Mark.PREREQUISITE


def test_a_document_that_does_not_say_what_was_planned_fails() -> None:
    made = sheet(planned(), basis())
    assert marks(made, parse(""))[6:] == [Mark.FAILED, Mark.FAILED]
