"""The main thread on real logs: indexed, asked in SQL, and an experiment designed from them."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.calls import Caller

# What the hand-checked labels call it, and the column that says it.
COLUMNS = {
    "batch_size": "batch_size",
    "lora_rank": "lora_rank",
    "epochs_total": "epochs",
    "train_steps_done": "steps_done",
    "train_steps_total": "steps_total",
    "steady_seconds_per_step": "seconds_per_step",
    "outcome": "outcome",
}
SQL = f"SELECT log_path, {', '.join(COLUMNS.values())} FROM measurements"  # noqa: S608  # our own names


@pytest.fixture
def own_logs(shared: Path) -> Path:
    logs = shared / "logs" / "own"
    if not logs.is_dir():
        pytest.skip("the collection of real job logs is not here")
    return logs


def test_query_shows_of_each_torchtune_log_what_was_checked_by_hand(call: Caller, own_logs: Path) -> None:
    assert call("index", str(own_logs)).code == 0
    rows = {row["log_path"]: row for row in json.loads(call("query", SQL, "--json").out)}
    wrong, total = [], 0
    for line in (own_logs.parent / "LABELS.jsonl").read_text().splitlines():
        label = json.loads(line)
        if label["framework"] == "torchtune" and label["file"].startswith("own/"):
            row = rows[str(own_logs.parent / label["file"])]
            total += len(COLUMNS)
            wrong += [
                (label["file"], key) for key, column in COLUMNS.items() if not agrees(label, key, row[column])
            ]
    print(f"{total - len(wrong)} of {total} agree ({1 - len(wrong) / total:.1%})")  # noqa: T201  # the share
    assert total >= 22 * len(COLUMNS)
    assert wrong == []


def agrees(label: dict[str, Any], key: str, found: Any) -> bool:  # noqa: ANN401  # whatever the column holds
    expected = label.get(key)
    if key == "outcome":
        return found in {expected, *label["also_acceptable_outcomes"]}
    if key == "steady_seconds_per_step":  # no label where training took less than a second
        return expected is None or (found is not None and abs(found - expected) <= 0.05 * expected)
    return bool(found == expected)


def test_a_design_names_the_real_runs_that_it_rests_on(call: Caller, own_logs: Path, tmp_path: Path) -> None:
    call("index", str(own_logs))
    spec = {
        "task": "words",
        "factor": "ranks",
        "question": "Does the rank matter?",
        "models": ["Llama-mini-8M-Instruct"],
        "dataset": {"path": str(tmp_path / "words.json")},
        "variables": {"lora_rank": [4, 64]},
        "training": {
            "recipe": "lora_finetune_single_device",
            "epochs": 2,
            "batch_size": 8,
            "packed": False,
        },
    }
    (tmp_path / "words.json").write_text(json.dumps({"train": [{"a": 1}] * 640}))
    (tmp_path / "spec.json").write_text(json.dumps(spec))
    assert call("design", "--spec", str(tmp_path / "spec.json"), "--yes").code == 0
    folder = call.folder / "experiments" / "words_ranks_2025-10-22"
    told = json.loads((folder / "estimates.json").read_text())
    assert [[run["job_id"] for run in each["basis"]] for each in told["fine_tuning"]] == [["19"], ["32"]]
    # What those two jobs took by sacct: 24 s and 26 s (jobs.jsonl beside the logs).
    taken = {
        job["job_id"]: job["elapsed"]
        for job in map(json.loads, (own_logs / "grid" / "jobs.jsonl").read_text().splitlines())
    }
    for each in told["fine_tuning"]:
        assert each["median_seconds"] == pytest.approx(taken[each["basis"][0]["job_id"]], rel=0.1)
    document = (folder / "experiment_summary.md").read_text()
    assert "Llama-mini-8M-Instruct_bs8_n640_ep2_rank4 (job 19)" in document
    assert "slurm-19.out" in (folder / "design-experiment.log").read_text()
