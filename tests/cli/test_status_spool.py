import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ckreg.adapters import spool
from ckreg.adapters.tree import Home
from ckreg.registry import Registry
from tests.cli.calls import Caller
from tests.documents import EXPERIMENT

Git = Callable[..., str]
RANK4 = ("status", "set", EXPERIMENT, "L1B_rank4")


def lines(tmp_path: Path, *changes: object) -> str:
    path = tmp_path / "changes.jsonl"
    path.write_text(
        "".join(f"{change if isinstance(change, str) else json.dumps(change)}\n" for change in changes)
    )
    return str(path)


def change(run: str, **what: object) -> dict[str, object]:
    return {"experiment": EXPERIMENT, "run": run, **what}


def test_a_node_without_git_leaves_its_request(home: Home, git: Git, call: Caller) -> None:
    words = [*RANK4, "--status", "running", "--job-id", "12", "--by", "job", "--spool"]
    done = subprocess.run(
        [sys.executable, "-m", "ckreg", "-C", str(home.root), *words],
        env={"PATH": "/nonexistent", "HOME": "/nonexistent"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")
    assert "spooled, not yet committed" in done.stderr
    assert git(home.root, "log", "-1", "--format=%s") == "plan\n"
    assert "1 status request" in call().out
    assert "1 status request" in call("status", "show", EXPERIMENT).err
    said = call("status", "flush")
    assert (said.code, "L1B_rank4: pending -> running" in said.out) == (0, True)
    assert (
        git(home.root, "log", "-1", "--format=%s") == f"status: {EXPERIMENT} L1B_rank4 pending -> running\n"
    )
    assert "status request" not in call().out


def test_what_is_left_says_so_in_json(call: Caller) -> None:
    told = json.loads(call(*RANK4, "--status", "running", "--spool", "--json").out)
    assert (told["committed"], told["commit"], told["run"]) == (False, None, "L1B_rank4")


def test_what_cannot_be_is_refused_before_it_is_left(call: Caller, home: Home) -> None:
    assert call("status", "set", EXPERIMENT, "nobody", "--note", "x", "--spool").code == 3
    assert call("status", "set", "nothing", "L1B_rank4", "--note", "x", "--spool").code == 3
    assert call(*RANK4, "--job-id", "1;2", "--spool").code == 2
    assert spool.is_empty(home)


def test_an_unreadable_folder_keeps_no_request_out(
    call: Caller, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    really_open = os.open

    def refused(path: str | Path, *words: int, **options: int) -> int:
        if home.experiments in (Path(path), *Path(path).parents):
            raise PermissionError(13, "Permission denied", str(path))
        return really_open(path, *words, **options)

    with monkeypatch.context() as patched:  # root may read everything
        patched.setattr("os.listdir", refused)
        patched.setattr("os.open", refused)
        outcome = Registry(home).set_status(EXPERIMENT, "L1B_rank4", note="x", spool=True)
    assert "cannot be read" in " ".join(getattr(outcome, "warnings", ()))
    assert call("status", "flush").code == 0


def test_a_flush_tells_of_each_once(call: Caller, home: Home) -> None:
    call(*RANK4, "--status", "completed")
    call(*RANK4, "--status", "pending", "--spool")
    (home.state / "spool" / "0-x.json").write_text("\x1b[31m")
    said = call("status", "flush", "--json")
    told = json.loads(said.out)
    assert said.code == 4
    assert [update["run"] for update in told["updates"]] == ["L1B_rank4"]
    assert "cannot become pending" in told["updates"][0]["error"]
    assert "no JSON" in told["refused"][0]["error"]
    assert "2 requests could not be carried out" in said.err
    again = call("status", "flush")
    assert (again.code, again.out, again.err) == (0, "", "Nothing waits.\n")


def test_a_dry_run_of_a_flush_shows_and_keeps(call: Caller, home: Home) -> None:
    call(*RANK4, "--status", "running", "--spool")
    said = call("status", "flush", "--dry-run")
    assert "+| L1B_rank4 | running | - | 2025-10-22 14:23:15 | - | - |" in said.out
    assert f"+++ experiments/{EXPERIMENT}/plan.seal" in said.out
    assert not spool.is_empty(home)


def test_a_dry_run_shows_the_seal_that_comes_with_the_first_status(call: Caller) -> None:
    said = call(*RANK4, "--status", "running", "--dry-run")
    assert f"+++ experiments/{EXPERIMENT}/plan.seal" in said.out
    call(*RANK4, "--status", "running")
    assert "plan.seal" not in call(*RANK4, "--status", "completed", "--dry-run").out
    assert call(*RANK4, "--status", "pending", "--dry-run").code == 4


def test_lines_are_one_commit_and_a_bad_one_is_named(
    call: Caller, home: Home, git: Git, tmp_path: Path
) -> None:
    path = lines(
        tmp_path,
        change("L1B_rank4", status="running", job_id="7"),
        "",
        "{",
        change("nobody", status="running"),
        change("L1B_rank64", status="done"),
        change("L1B_rank4", task="cap", epoch=1, note="n"),
    )
    dry = call("status", "set", "--from-json", path, "--dry-run")
    assert (dry.code, "+| L1B_rank4 | running | 7 |" in dry.out) == (4, True)
    assert git(home.root, "log", "-1", "--format=%s") == "plan\n"
    said = call("status", "set", "--from-json", path)
    assert said.code == 4
    for number, message in ((3, "no JSON"), (4, "no row for the run 'nobody'"), (5, "'done' is none of")):
        assert f"{path}:{number}: " in said.err
        assert message in said.err
        assert f"{path}:{number}: " in dry.err
    assert f"{path}:1: {EXPERIMENT} L1B_rank4: pending -> running" in said.out
    assert git(home.root, "rev-list", "--count", "HEAD~1..HEAD") == "1\n"
    message = git(home.root, "log", "-1", "--format=%B")
    assert message.startswith(f"status: 2 updates in {EXPERIMENT}\n")
    assert message.count("Ckreg-Status: ") == 2


def test_lines_come_from_stdin_and_answer_in_json(home: Home) -> None:
    text = json.dumps(change("L1B_rank4", status="running")) + "\n" + json.dumps(change("no", note="x"))
    done = subprocess.run(
        [sys.executable, "-m", "ckreg", "-C", str(home.root), "status", "set", "--from-json", "-", "--json"],
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    told = json.loads(done.stdout)
    assert (done.returncode, told["committed"]) == (4, False)
    first, second = told["updates"]
    assert (first["line"], first["to"], first["committed"], first["commit"]) == (
        1,
        "running",
        True,
        told["commit"],
    )
    assert (second["line"], second["committed"], "no row" in second["error"]) == (2, False, True)


def test_lines_may_be_left_as_well(call: Caller, home: Home, tmp_path: Path) -> None:
    path = lines(tmp_path, change("L1B_rank4", status="running"), change("L1B_rank64", status="running"))
    said = call("status", "set", "--from-json", path, "--spool", "--json")
    assert (said.code, json.loads(said.out)["committed"]) == (0, False)
    assert len(list((home.state / "spool").glob("*.json"))) == 1
    assert call("status", "flush").out.count("pending -> running") == 2


@pytest.mark.parametrize(
    "words",
    [
        ["set"],
        ["set", EXPERIMENT],
        ["set", EXPERIMENT, "r", "--from-json", "-"],
        ["set", "--from-json", "-", "--force"],
    ],
)
def test_a_call_that_says_too_little_or_too_much(call: Caller, words: list[str]) -> None:
    assert call("status", *words).code == 2


def test_in_the_middle_of_a_merge_json_says_that_it_waits(call: Caller, home: Home, git: Git) -> None:
    (home.root / ".git" / "MERGE_HEAD").write_text(git(home.root, "rev-parse", "HEAD"))
    said = call(*RANK4, "--status", "running", "--json")
    assert (said.code, json.loads(said.out)["committed"]) == (5, False)
    assert "spooled; committed when the merge is finished" in said.err


def test_python_does_the_same(home: Home) -> None:
    registry = Registry.open(home.root)
    assert registry.set_status(EXPERIMENT, "L1B_rank4", status="running", spool=True).commit is None
    [(_, settled)] = registry.flush().settled
    first, second = registry.set_statuses([change("L1B_rank64", status="running"), change("no", note="x")])
    assert "no row" in str(second)
    assert not isinstance(first, Exception)
    assert not isinstance(settled, Exception)
    assert first.commit != settled.commit


def test_a_flush_where_nothing_is_committed_only_tells_what_waits(call: Caller, home: Home) -> None:
    call("status", "set", EXPERIMENT, "L1B_rank4", "--status", "running", "--spool")
    (home.state / "lock.kind").write_text("link nfs4\n")
    (home.state / "lock").unlink(missing_ok=True)
    (home.state / "commit_hosts").write_text("login1\n")
    said = call("status", "flush")
    assert (said.code, said.out) == (0, "")
    assert "L1B_rank4: spooled, not yet committed" in said.err
    assert "commit_hosts" in said.err
    told = json.loads(call("status", "flush", "--json").out)
    assert (told["committed"], [update["run"] for update in told["updates"]]) == (False, ["L1B_rank4"])
    (home.state / "commit_hosts").write_text(f"{os.uname().nodename}\n")
    assert "pending -> running" in call("status", "flush").out
