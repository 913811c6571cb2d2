"""How today's plan, and what ran, differ from what was sealed."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from ckreg.adapters.tree import Home
from ckreg.commands.drift import drift
from ckreg.commands.index import index
from ckreg.core.status import Status, StatusRequest
from ckreg.errors import NotFoundError
from ckreg.flows.sealing import seal_experiment
from ckreg.flows.updates import apply
from tests.documents import EXPERIMENT, SUMMARY
from tests.logs import BUNDLED

DOCUMENT = f"experiments/{EXPERIMENT}/experiment_summary.md"
AT = datetime(2025, 10, 22, 14, 23, 15, tzinfo=UTC)


def test_without_a_seal_there_is_nothing_to_drift_from(home: Home) -> None:
    with pytest.raises(NotFoundError, match=r"not sealed yet\. `ckreg seal cap_8L"):
        drift(home, "cap_8L")


def test_a_plan_as_it_was_sealed_has_not_drifted(home: Home) -> None:
    seal_experiment(home, EXPERIMENT)
    found = drift(home, "cap_8L")
    assert (found.plan, found.ran) == ((), ())


def test_each_changed_item_is_told_with_its_line(home: Home) -> None:
    seal_experiment(home, EXPERIMENT)
    text = SUMMARY.replace("| lora_rank | 4, 64 |", "| lora_rank | 4, 64, 128 |").replace(
        "✓ epoch 0,1", "✓ epoch 1", 1
    )
    (home.root / DOCUMENT).write_text(text)
    lines = text.split("\n")
    assert [(item.path, item.line, item.words) for item in drift(home, "cap_8L").plan] == [
        (DOCUMENT, lines.index("| lora_rank | 4, 64, 128 |") + 1, "factor lora_rank: 4, 64 -> 4, 64, 128"),
        (
            DOCUMENT,
            lines.index("| L1B_rank4 | ✓ epoch 1 | All evals |") + 1,
            "Evaluation Matrix, L1B_rank4, cap: 0, 1 -> 1",
        ),
    ]


def test_a_job_that_ran_otherwise_than_planned_is_told(home: Home, git: Callable[..., str]) -> None:
    """Job 19 of the bundled logs: Llama-mini-8M-Instruct, rank 4, batch size 8, 2 epochs."""
    index(home, [BUNDLED])
    request = StatusRequest(
        id="1", experiment=EXPERIMENT, run="L1B_rank64", at=AT, status=Status.RUNNING, job="19"
    )
    apply(home, request)
    assert git(home.root, "status", "--porcelain") == ""
    found = drift(home, "cap_8L")
    assert found.plan == ()
    told = [(item.run_name, item.job_id, item.setting, item.planned, item.ran) for item in found.ran]
    assert told == [
        ("L1B_rank64", "19", "model", "L1B", "Llama-mini-8M-Instruct"),
        ("L1B_rank64", "19", "lora_rank", "64", "4"),
        ("L1B_rank64", "19", "batch_size", "4", "8"),
    ]
    assert found.ran[0].log_path.endswith("slurm-19.out")
