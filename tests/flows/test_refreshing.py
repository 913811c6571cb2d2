import json
from collections.abc import Callable

from ckreg.adapters.cache import Row
from ckreg.adapters.tree import Home
from ckreg.flows.caching import cache_path
from ckreg.flows.refreshing import fresh_cache
from tests.documents import EXPERIMENT, SUMMARY

EVENT = {
    "experiment": EXPERIMENT,
    "run": "L1B_rank4",
    "task": None,
    "epoch": None,
    "from": "pending",
    "to": "running",
    "job": "7",
    "by": "person",
    "evidence": None,
    "at": "2025-10-22T14:23:15+00:00",
    "id": "one",
    "forced": False,
}


def rows(home: Home, sql: str) -> list[Row]:
    with fresh_cache(home) as cache:
        return cache.rows(sql)


def test_documents_become_rows(home: Home) -> None:
    assert rows(home, "SELECT name, type, question FROM experiments") == [
        {"name": EXPERIMENT, "type": "parameter sweep", "question": "Does LoRA rank matter?"}
    ]
    assert rows(home, "SELECT factor, level FROM variables ORDER BY level") == [
        {"factor": "lora_rank", "level": "4"},
        {"factor": "lora_rank", "level": "64"},
    ]
    assert rows(home, "SELECT run_name, lora_rank, status FROM runs ORDER BY line") == [
        {"run_name": "L1B_base", "lora_rank": None, "status": None},
        {"run_name": "L1B_rank4", "lora_rank": 4, "status": "pending"},
        {"run_name": "L1B_rank64", "lora_rank": 64, "status": "pending"},
    ]
    assert rows(home, "SELECT run_name, task, epoch, status FROM evaluations ORDER BY line LIMIT 1") == [
        {"run_name": "L1B_rank4", "task": "cap", "epoch": "0", "status": "pending"}
    ]


def test_an_edit_is_seen_and_a_removed_experiment_goes(home: Home) -> None:
    rows(home, "SELECT 1")
    home.summary(EXPERIMENT).write_text(
        SUMMARY.replace("| L1B_rank4 | pending |", "| L1B_rank4 | completed |")
    )
    assert rows(home, "SELECT run_name FROM runs WHERE status = 'completed'") == [{"run_name": "L1B_rank4"}]
    home.summary(EXPERIMENT).unlink()
    assert rows(home, "SELECT * FROM experiments") == []
    assert rows(home, "SELECT * FROM runs") == []


def test_a_document_that_is_no_text_is_still_an_experiment(home: Home) -> None:
    home.summary(EXPERIMENT).write_bytes(b"\xff\xfe")
    assert rows(home, "SELECT name, type FROM experiments") == [{"name": EXPERIMENT, "type": None}]


def test_what_design_estimated_becomes_predictions(home: Home) -> None:
    told = {
        "fine_tuning": [
            {"run_name": "L1B_rank4", "median_seconds": 960.0, "p90_seconds": 1200.0, "tier": "same setup"}
        ],
        "evaluations": [{"run_name": "L1B_rank4", "task": "cap", "epoch": 1, "median_seconds": 60.0}, "odd"],
    }
    home.summary(EXPERIMENT).with_name("estimates.json").write_text(json.dumps(told))
    assert rows(home, "SELECT run_name, task, median_seconds FROM predictions ORDER BY 3") == [
        {"run_name": "L1B_rank4", "task": "cap", "median_seconds": 60.0},
        {"run_name": "L1B_rank4", "task": None, "median_seconds": 960.0},
    ]


def test_estimates_that_are_not_ours_are_passed_over(home: Home) -> None:
    home.summary(EXPERIMENT).with_name("estimates.json").write_text("[1, 2")
    assert rows(home, "SELECT * FROM predictions") == []


def commit(home: Home, git: Callable[..., str], **changes: object) -> None:
    trailer = f"Ckreg-Status: {json.dumps(EVENT | changes)}"
    git(home.root, "commit", "--quiet", "--allow-empty", "-m", f"status: x\n\n{trailer}")


def test_status_events_come_from_history_and_only_new_ones_are_read(
    home: Home, git: Callable[..., str]
) -> None:
    asked = "SELECT id, run, to_status, job FROM status_events ORDER BY id"
    commit(home, git)
    assert rows(home, asked) == [{"id": "one", "run": "L1B_rank4", "to_status": "running", "job": "7"}]
    commit(home, git, id="two", to="completed")
    assert [row["id"] for row in rows(home, asked)] == ["one", "two"]


def test_events_of_a_rewritten_history_are_forgotten(home: Home, git: Callable[..., str]) -> None:
    commit(home, git)
    assert len(rows(home, "SELECT * FROM status_events")) == 1
    git(home.root, "reset", "--quiet", "--hard", "HEAD~1")
    commit(home, git, id="other")
    assert [row["id"] for row in rows(home, "SELECT id FROM status_events")] == ["other"]


def test_a_damaged_cache_is_built_anew(home: Home) -> None:
    with fresh_cache(home) as cache, cache.writing():
        cache.put("facts", ({"name": f"x{number}", "value": "f" * 300} for number in range(100)))
    data = bytearray(cache_path(home).read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    cache_path(home).write_bytes(data)
    assert len(rows(home, "SELECT * FROM runs")) == 3


def test_a_registry_without_git_can_be_asked(home: Home) -> None:
    (home.root / ".git").rename(home.root / "not-git")
    assert len(rows(home, "SELECT * FROM runs")) == 3
