"""Which checkpoints may go."""

import pytest

from ckreg.core.cleaning import verdicts
from ckreg.core.summary import EvaluationRow

FOLDERS = ("epoch_0", "epoch_1", "epoch_10", "epoch_2", "recipe_state", "logs", "eval", "epoch_x", "hf_model")


def _row(
    epoch: str | None, status: str = "completed", job: str | None = None, notes: str = "-"
) -> EvaluationRow:
    return EvaluationRow("a", "cap", epoch, status, job, None, notes, 1)


def _spare(status: str | None, *evaluations: EvaluationRow) -> list[str]:
    return [each.name for each in verdicts(FOLDERS, status, evaluations) if not each.stays]


@pytest.mark.parametrize("status", ["pending", "running", None, "done"])
def test_what_is_not_over_keeps_everything(status: str | None) -> None:
    assert _spare(status, _row("0")) == []


@pytest.mark.parametrize("outcome", ["pending", "running", "completed", "failed"])
def test_of_a_completed_run_the_evaluated_epochs_stay(outcome: str) -> None:
    assert _spare("completed", _row("0"), _row("2", outcome)) == ["epoch_1", "epoch_10", "recipe_state"]


def test_without_evaluations_nobody_knows_which_epoch_counts() -> None:
    assert _spare("completed") == []


@pytest.mark.parametrize("epoch", ["best", None, "last", "1.0"])
def test_where_the_epochs_are_not_certain_all_stay(epoch: str | None) -> None:
    assert _spare("completed", _row("0"), _row(epoch)) == ["recipe_state"]


def test_best_that_is_known_stays() -> None:
    assert _spare("completed", _row("best (1)")) == ["epoch_0", "epoch_2", "epoch_10", "recipe_state"]


def test_of_a_failed_run_all_may_go() -> None:
    assert _spare("failed", _row("0", "completed"), _row("1", "failed")) == [
        "epoch_0", "epoch_1", "epoch_2", "epoch_10", "recipe_state",
    ]  # fmt: skip
    names = ["checkpoint-500", "checkpoint-60", "checkpoints"]
    assert [each.name for each in verdicts(names, "failed", ())] == ["checkpoint-60", "checkpoint-500"]


def test_what_an_evaluation_of_it_waits_for_stays() -> None:
    assert "epoch_1" not in _spare("failed", _row("1", "pending"))
    assert "epoch_1" not in _spare("failed", _row("1", "running", "7"))
    assert _spare("failed", _row("best", "pending")) == []
    assert "epoch_1" not in _spare("failed", _row("1", "pending", "7", "training failed"))


def test_an_evaluation_that_waits_for_another_training_needs_nothing() -> None:
    assert "epoch_1" in _spare("failed", _row("1", "pending", None, "training failed"))
