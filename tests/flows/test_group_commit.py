"""Many requests, one commit: what waits, what comes too late, what one hook refuses, what is interrupted."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from ckreg.adapters import spool
from ckreg.adapters.git import status_events
from ckreg.adapters.tree import Home, locked
from ckreg.core.status import Source, Status, StatusRequest
from ckreg.core.summary import parse
from ckreg.errors import BusyError, CkregError, MalformedError, NotFoundError, RefusedError
from ckreg.flows.outcomes import Committed, WaitsError
from ckreg.flows.updates import apply, apply_all, flush, leave
from tests.documents import EXPERIMENT, SUMMARY

Git = Callable[..., str]
AT = datetime(2025, 10, 22, 14, 0, 0, tzinfo=UTC)  # tests are at 14:23:15
MINUTE = timedelta(minutes=1)


def asked(number: int, run: str = "L1B_rank4", **wish: object) -> StatusRequest:
    told = {"id": f"id{number}", "experiment": EXPERIMENT, "at": AT, "status": Status.RUNNING} | wish
    return StatusRequest(run=run, **told)  # type: ignore[arg-type]


def trailers(home: Home, git: Git) -> list[dict[str, object]]:
    told = git(home.root, "log", "-1", "--format=%(trailers:key=Ckreg-Status,valueonly)")
    return [json.loads(line) for line in told.splitlines() if line]


def test_several_changes_of_one_call_are_one_commit(home: Home, git: Git) -> None:
    outcomes = apply_all(
        home,
        [asked(1, job="7"), asked(2, "nobody"), asked(3, status=Status.COMPLETED), asked(4, "L1B_rank64")],
    )
    assert [type(outcome) for outcome in outcomes] == [Committed, NotFoundError, Committed, Committed]
    assert [trailer["id"] for trailer in trailers(home, git)] == ["id1", "id3", "id4"]
    assert git(home.root, "rev-list", "--count", "HEAD~1..HEAD") == "1\n"
    assert spool.is_empty(home)
    assert spool.show_refused(home) == []  # its caller was told


def test_what_is_left_is_committed_by_a_flush_in_time_order(home: Home, git: Git) -> None:
    late, early = asked(1, status=Status.COMPLETED, at=AT + MINUTE), asked(2, at=AT)
    assert [type(outcome).__name__ for outcome in leave(home, [late])] == ["Spooled"]
    leave(home, [early])
    assert git(home.root, "log", "-1", "--format=%s") == "plan\n"
    done = flush(home)
    assert [request.id for request, _ in done.settled] == ["id1", "id2"]
    [tuned, _] = parse(home.summary(EXPERIMENT).read_text()).fine_tuning
    assert (tuned.status, tuned.started, tuned.completed) == (
        "completed",
        "2025-10-22 14:00:00",
        "2025-10-22 14:01:00",
    )
    assert flush(home).settled == ()


def test_what_cannot_be_is_not_left(home: Home) -> None:
    [outcome] = leave(home, [asked(1, "nobody")])
    assert isinstance(outcome, NotFoundError)
    assert spool.is_empty(home)


def test_what_may_be_refused_is_left_with_a_warning(home: Home) -> None:
    apply(home, asked(1, status=Status.COMPLETED))
    [outcome] = leave(home, [asked(2, at=AT + MINUTE)])
    assert not isinstance(outcome, CkregError)
    assert "will be refused" in outcome.warnings[0]
    [(_, refused)] = flush(home).settled
    assert isinstance(refused, RefusedError)


def test_a_document_in_the_middle_of_a_merge_keeps_no_request_out(home: Home) -> None:
    ours = "| L1B_rank4 | pending | - | - | - | - |\n"
    both = f"<<<<<<< HEAD\n{ours}=======\n{ours}>>>>>>> theirs\n"
    home.summary(EXPERIMENT).write_text(SUMMARY.replace(ours, both))
    [outcome] = leave(home, [asked(1)])
    assert not isinstance(outcome, CkregError)
    assert not spool.is_empty(home)


def test_what_was_overtaken_is_recorded_and_changes_no_cell(home: Home, git: Git) -> None:
    apply(home, asked(1, status=Status.COMPLETED, by=Source.SACCT, at=AT + MINUTE))
    before = home.summary(EXPERIMENT).read_text()
    leave(home, [asked(2, by=Source.JOB, job="7", note="late")])
    [(_, outcome)] = flush(home).settled
    assert isinstance(outcome, Committed)
    assert outcome.update.overtaken
    assert outcome.commit == git(home.root, "rev-parse", "HEAD").strip()
    assert home.summary(EXPERIMENT).read_text() == before
    assert git(home.root, "diff", "HEAD~1", "HEAD") == ""
    assert git(home.root, "status", "--porcelain") == ""
    assert git(home.root, "log", "-1", "--format=%s") == (
        f"status: {EXPERIMENT} L1B_rank4 running, overtaken by completed\n"
    )
    [told] = trailers(home, git)
    assert (told["from"], told["to"], told["overtaken"]) == ("completed", "completed", "running")


def test_a_copy_of_a_request_is_carried_out_once(home: Home) -> None:
    name = spool.put(home, [asked(1, note="x")]).name
    folder = home.state / "spool"
    (folder / "9-copy.json").write_bytes((folder / name).read_bytes())
    flush(home)
    (folder / "9-again.json").write_bytes(json.dumps(_told(asked(1, note="x"))).encode())
    apply(home, asked(2, note="y"))
    assert [event.id for event in status_events(home)] == ["id1", "id2"]


def _told(request: StatusRequest) -> dict[str, object]:
    fields = {name: getattr(request, name) for name in StatusRequest.__slots__}
    return fields | {"at": request.at.isoformat()}


def test_a_clock_that_is_ahead_makes_nothing_twice(home: Home) -> None:
    future = asked(1, note="x", at=AT + timedelta(days=3650))
    apply(home, future)
    spool.put(home, [future])  # as a process leaves it that was killed after its commit
    apply(home, asked(2, note="y"))
    assert [event.id for event in status_events(home)] == ["id1", "id2"]


def test_a_hook_that_refuses_one_refuses_one(home: Home, git: Git) -> None:
    hook = home.root / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\ngit diff --cached | grep -q BAD && echo no bad words && exit 1\nexit 0\n")
    hook.chmod(0o755)
    spool.put(home, [asked(1, note="good")])
    refused = spool.put(home, [asked(2, "L1B_rank64", note="BAD")])
    spool.put(home, [asked(3, "L1B_base", task="cap", note="good")])
    apply(home, asked(4, status=Status.COMPLETED))
    assert {event.id for event in status_events(home)} == {"id1", "id3", "id4"}
    [answer] = spool.take_answer(home, refused) or []
    assert (answer.exit_code, "no bad words" in (answer.error or "")) == (4, True)
    assert "BAD" not in home.summary(EXPERIMENT).read_text()
    assert git(home.root, "status", "--porcelain") == ""


@pytest.mark.parametrize(("left", "what"), [("MERGE_HEAD", "merge"), ("rebase-merge", "rebase")])
def test_while_git_is_busy_all_waits(home: Home, git: Git, left: str, what: str) -> None:
    trace = home.root / ".git" / left
    trace.write_text(git(home.root, "rev-parse", "HEAD"))
    with pytest.raises(WaitsError, match=f"spooled; committed when the {what} is finished"):
        apply(home, asked(1))
    with pytest.raises(BusyError):
        flush(home)
    trace.unlink()
    assert len(flush(home).settled) == 1


def test_with_a_detached_head_all_waits(home: Home, git: Git) -> None:
    git(home.root, "switch", "--quiet", "--detach")
    with pytest.raises(WaitsError, match="HEAD is detached: spooled"):
        apply(home, asked(1))
    git(home.root, "switch", "--quiet", "main")
    assert len(flush(home).settled) == 1


def test_a_lock_that_stays_held_leaves_the_request(home: Home) -> None:
    with locked(home), pytest.raises(WaitsError, match=r"held by.*Spooled"):
        apply(home, asked(1), timeout_seconds=0.01)
    assert not spool.is_empty(home)


def test_who_waits_is_answered_without_the_lock(home: Home) -> None:
    """Whoever commits leaves word; this one holds the lock for all of the time."""
    words = ["status", "set", EXPERIMENT, "L1B_rank4", "--note", "x", "--json"]
    with locked(home):
        process = _ckreg(home, *words)
        _until_spooled(home)
        [bundle] = spool.claim(home)
        spool.answer(home, bundle, [spool.Answer(commit="c0ffee", cells={"Notes": "x"}, old="a", new="a")])
        out, _ = process.communicate()
    assert (process.returncode, json.loads(out)["commit"]) == (0, "c0ffee")


def test_ctrl_c_takes_the_request_back(home: Home) -> None:
    with locked(home):
        process = _ckreg(home, "status", "set", EXPERIMENT, "L1B_rank4", "--note", "x")
        _until_spooled(home)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate()
    assert process.returncode == 130
    assert "the request was taken back; nothing was changed" in said
    assert spool.is_empty(home)


def test_ctrl_c_says_where_the_request_stays(home: Home) -> None:
    with locked(home):
        process = _ckreg(home, "status", "set", EXPERIMENT, "L1B_rank4", "--note", "x")
        _until_spooled(home)
        spool.claim(home)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate()
    assert process.returncode == 130
    assert "the request stays: another process is committing it" in said
    assert len(flush(home).settled) == 1


def test_ctrl_c_in_the_middle_of_a_commit_comes_too_late(home: Home) -> None:
    hook = home.root / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nkill -INT -$(ps -o pgid= -p $$ | tr -d ' ')\n")  # as a terminal does
    hook.chmod(0o755)
    process = _ckreg(home, "status", "set", EXPERIMENT, "L1B_rank4", "--note", "x")
    _, said = process.communicate()
    assert process.returncode == 130
    assert "too late: the request was carried out" in said
    assert [event.run for event in status_events(home)] == ["L1B_rank4"]
    assert spool.is_empty(home)


def _ckreg(home: Home, *words: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "ckreg", "-C", str(home.root), *words]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def _until_spooled(home: Home) -> None:
    deadline = os.times().elapsed + 60
    while spool.is_empty(home):
        assert os.times().elapsed < deadline


def test_who_waits_hears_why_another_version_put_the_request_aside(home: Home) -> None:
    words = ["status", "set", EXPERIMENT, "L1B_rank4", "--note", "x"]
    with locked(home):
        process = _ckreg(home, *words)
        _until_spooled(home)
        [path] = (home.state / "spool").glob("*.json")
        path.write_text(path.read_text().replace('"forced"', '"mood"'))
        spool.claim(home)
    _, said = process.communicate()
    assert (process.returncode, "'mood' is not known here" in said) == (MalformedError.exit_code, True)
