"""Whose results a file has."""

from dataclasses import replace

import pytest

from ckreg.core.results.gathering import Source, gather
from ckreg.core.results.joining import Cell, Unjoined, joined, plan_of
from ckreg.core.results.values import Evaluation, Score, SourceKind
from ckreg.core.summary import parse
from tests.documents import EXPERIMENT, SUMMARY

DOCUMENT = SUMMARY.replace(
    "| L1B_rank4 | cap | 0 | pending | - |", "| L1B_rank4 | cap | 0 | pending | 55501 |"
).replace("- L1B: `/models/L1B`", "- **Models Used:**\n  - L1B: `/models/L1B`")
PLAN = plan_of(parse(DOCUMENT), EXPERIMENT)
CAP = Evaluation(kind=SourceKind.INSPECT_AI, task="cap", scores=(Score("accuracy", 0.5),))
OUT = f"/scratch/{EXPERIMENT}/ck-out-L1B_rank4"


def of(path: str, found: Evaluation = CAP, *, ours: bool = False) -> Cell | str:
    cell = joined(PLAN, path, found, ours=ours)
    return cell.reason if isinstance(cell, Unjoined) else cell


@pytest.mark.parametrize(
    ("path", "cell"),
    [
        (f"{OUT}/eval/cap_epoch1/logs/9/x.eval", ("L1B_rank4", "cap", "1")),
        (f"/r/experiments/{EXPERIMENT}/L1B_rank4/eval/cap_epoch0/x.eval", ("L1B_rank4", "cap", "0")),
        (f"/scratch/{EXPERIMENT}/ck-out-L1B_base/eval/cap/x.eval", ("L1B_base", "cap", None)),
        (f"/scratch/{EXPERIMENT}/ck-out-L1B_base/x.eval", ("L1B_base", "cap", None)),
        (f"{OUT}/epoch_1/x.eval", ("L1B_rank4", "cap", "1")),
        (f"/scratch/{EXPERIMENT}/ck-out-L1B_rank64/x.eval", ("L1B_rank64", "cap", "best")),
    ],
)
def test_a_path_tells_run_task_and_epoch(path: str, cell: tuple[str, str, str | None]) -> None:
    assert of(path) == cell


def test_a_path_outside_must_name_the_experiment() -> None:
    path = "/elsewhere/ck-out-L1B_rank4/eval/cap_epoch1/x.eval"
    assert of(path) == f"neither its path nor its model names a run of {EXPERIMENT}"
    assert of(path, ours=True) == ("L1B_rank4", "cap", "1")


def test_an_epoch_that_nothing_tells_is_not_guessed() -> None:
    assert of(f"{OUT}/x.eval") == "it does not say which epoch of L1B_rank4 it is of"


def test_the_models_path_tells_run_and_epoch() -> None:
    tuned = replace(CAP, models=(f"/old/{EXPERIMENT}/ck-out-L1B_rank4/epoch_0",))
    assert of("/elsewhere/x.eval", tuned) == ("L1B_rank4", "cap", "0")
    assert of("/elsewhere/x.eval", replace(CAP, models=("/models/L1B/",))) == ("L1B_base", "cap", None)


def test_a_jobs_id_tells_the_evaluation() -> None:
    assert of("/elsewhere/logs/55501/x.eval") == ("L1B_rank4", "cap", "0")


def test_a_path_and_a_model_that_disagree_are_nobodys() -> None:
    wrong = replace(CAP, models=(f"/s/{EXPERIMENT}/ck-out-L1B_rank64/epoch_0",))
    assert "different runs: L1B_rank4, L1B_rank64" in str(of(f"{OUT}/eval/cap_epoch1/x.eval", wrong))


def test_another_task_than_the_folders_is_nobodys() -> None:
    other = replace(CAP, task="t")  # the script /t.py of the task `cap`
    assert of(f"{OUT}/eval/cap_epoch1/x.eval", other) == ("L1B_rank4", "cap", "1")
    unknown = replace(CAP, task="other")
    assert of(f"{OUT}/eval/cap_epoch1/x.eval", unknown) == ("L1B_rank4", "cap", "1")
    assert of(f"{OUT}/epoch_1/x.eval", unknown) == "its task other is none of the plan's (cap)"


def test_lm_evaluation_harness_keeps_its_tasks_names() -> None:
    arc = replace(CAP, kind=SourceKind.LM_EVAL, task="arc_easy")
    assert of(f"{OUT}/eval/cap_epoch1/results_1.json", arc) == ("L1B_rank4", "arc_easy", "1")


def test_each_evaluation_counts_once_and_of_a_training_its_last_state() -> None:
    def state(value: float, step: int) -> Evaluation:
        scores = (Score("eval_loss", value),)
        return Evaluation(
            kind=SourceKind.TRAINER_STATE, task="validation", scores=scores, epoch="0", step=step
        )

    copied = replace(CAP, identity="abc")
    part = Evaluation(
        kind=SourceKind.LM_EVAL, task="mmlu_law", scores=(Score("acc", 0.1),), of_group=True, epoch="0"
    )
    found = gather(
        PLAN,
        [
            Source(f"{OUT}/checkpoint-50/trainer_state.json", (state(0.7, 50),), ours=False),
            Source(f"{OUT}/checkpoint-99/trainer_state.json", (state(0.6, 99),), ours=False),
            Source(f"{OUT}/eval/cap_epoch0/a.eval", (copied,), ours=False),
            Source(f"{OUT}/eval/cap_epoch0/b.eval", (copied,), ours=False),
            Source(f"{OUT}/eval/cap_epoch0/results_1.json", (part,), ours=False),
            Source("/elsewhere/x.eval", (CAP,), ours=False),
        ],
    )
    assert [(each.task, each.value, each.source.rpartition("/")[2]) for each in found.results] == [
        ("validation", 0.6, "trainer_state.json"),
        ("cap", 0.5, "a.eval"),
    ]
    assert [path for path, _ in found.unjoined] == ["/elsewhere/x.eval"]
