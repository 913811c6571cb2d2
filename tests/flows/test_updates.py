"""Requests through spool, lock, edit and commit."""

import json
import multiprocessing
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ckreg.adapters import spool
from ckreg.adapters.git import status_events
from ckreg.adapters.tree import Home
from ckreg.commands.index import index
from ckreg.core.status import Status, StatusRequest
from ckreg.core.summary import parse
from ckreg.errors import BusyError, CkregError, MalformedError, NotFoundError, RefusedError
from ckreg.flows.updates import apply, preview
from tests.documents import EXPERIMENT, SUMMARY
from tests.logs import BUNDLED

Git = Callable[..., str]
AT = datetime(2025, 10, 22, 14, 23, 15, tzinfo=UTC)


def asked(number: int = 1, run: str = "L1B_rank4", **wish: object) -> StatusRequest:
    wish.setdefault("status", Status.RUNNING)
    return StatusRequest(id=f"id{number}", experiment=EXPERIMENT, run=run, at=AT, **wish)  # type: ignore[arg-type]


def test_the_commit_says_what_happened_in_words_and_in_a_trailer(home: Home, git: Git) -> None:
    done = apply(home, asked(job="12345", evidence="squeue"))
    assert done.commit == git(home.root, "rev-parse", "HEAD").strip()
    assert (
        git(home.root, "log", "-1", "--format=%s") == f"status: {EXPERIMENT} L1B_rank4 pending -> running\n"
    )
    told = json.loads(git(home.root, "log", "-1", "--format=%(trailers:key=Ckreg-Status,valueonly)"))
    assert told == {
        "experiment": EXPERIMENT,
        "run": "L1B_rank4",
        "task": None,
        "epoch": None,
        "from": "pending",
        "to": "running",
        "job": "12345",
        "by": "person",
        "evidence": "squeue",
        "at": "2025-10-22T14:23:15+00:00",
        "id": "id1",
        "forced": False,
    }
    document = git(home.root, "diff", "--numstat", "HEAD~1", "--", "*.md")
    assert document == f"1\t1\texperiments/{EXPERIMENT}/experiment_summary.md\n"
    assert git(home.root, "status", "--porcelain") == ""


def test_history_tells_the_event(home: Home) -> None:
    apply(home, asked(note='"quotes"\nand newlines'))
    [event] = status_events(home)
    assert (event.run, event.from_status, event.to_status, event.author) == (
        "L1B_rank4",
        "pending",
        "running",
        "Ada Lovelace",
    )
    assert list(status_events(home, since=event.commit)) == []


def test_a_trailer_that_is_none_of_ours_is_passed_over(home: Home, git: Git) -> None:
    git(
        home.root,
        "commit",
        "--allow-empty",
        "-qm",
        'x\n\nCkreg-Status: {"id": \nCkreg-Status: 3\nCkreg-Status: []',
    )
    assert list(status_events(home)) == []


def test_the_same_again_is_no_commit(home: Home, git: Git) -> None:
    apply(home, asked(1))
    head = git(home.root, "rev-parse", "HEAD")
    assert apply(home, asked(2)).commit is None
    assert git(home.root, "rev-parse", "HEAD") == head


@pytest.mark.parametrize(
    ("wish", "error"),
    [
        ({"run": "nobody"}, NotFoundError),
        ({"run": "L1B_base"}, NotFoundError),
        ({"task": "cap"}, NotFoundError),
    ],
)
def test_a_refused_request_changes_nothing(
    home: Home, git: Git, wish: dict[str, Any], error: type[CkregError]
) -> None:
    head = git(home.root, "rev-parse", "HEAD")
    with pytest.raises(error):
        apply(home, asked(1, **wish))
    assert git(home.root, "rev-parse", "HEAD") == head
    assert git(home.root, "status", "--porcelain") == ""
    assert spool.is_empty(home)


def test_a_table_broken_in_the_folder_only_is_refused_with_its_line(home: Home, git: Git) -> None:
    broken = SUMMARY.replace("| L1B_rank4 | pending | -", "| L1B_rank4 | pen|ding | -")
    home.summary(EXPERIMENT).write_text(broken)
    with pytest.raises(MalformedError, match=r"experiment_summary\.md:69: the row has 7 cells"):
        apply(home, asked())
    assert home.summary(EXPERIMENT).read_text() == broken
    assert git(home.root, "log", "--format=%s", "-1") == "plan\n"


def test_an_experiment_that_is_not_committed_is_refused(home: Home) -> None:
    other = home.summary("other")
    other.parent.mkdir()
    other.write_text(SUMMARY)
    request = StatusRequest(id="1", experiment="other", run="L1B_rank4", at=AT, status=Status.RUNNING)
    with pytest.raises(NotFoundError, match="not committed"):
        apply(home, request)


def test_requests_that_wait_are_taken_along_in_one_commit(home: Home, git: Git) -> None:
    spool.put(home, [asked(1, run="L1B_rank64")])
    refused = spool.put(home, [asked(2, run="nobody")])
    apply(home, asked(3))
    assert git(home.root, "log", "-1", "--format=%s") == f"status: 2 updates in {EXPERIMENT}\n"
    assert [event.id for event in status_events(home)] == ["id1", "id3"]
    [refusal] = spool.show_refused(home)
    assert "nobody" in refusal.error
    [answer] = spool.take_answer(home, refused) or []
    assert (answer.error, answer.exit_code) == (refusal.error, NotFoundError.exit_code)


def test_a_request_left_behind_after_its_commit_is_not_applied_twice(home: Home, git: Git) -> None:
    apply(home, asked(1))
    spool.put(home, [asked(1)])  # killed between commit and clean-up
    apply(home, asked(2, status=Status.COMPLETED))
    assert [event.id for event in status_events(home)] == ["id1", "id2"]
    assert spool.is_empty(home)
    assert git(home.root, "status", "--porcelain") == ""


def test_a_file_in_the_spool_that_is_no_request_is_put_aside(home: Home) -> None:
    (home.state / "spool").mkdir(parents=True, exist_ok=True)
    (home.state / "spool" / "0-bad.json").write_text("{")
    (home.state / "spool" / "1-bad.json").write_text('{"id": 3}')
    assert apply(home, asked()).commit
    assert [refusal.exit_code for refusal in spool.show_refused(home)] == [7, 7]


def test_in_the_middle_of_a_merge_the_request_waits(home: Home, git: Git) -> None:
    (home.root / ".git" / "MERGE_HEAD").write_text(git(home.root, "rev-parse", "HEAD"))
    with pytest.raises(BusyError, match="middle of a merge: spooled; committed when the merge is finished"):
        apply(home, asked(1))
    (home.root / ".git" / "MERGE_HEAD").unlink()
    apply(home, asked(2, run="L1B_rank64"))
    assert [event.id for event in status_events(home)] == ["id1", "id2"]


def test_a_spool_that_leads_out_of_the_registry_is_refused(
    home: Home, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (home.state / "spool").parent.mkdir(exist_ok=True)
    if (home.state / "spool").exists():
        (home.state / "spool").rename(home.root / "gone")
    (home.state / "spool").symlink_to(elsewhere)
    with pytest.raises(MalformedError, match="leads out of the registry"):
        apply(home, asked())
    assert list(elsewhere.iterdir()) == []


def test_a_preview_shows_and_changes_nothing(home: Home, git: Git) -> None:
    document, seal = preview(home, [asked()]).files
    assert document.before == SUMMARY
    assert "| L1B_rank4 | running |" in document.after
    assert (seal.path, seal.before) == (f"experiments/{EXPERIMENT}/plan.seal", None)
    assert not (home.root / seal.path).exists()
    assert home.summary(EXPERIMENT).read_text() == SUMMARY
    assert git(home.root, "log", "--format=%s", "-1") == "plan\n"


def _set_note(home: Home, number: int) -> None:
    apply(
        home, asked(number, run=("L1B_rank4", "L1B_rank64")[number % 2], status=None, note=f"note {number}")
    )


def test_many_at_once_lose_nothing(home: Home, git: Git) -> None:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_set_note, args=(home, number)) for number in range(12)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0] * 12
    events = list(status_events(home))
    assert sorted(event.id for event in events) == sorted(f"id{number}" for number in range(12))
    assert git(home.root, "status", "--porcelain") == ""
    assert git(home.root, "fsck", "--no-dangling") == ""
    notes = {row.run_name: row.notes for row in parse(home.summary(EXPERIMENT).read_text()).fine_tuning}
    assert set(notes) == {"L1B_rank4", "L1B_rank64"}
    assert all(note and note.startswith("note ") for note in notes.values())
    assert spool.is_empty(home)


@pytest.mark.parametrize("phase", ["prepared", "committed"])
@pytest.mark.parametrize("unfinished", ["", "unfinished\n"])
def test_killed_around_its_commit_the_next_call_finishes_it(
    home: Home, git: Git, phase: str, unfinished: str
) -> None:
    document = home.summary(EXPERIMENT)
    document.write_text(SUMMARY + unfinished)
    hook = home.root / ".git" / "hooks" / "reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    killer = f"#!/bin/sh\n[ $1 = {phase} ] && kill -9 $(ps -o ppid= -p $PPID)\nexit 0\n"
    hook.write_text(killer)
    hook.chmod(0o755)
    words = ["status", "set", EXPERIMENT, "L1B_rank4", "--note", "survives"]
    killed = subprocess.run(
        [sys.executable, "-m", "ckreg", "-C", str(home.root), *words], capture_output=True, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    hook.unlink()
    apply(home, asked(2, run="L1B_rank64"))
    rows = parse(git(home.root, "show", f"HEAD:experiments/{EXPERIMENT}/experiment_summary.md")).fine_tuning
    assert [(row.notes, row.status) for row in rows] == [("survives", "pending"), (None, "running")]
    assert len(list(status_events(home))) == 2
    committed = git(home.root, "show", f"HEAD:experiments/{EXPERIMENT}/experiment_summary.md")
    assert document.read_text() == committed + unfinished
    assert git(home.root, "show", f":experiments/{EXPERIMENT}/experiment_summary.md") == committed


def test_what_was_left_behind_after_its_commit_is_caught_up_in_the_folder(home: Home, git: Git) -> None:
    apply(home, asked(1, note="new"))
    stale = SUMMARY + "unfinished\n"
    home.summary(EXPERIMENT).write_text(stale)  # as if killed before index and file were written
    git(home.root, "add", ".")
    spool.put(home, [asked(1, note="new")])
    apply(home, asked(2, run="L1B_rank64"))
    committed = git(home.root, "show", f"HEAD:experiments/{EXPERIMENT}/experiment_summary.md")
    assert home.summary(EXPERIMENT).read_text() == committed + "unfinished\n"
    assert [event.id for event in status_events(home)] == ["id1", "id2"]


def test_what_was_left_behind_does_not_undo_what_came_after(home: Home) -> None:
    apply(home, asked(1, note="first"))
    apply(home, asked(2, status=Status.COMPLETED, note="second"))
    spool.put(home, [asked(1, note="first")])
    apply(home, asked(3, run="L1B_rank64"))
    rows = parse(home.summary(EXPERIMENT).read_text()).fine_tuning
    assert (rows[0].status, rows[0].notes) == ("completed", "second")


def test_a_spool_that_came_with_a_clone_is_refused(home: Home, git: Git) -> None:
    spool.put(home, [asked(1)])
    git(home.root, "add", "--force", ".ckreg/spool")
    git(home.root, "commit", "--quiet", "-m", "crafted")
    with pytest.raises(RefusedError, match=r"git tracks \.ckreg/spool/"):
        apply(home, asked(2, run="L1B_rank64"))
    assert list(status_events(home)) == []


@pytest.mark.parametrize("name", ["../evil", "../../etc", "a/b", "", ".."])
def test_a_request_for_a_place_outside_is_put_aside(home: Home, name: str) -> None:
    path = home.state / "spool" / spool.put(home, [asked(1)]).name
    path.write_text(path.read_text().replace(EXPERIMENT, name))
    assert apply(home, asked(2)).commit
    assert [event.id for event in status_events(home)] == ["id2"]


def test_an_experiment_behind_a_link_is_refused(home: Home, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "experiment_summary.md").write_text(SUMMARY)
    (home.experiments / "linked").symlink_to(elsewhere)
    request = StatusRequest(id="1", experiment="linked", run="L1B_rank4", at=AT, status=Status.RUNNING)
    with pytest.raises(RefusedError, match="lies behind one"):
        apply(home, request)
    assert (elsewhere / "experiment_summary.md").read_text() == SUMMARY


def test_what_was_measured_is_kept_in_the_commit_that_completes_the_run(home: Home, git: Git) -> None:
    index(home, [BUNDLED])
    apply(home, asked(1, job="19"))
    assert not (home.root / "prior-runs.jsonl").exists()
    apply(home, asked(2, status=Status.COMPLETED))
    changed = git(home.root, "show", "--format=", "--name-only", "HEAD").split()
    assert changed == [f"experiments/{EXPERIMENT}/experiment_summary.md", "prior-runs.jsonl"]
    [kept] = [json.loads(line) for line in (home.root / "prior-runs.jsonl").read_text().splitlines()]
    assert (kept["job_id"], kept["model"], kept["lora_rank"]) == ("19", "Llama-mini-8M-Instruct", 4)
    assert git(home.root, "status", "--porcelain") == ""


def test_a_cache_that_cannot_be_asked_holds_up_no_status(home: Home) -> None:
    index(home, [BUNDLED])
    (home.state / "cache.db").unlink()
    (home.state / "cache.db").mkdir()
    assert apply(home, asked(1, status=Status.COMPLETED, job="19")).commit
