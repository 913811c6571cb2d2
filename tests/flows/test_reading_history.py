"""Status events out of real commits: told by trailers, or found where people edited by hand."""

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ckreg.adapters.cache import Cache, DamagedError, Row, open_cache
from ckreg.adapters.tree import Home
from ckreg.core.status import Status, StatusRequest
from ckreg.flows.reading_history import refresh_history
from ckreg.flows.updates import apply
from tests.documents import EXPERIMENT, SUMMARY

Git = Callable[..., str]
DOCUMENT = f"experiments/{EXPERIMENT}/experiment_summary.md"


def events(home: Home, path: Path | None = None, at: str | None = None) -> list[Row]:
    with open_cache(path or home.state / "cache.db") as cache:
        refresh_history(cache, home, at)
        return cache.rows("SELECT * FROM status_events ORDER BY place")


def changes(home: Home) -> list[tuple[object, ...]]:
    return [(row["run"], row["from_status"], row["to_status"], row["by_hand"]) for row in events(home)]


def set_status(home: Home, run: str, status: Status, number: str = "one", job: str | None = None) -> None:
    at = datetime(2025, 10, 22, 14, 0, tzinfo=UTC)
    apply(home, StatusRequest(id=number, experiment=EXPERIMENT, run=run, at=at, status=status, job=job))


def edit(home: Home, git: Git, old: str, new: str, message: str = "I was there") -> None:
    document = home.root / DOCUMENT
    text = document.read_text()
    assert old in text
    document.write_text(text.replace(old, new))
    if message:
        git(home.root, "commit", "-qam", message)


def starting(run: str, job: str = "-") -> tuple[str, str]:
    return f"| {run} | pending | - |", f"| {run} | running | {job} |"


def test_a_status_that_was_edited_by_hand_is_an_event(home: Home, git: Git) -> None:
    edit(home, git, *starting("L1B_rank4", "812"))
    [event] = events(home)
    shown = {
        name: event[name] for name in ("run", "task", "from_status", "to_status", "job", "by", "evidence")
    }
    assert shown == {
        "run": "L1B_rank4",
        "task": None,
        "from_status": "pending",
        "to_status": "running",
        "job": "812",
        "by": "person",
        "evidence": "edited by hand",
    }
    assert event["author"] == "Ada Lovelace"
    assert event["email"] == "ada@example.org"
    assert event["at"] == git(home.root, "log", "-1", "--format=%aI").strip()
    assert event["commit_id"] == git(home.root, "rev-parse", "HEAD").strip()


def test_an_evaluation_edited_by_hand_is_known_by_task_and_epoch(home: Home, git: Git) -> None:
    edit(home, git, "| L1B_rank4 | cap | 1 | pending |", "| L1B_rank4 | cap | 1 | completed |")
    edit(home, git, "| L1B_rank64 | cap | best | pending |", "| `L1B_rank64` | cap | best (1) | **failed** |")
    edit(home, git, "| L1B_base | cap | - | pending |", "| L1B_base | cap | - | running |")
    assert [
        (row["run"], row["task"], row["epoch"], row["from_status"], row["to_status"]) for row in events(home)
    ] == [
        ("L1B_rank4", "cap", "1", "pending", "completed"),
        ("L1B_rank64", "cap", "best", "pending", "failed"),
        ("L1B_base", "cap", None, "pending", "running"),
    ]


def test_what_ckreg_commits_is_told_by_its_trailer_alone(home: Home) -> None:
    set_status(home, "L1B_rank4", Status.RUNNING, job="7")
    assert changes(home) == [("L1B_rank4", "pending", "running", 0)]


def test_edits_that_change_no_status_are_no_events(home: Home, git: Git) -> None:
    edit(home, git, "None.\n", "It was a good day.\n")
    edit(home, git, "| L1B_rank4 | pending | - | - |", "| L1B_rank4  |  pending | - | yesterday |")
    edit(home, git, "| L1B_rank4 | L1B | 4 | 4 |", "| L1B_rank4 | L1B | 4 | 8 |")
    document = home.root / DOCUMENT
    git(home.root, "mv", f"experiments/{EXPERIMENT}", "experiments/renamed_2025-10-22")
    git(home.root, "commit", "-qm", "a better name")
    assert not document.exists()
    assert events(home) == []


def test_a_hand_edit_that_was_amended_into_a_commit_of_ckreg_is_found(home: Home, git: Git) -> None:
    set_status(home, "L1B_rank4", Status.RUNNING)
    edit(home, git, *starting("L1B_rank64"), message="")
    git(home.root, "commit", "-q", "-a", "--amend", "--no-edit", "--date=2025-10-22T10:00:00+00:00")
    assert changes(home) == [("L1B_rank4", "pending", "running", 0), ("L1B_rank64", "pending", "running", 1)]


def test_a_trailer_that_tells_another_thing_explains_nothing(home: Home, git: Git) -> None:
    told = {
        "experiment": EXPERIMENT,
        "run": "L1B_rank4",
        "from": "pending",
        "to": "completed",
        "at": "x",
        "id": "a",
    }
    edit(home, git, *starting("L1B_rank4"), message=f"mine\n\nCkreg-Status: {json.dumps(told)}")
    assert changes(home) == [("L1B_rank4", "pending", "completed", 0), ("L1B_rank4", "pending", "running", 1)]


def test_a_squash_merge_loses_the_trailers_and_becomes_a_hand_edit(home: Home, git: Git) -> None:
    git(home.root, "switch", "-qc", "side")
    set_status(home, "L1B_rank4", Status.RUNNING, "one", "7")
    set_status(home, "L1B_rank4", Status.COMPLETED, "two")
    git(home.root, "switch", "-q", "main")
    git(home.root, "merge", "-q", "--squash", "side")
    git(home.root, "commit", "-qm", "all of side")
    assert changes(home) == [("L1B_rank4", "pending", "completed", 1)]


def test_a_merge_counts_for_what_neither_side_has(home: Home, git: Git) -> None:
    git(home.root, "switch", "-qc", "side")
    set_status(home, "L1B_rank64", Status.RUNNING, "one")
    git(home.root, "switch", "-q", "main")
    edit(home, git, "None.\n", "None at all.\n")
    git(home.root, "merge", "-q", "--no-ff", "--no-commit", "side")
    edit(home, git, *starting("L1B_rank4"), message="")
    git(home.root, "add", "-A")
    git(home.root, "commit", "-qm", "merged, and started one")
    assert changes(home) == [("L1B_rank64", "pending", "running", 0), ("L1B_rank4", "pending", "running", 1)]


def test_events_of_commits_that_are_not_reached_any_more_go_and_come(home: Home, git: Git) -> None:
    set_status(home, "L1B_rank4", Status.RUNNING, "one")
    assert len(events(home)) == 1
    git(home.root, "switch", "-qc", "side")
    edit(home, git, *starting("L1B_rank64"))
    assert len(events(home)) == 2
    git(home.root, "switch", "-q", "main")
    assert changes(home) == [("L1B_rank4", "pending", "running", 0)]
    git(home.root, "reset", "-q", "--hard", "HEAD~1")
    assert events(home) == []
    git(home.root, "switch", "-q", "side")
    assert len(events(home)) == 2


def test_a_known_commit_that_is_gone_for_good_does_no_harm(home: Home, git: Git) -> None:
    set_status(home, "L1B_rank4", Status.RUNNING, "one")
    assert len(events(home)) == 1
    git(home.root, "reset", "-q", "--hard", "HEAD~1")
    set_status(home, "L1B_rank64", Status.RUNNING, "two")
    git(home.root, "reflog", "expire", "--expire=now", "--all")
    git(home.root, "gc", "-q", "--prune=now")
    assert [row["id"] for row in events(home)] == ["two"]


def test_a_shallow_clone_knows_what_it_has_and_more_when_it_is_deepened(
    home: Home, git: Git, tmp_path: Path
) -> None:
    set_status(home, "L1B_rank4", Status.RUNNING, "one")
    set_status(home, "L1B_rank64", Status.RUNNING, "two")
    edit(home, git, "| L1B_rank64 | running |", "| L1B_rank64 | failed |")
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{home.root}", "clone")
    clone = Home(tmp_path / "clone")
    assert events(clone) == []  # what the only commit changed cannot be known
    git(clone.root, "fetch", "-q", "--depth=2")
    assert changes(clone) == [("L1B_rank64", "pending", "running", 0), ("L1B_rank64", "running", "failed", 1)]
    git(clone.root, "fetch", "-q", "--unshallow")
    assert changes(clone) == changes(home)


def test_a_history_that_is_joined_to_another_is_read_anew(home: Home, git: Git) -> None:
    edit(home, git, *starting("L1B_rank4"))
    edit(home, git, *starting("L1B_rank64"))
    assert len(events(home)) == 2
    first = git(home.root, "rev-list", "--max-parents=0", "HEAD").strip()
    git(home.root, "replace", "--graft", "HEAD", first)
    assert [row["run"] for row in events(home)] == ["L1B_rank4", "L1B_rank64"]
    assert len({row["commit_id"] for row in events(home)}) == 1  # HEAD says both now
    git(home.root, "replace", "-d", "HEAD")
    assert len({row["commit_id"] for row in events(home)}) == 2


def test_an_event_that_was_picked_onto_another_branch_counts_once(home: Home, git: Git) -> None:
    git(home.root, "switch", "-qc", "side")
    set_status(home, "L1B_rank4", Status.RUNNING, "one")
    git(home.root, "switch", "-q", "main")
    git(home.root, "commit", "-q", "--allow-empty", "-m", "go on")
    git(home.root, "cherry-pick", "side")
    git(home.root, "merge", "-q", "--no-edit", "side")
    assert len(events(home)) == 2
    with open_cache(home.state / "cache.db") as cache:
        assert cache.count("status_history") == 1


def test_a_change_that_a_person_s_commit_took_along_counts_once(home: Home, git: Git) -> None:
    edit(home, git, *starting("L1B_rank4", "7"), message="mine, and what lay there")
    told = {
        "experiment": EXPERIMENT,
        "run": "L1B_rank4",
        "from": "pending",
        "to": "running",
        "at": "x",
        "id": "a",
    }
    git(home.root, "commit", "-q", "--allow-empty", "-m", f"status: x\n\nCkreg-Status: {json.dumps(told)}")
    assert len(events(home)) == 2
    with open_cache(home.state / "cache.db") as cache:
        assert [row["by_hand"] for row in cache.rows("SELECT by_hand FROM status_history")] == [0]


def test_a_document_that_comes_with_statuses_tells_of_them(home: Home, git: Git) -> None:
    other = home.experiments / "other_2025-10-22" / "experiment_summary.md"
    other.parent.mkdir()
    other.write_text(SUMMARY.replace("| L1B_rank4 | pending |", "| L1B_rank4 | completed |"))
    git(home.root, "add", ".")
    git(home.root, "commit", "-qm", "from the old place")
    assert changes(home) == [("L1B_rank4", None, "completed", 1)]


def test_documents_that_are_no_text_and_trailers_that_are_none_are_passed_over(home: Home, git: Git) -> None:
    (home.root / DOCUMENT).write_bytes(b"\xff\xfe|running|")
    git(home.root, "commit", "-qam", 'x\n\nCkreg-Status: {"id": [\nCkreg-Status: 7\nCkreg-Status:\x1b[31m {}')
    (home.root / DOCUMENT).write_text(SUMMARY)
    git(home.root, "commit", "-qam", "back")
    assert events(home) == []


def test_a_registry_below_the_top_of_git(tmp_path: Path, home: Home, git: Git) -> None:
    top = tmp_path / "top"
    below = Home(top / "a b" / "reg")
    shutil.copytree(home.root, below.root, ignore=shutil.ignore_patterns(".git"))
    git(tmp_path, "init", "-q", "top")
    git(top, "add", ".")
    git(top, "commit", "-qm", "all")
    edit(below, git, *starting("L1B_rank4"))
    (top / "elsewhere").write_text("x")
    git(top, "add", ".")
    git(top, "commit", "-qm", "beside")
    assert changes(below) == [("L1B_rank4", "pending", "running", 1)]


def test_the_registry_as_it_was_at_another_commit(home: Home, git: Git, tmp_path: Path) -> None:
    set_status(home, "L1B_rank4", Status.RUNNING, "one")
    then = git(home.root, "rev-parse", "HEAD").strip()
    set_status(home, "L1B_rank4", Status.COMPLETED, "two")
    assert len(events(home)) == 2
    assert [row["id"] for row in events(home, tmp_path / "then.db", at=then)] == ["one"]


@pytest.fixture
def cache(home: Home) -> Iterator[Cache]:
    with open_cache(home.state / "cache.db") as opened:
        yield opened


def test_only_new_commits_are_read_in_few_calls_of_git(
    home: Home, git: Git, cache: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_status(home, "L1B_rank4", Status.RUNNING, "one")  # seals the plan
    for number in range(5):
        git(home.root, "commit", "-q", "--allow-empty", "-m", f"note {number}")
    trace = tmp_path / "trace"

    def calls() -> list[str]:
        trace.write_text("")
        with monkeypatch.context() as traced:
            traced.setenv("GIT_TRACE", str(trace))
            read.append(refresh_history(cache, home))
        lines = [line.partition("built-in: git ")[2] for line in trace.read_text().splitlines()]
        return [line.split()[0] for line in lines if line]

    read: list[int] = []
    commits = int(git(home.root, "rev-list", "--count", "HEAD"))
    assert calls()[0] == "rev-parse"
    assert calls() == ["rev-parse"]
    set_status(home, "L1B_rank4", Status.COMPLETED, "two")
    assert calls() == ["rev-parse", "log"]  # its trailer tells all
    edit(home, git, *starting("L1B_rank64"))
    assert calls() == ["rev-parse", "log", "diff-tree", "rev-parse", "cat-file"]
    git(home.root, "reset", "-q", "--hard", "HEAD~2")
    calls()
    assert read == [commits, 0, 1, 1, 0]
    assert cache.count("status_events") == 1


def test_a_cache_that_is_damaged_is_told(home: Home, git: Git, cache: Cache) -> None:
    refresh_history(cache, home)
    edit(home, git, *starting("L1B_rank4"))
    with (home.state / "cache.db").open("r+b") as file:
        file.write(b"no database" * 100)
    with pytest.raises(DamagedError):
        refresh_history(cache, home)
