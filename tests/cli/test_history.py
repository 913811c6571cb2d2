"""`history`, `diff` and `--at`, as they are called."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ckreg import Registry
from ckreg.adapters.tree import Home
from tests.cli.calls import Caller
from tests.documents import EXPERIMENT, SUMMARY

Git = Callable[..., str]
DOCUMENT = f"experiments/{EXPERIMENT}/experiment_summary.md"


@pytest.fixture
def days(home: Home, git: Git, call: Caller, monkeypatch: pytest.MonkeyPatch) -> Home:
    """Planned on the 1st, started on the 2nd, failed on the 3rd, started again by hand on the 4th."""

    def on(day: int) -> None:
        for name in ("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE", "CKREG_NOW"):
            monkeypatch.setenv(name, f"2025-11-0{day}T10:00:00+00:00")

    on(1)
    git(home.root, "commit", "-q", "--amend", "--no-edit", "--date=2025-11-01T10:00:00+00:00")
    on(2)
    assert call("status", "set", EXPERIMENT, "L1B_rank4", "--status", "running", "--job-id", "7").code == 0
    on(3)
    words = ("--status", "failed", "--by", "log", "--evidence", "TIMEOUT")
    assert call("status", "set", EXPERIMENT, "L1B_rank4", *words).code == 0
    on(4)
    text = (home.root / DOCUMENT).read_text()
    (home.root / DOCUMENT).write_text(
        text.replace("| L1B_rank4 | failed | 7 |", "| L1B_rank4 | running | 8 |")
    )
    git(home.root, "-c", "user.name=E\x1bve", "commit", "-qam", "again")
    return home


def test_history_tells_who_when_and_how_it_is_known(days: Home, call: Caller) -> None:
    said = call("history", "cap", "L1B_rank4")
    assert (said.code, said.err) == (0, "")
    lines = [line.strip() for line in said.out.split("\n")]
    assert "2025-11-02 10:00:00  status    L1B_rank4: pending -> running" in lines
    assert "2025-11-03 10:00:00  status    L1B_rank4: running -> failed" in lines
    assert "by log, TIMEOUT" in lines
    assert "by person, job 8, edited by hand, attempt 2" in lines
    assert "\x1b" not in said.out
    assert days.root.is_dir()


@pytest.mark.usefixtures("days")
def test_history_by_time_person_and_source(call: Caller) -> None:
    def told(*words: str) -> list[str]:
        found = json.loads(call("history", *words, "--json").out)
        return [line["status"]["to_status"] for line in found if line["status"]]

    assert told() == ["running", "failed", "running"]
    assert told("--since", "2025-11-03") == ["failed", "running"]
    assert told("--since", "yesterday") == ["failed", "running"]
    assert told("--since", "HEAD") == ["running"]
    assert told("--by", "log") == ["failed"]
    assert told("--by", "lovelace") == ["running", "failed"]
    assert told("--last", "1") == ["running"]
    said = call("history", "--since", "soonish")
    assert (said.code, "neither a revision nor a date" in said.err) == (2, True)


@pytest.mark.usefixtures("days")
def test_attempts_can_be_asked_in_sql(call: Caller) -> None:
    said = call("query", "SELECT attempt, job, outcome, evidence FROM attempts", "--json")
    assert json.loads(said.out) == [
        {"attempt": 1, "job": "7", "outcome": "failed", "evidence": "TIMEOUT"},
        {"attempt": 2, "job": "8", "outcome": None, "evidence": None},
    ]


def test_of_an_attempt_its_last_word_counts(days: Home, call: Caller) -> None:
    call("status", "set", EXPERIMENT, "L1B_rank4", "--status", "failed", "--evidence", "it looked so")
    call(
        "status",
        "set",
        EXPERIMENT,
        "L1B_rank4",
        "--status",
        "completed",
        "--force",
        "--evidence",
        "it was not",
    )
    call("status", "set", EXPERIMENT, "L1B_rank4", "--job-id", "9")
    said = call("query", "SELECT attempt, job, outcome, evidence FROM attempts WHERE attempt = 2", "--json")
    assert json.loads(said.out) == [
        {"attempt": 2, "job": "9", "outcome": "completed", "evidence": "it was not"}
    ]
    assert days.root.is_dir()


@pytest.mark.parametrize(
    ("at", "status"),
    [
        ("2025-11-01", "pending"),
        ("2025-11-02", "running"),
        ("2025-11-02T09:59:59+00:00", "pending"),
        ("2 days ago", "running"),
        ("yesterday", "failed"),
        ("HEAD~1", "failed"),
        ("main", "running"),
    ],
)
def test_the_registry_as_it_was(days: Home, call: Caller, at: str, status: str) -> None:
    sql = (
        "SELECT status, (SELECT count(*) FROM status_events) AS events FROM runs WHERE run_name = 'L1B_rank4'"
    )
    shown = json.loads(call("show", "cap", "--at", at, "--json").out)
    assert shown["summary"]["fine_tuning"][0]["status"] == status
    assert shown["path"].endswith(f":{DOCUMENT}")
    [row] = json.loads(call("query", sql, "--at", at, "--json").out)
    assert row["status"] == status
    assert (
        json.loads(call("status", "show", "cap", "--at", at, "--json").out)["fine_tuning"][0]["status"]
        == status
    )
    assert [item["experiment"] for item in json.loads(call("list", "--at", at, "--json").out)] == [EXPERIMENT]
    assert Registry.open(days.root).experiment("cap").at(at).fine_tuning[0].status == status
    # The registry's own cache is as it was.
    assert json.loads(call("query", sql, "--json").out) == [{"status": "running", "events": 3}]


@pytest.mark.usefixtures("days")
def test_the_past_has_its_own_events_and_experiments(call: Caller) -> None:
    sql = "SELECT count(*) AS events FROM status_events"
    assert json.loads(call("query", sql, "--at", "2025-11-02", "--json").out) == [{"events": 1}]
    assert json.loads(call("query", "SELECT * FROM experiments", "--at", "HEAD~3^", "--json").out) == []
    assert call("show", "cap", "--at", "HEAD~3^").code == 3


@pytest.mark.parametrize(
    "at", ["HEAD~99", "12", "nonsense", "--help", "2025-02-31", "1999-01-01", "", "HEAD:ckreg.toml"]
)
def test_a_time_that_is_none_is_told(days: Home, call: Caller, at: str) -> None:
    for words in (("show", "cap"), ("list",), ("query", "SELECT 1")):
        said = call(*words, f"--at={at}")
        assert (said.code, said.out) == (3, "")
        assert "Write a revision (HEAD~3" in said.err
    assert days.root.is_dir()


def test_diff_tells_what_is_not_committed_what_is_staged_and_what_was(
    days: Home, git: Git, call: Caller
) -> None:
    assert call("diff").out == ""
    text = (days.root / DOCUMENT).read_text()
    (days.root / DOCUMENT).write_text(
        text.replace("| L1B_rank64 | L1B | 64 | 4 |", "| L1B_rank64 | L1B | 64 | 8 |")
    )
    git(days.root, "add", ".")
    (days.root / DOCUMENT).write_text(text.replace("\nNone.\n", "\nSome.\n"))
    assert call("diff", "cap").out == f"{EXPERIMENT}\n  text: Notes: 1 line changed\n"
    assert call("diff", "--staged").out == f"{EXPERIMENT}\n  plan: run L1B_rank64, batch_size: 4 -> 8\n"
    git(days.root, "reset", "-q", "--hard")
    started = f"{EXPERIMENT}\n  run L1B_rank4: pending -> running (job 7)\n  files added: plan.seal\n"
    assert call("diff", "cap", "2025-11-01", "2025-11-02").out == started
    assert call("diff", "HEAD~3..HEAD~2").out == started
    assert "pending -> running (job 8)" in call("diff", "HEAD~3").out
    assert call("diff", "HEAD~3", "HEAD~2", "HEAD~1").code == 2


def test_diff_of_experiments_that_come_and_go(home: Home, git: Git, call: Caller) -> None:
    other = home.experiments / "new_2025-10-22" / "experiment_summary.md"
    other.parent.mkdir()
    other.write_text(SUMMARY)
    git(home.root, "rm", "-q", DOCUMENT)
    told = "fine-tuning 2 pending; evaluations 4 pending"
    assert call("diff").out == f"{EXPERIMENT}\n  removed: {told}\n\nnew_2025-10-22\n  added: {told}\n"
    assert call("diff", "cap").out == f"{EXPERIMENT}\n  removed: {told}\n"
    said = call("diff", "nope")
    assert (said.code, "Nor is it a revision" in said.err) == (3, True)


def test_diff_shows_no_control_codes_and_reads_through_no_links(
    home: Home, call: Caller, tmp_path: Path
) -> None:
    (home.root / DOCUMENT).write_text(
        SUMMARY.replace("| L1B_rank4 | pending | - |", "| L1B_rank4 | pend\x1b[31ming | - |")
    )
    said = call("diff")
    assert "\x1b" not in said.out
    assert "run L1B_rank4: pending -> pend [31ming" in said.out
    secret = tmp_path / "secret"
    secret.write_text(SUMMARY.replace("None.", "secret"))
    (home.root / DOCUMENT).unlink()
    (home.root / DOCUMENT).symlink_to(secret)
    assert "no text" in call("diff").out
