"""Table, logs and queue at one moment."""

import json
import os
import threading
from collections.abc import Collection
from pathlib import Path

import pytest

from ckreg.adapters.slurm import Slurm
from ckreg.adapters.tree import Home
from ckreg.commands.watch import watch, watched
from ckreg.core.scheduler.port import QueueAnswer
from ckreg.core.summary.rows import RowKey
from ckreg.flows.tailing import advance
from ckreg.flows.watching import Queue, Watched, Watcher
from tests.cli.calls import Caller
from tests.experiments import NAME, plan
from tests.logs import BUNDLED, LOG
from tests.stand_ins import StandIn


@pytest.fixture
def slurm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    return StandIn(tmp_path / "bin", monkeypatch)


@pytest.fixture
def registry(empty: Home, tmp_path: Path, slurm: StandIn) -> Home:  # noqa: ARG001
    plan(empty, {"a": "true", "b": "true"}, ("a",), logs=tmp_path / "scratch" / NAME)
    return empty


@pytest.fixture
def call(registry: Home, capsys: pytest.CaptureFixture[str]) -> Caller:
    return Caller(registry.root, capsys)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """The log of job 7, of the run `a`, cut in its second epoch: 120 of 160 steps."""
    data = (BUNDLED / LOG).read_bytes()
    path = tmp_path / "scratch" / NAME / "ck-out-a" / "slurm-7.out"
    path.write_bytes(data[: data.index(b"]", data.index(b"2|120|Loss")) + 1])
    return path


def _row(home: Home, key: RowKey) -> Watched:
    return next(row for row in watched(home, NAME).rows if row.key == key)


def test_a_run_that_runs(registry: Home, call: Caller, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    call("status", "set", NAME, "a", "--status", "running", "--job-id", "7")
    monkeypatch.setenv("CKREG_NOW", "2025-10-22T14:25:15+00:00")
    row = _row(registry, RowKey("a"))
    assert (row.status, row.job, row.elapsed_seconds, row.log_path) == ("running", "7", 120.0, log)
    assert row.advance.total == 160
    assert row.advance.share == pytest.approx(0.75, abs=0.01)


def test_predicted_beside_actual(registry: Home, call: Caller) -> None:
    told = {
        "run_name": "b",
        "task": None,
        "epoch": None,
        "median_seconds": 60,
        "p90_seconds": 90,
        "tier": "same",
    }
    (registry.experiments / NAME / "estimates.json").write_text(
        json.dumps({"fine_tuning": [told], "evaluations": []})
    )
    call("status", "set", NAME, "b", "--status", "running", "--job-id", "8")
    row = _row(registry, RowKey("b"))
    assert (row.median_seconds, row.p90_seconds, row.elapsed_seconds) == (60, 90, 0)


def test_why_a_job_waits(registry: Home, call: Caller, slurm: StandIn) -> None:
    call("status", "set", NAME, "b", "--job-id", "8")
    call("status", "set", NAME, "a", "--task", "cap", "--epoch", "0", "--job-id", "9")
    slurm.says("squeue", "8|8|PENDING|Priority|N/A|b\n9|9|PENDING|Dependency|N/A|a")
    snapshot = watched(registry, NAME)
    assert [row.reason for row in snapshot.rows] == [None, "Priority", "Dependency"]
    assert snapshot.differing == ()
    assert len(slurm.called("squeue")) == 1


@pytest.mark.parametrize(
    ("queue", "differs"),
    [
        ("8|8|RUNNING|None|N/A|b", "queue RUNNING"),
        ("8|8|TIMEOUT|None|N/A|b", "queue TIMEOUT"),
        ("", "not in queue"),
        ("8|8|PENDING|Priority|N/A|b", None),
        ("8|8|WHATEVER|Priority|N/A|b", None),
    ],
)
def test_what_the_table_does_not_say(
    registry: Home, call: Caller, slurm: StandIn, queue: str, differs: str | None
) -> None:
    call("status", "set", NAME, "b", "--job-id", "8")
    slurm.says("squeue", queue)
    assert _row(registry, RowKey("b")).differs == differs


def test_a_log_that_ended_differs_too(registry: Home, call: Caller, log: Path, slurm: StandIn) -> None:
    slurm.says("squeue", "7|7|RUNNING|None|N/A|a")
    call("status", "set", NAME, "a", "--status", "running", "--job-id", "7")
    log.write_bytes((BUNDLED / LOG).read_bytes())
    assert _row(registry, RowKey("a")).differs == "log completed"


def test_without_a_queue_table_and_logs_speak(
    registry: Home, call: Caller, log: Path, slurm: StandIn
) -> None:
    call("status", "set", NAME, "a", "--status", "running", "--job-id", "7")
    slurm.fails("squeue", "slurm_load_jobs error: Unable to contact slurm controller")
    snapshot = watched(registry, NAME)
    assert "Unable to contact" in (snapshot.silent or "")
    assert snapshot.differing == ()
    assert snapshot.rows[0].log_path == log


def test_only_what_changed_is_read(
    registry: Home, call: Caller, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call("status", "set", NAME, "a", "--status", "running", "--job-id", "7")
    read: list[Path] = []

    def counting(path: Path) -> object:
        read.append(path)
        return advance(path)

    monkeypatch.setattr("ckreg.flows.watching.advance", counting)
    watcher = Watcher(registry, NAME, Slurm())
    watcher.look()
    watcher.look()
    assert read == [log]
    with log.open("ab") as file:
        file.write(b"\n")
    watcher.look()
    assert read == [log, log]


def test_it_goes_on_until_nothing_runs_or_waits(registry: Home, call: Caller) -> None:
    call("status", "set", NAME, "b", "--status", "running", "--job-id", "8")

    def wait(_seconds: float) -> None:
        call("status", "set", NAME, "b", "--status", "completed")

    assert [snapshot.is_open for snapshot in watch(registry, NAME, wait=wait)] == [True, False]


def test_nothing_is_committed_or_left_behind(registry: Home, call: Caller, log: Path) -> None:
    call("status", "set", NAME, "a", "--status", "running", "--job-id", "7")
    before = {path: path.read_bytes() for path in registry.root.rglob("*") if path.is_file()}
    watched(registry, NAME)
    after = {path: path.read_bytes() for path in registry.root.rglob("*") if path.is_file()}
    changed = {path for path in before | after if before.get(path) != after.get(path)}
    assert all(path.is_relative_to(registry.state) for path in changed)
    assert log.is_file()


class _Slow(Slurm):
    """A queue that answers when it is let."""

    def __init__(self) -> None:
        self.may_answer = threading.Event()
        self.asked: list[list[str]] = []

    def queued(self, jobs: Collection[str]) -> QueueAnswer:
        self.asked.append(sorted(jobs))
        self.may_answer.wait(60)
        return QueueAnswer()


def test_a_queue_that_hangs_holds_nobody_up_and_is_not_asked_again() -> None:
    slow = _Slow()
    queue = Queue(slow)
    queue.ask(["8", "9_1", "L3", "-j", "by hand", "8,9"], 0.01)
    assert queue.answer is not None
    assert "not answered" in (queue.answer.failed or "")
    queue.ask_beside(["8"])
    slow.may_answer.set()
    queue.ask(["8"], 60)
    assert queue.answer == QueueAnswer()
    assert slow.asked == [["8", "9_1", "L3"]]


def test_hostile_names_and_logs(registry: Home, call: Caller, tmp_path: Path) -> None:
    document = registry.summary(NAME)
    document.write_text(
        document.read_text().replace("| b | pending | - |", "| b | running | ../../x\x1b[2J |")
    )
    os.mkfifo(tmp_path / "scratch" / NAME / "ck-out-b" / "slurm-8.out")
    said = call("watch", NAME, "--once")
    assert said.code == 0, said.err
    assert "\x1b" not in said.out
