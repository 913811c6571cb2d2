"""`retry` from the command line, with stand-ins for Slurm's programs."""

import json
from pathlib import Path

import pytest

from ckreg.adapters.tree import Home
from tests.cli.calls import Caller
from tests.cli.terminal import Terminal
from tests.experiments import NAME, plan
from tests.stand_ins import StandIn


@pytest.fixture
def slurm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    found = StandIn(tmp_path / "bin", monkeypatch)
    found.says("sacct", "")
    return found


@pytest.fixture
def call(empty: Home, tmp_path: Path, slurm: StandIn, capsys: pytest.CaptureFixture[str]) -> Caller:
    """Runs a and b were sent; a, which has an evaluation, timed out, and b failed somehow."""
    plan(empty, {"a": "true", "b": "exit 3"}, ("a",), "#SBATCH --time=5\n", logs=tmp_path / "scratch")
    call = Caller(empty.root, capsys)
    assert call("submit", NAME, "--yes", "--no-arrays").code == 0
    assert slurm.jobs == ["a", "b", "a"]
    fail(call, "a", "TIMEOUT after 5 min")
    fail(call, "b", "exit 3 after 2 min")
    return call


def fail(call: Caller, run: str, note: str) -> None:
    assert call("status", "set", NAME, run, "--status", "failed", "--note", note).code == 0


def script(call: Caller) -> str:
    return (call.folder / "experiments" / NAME / "a" / "finetune.slurm").read_text()


def test_a_dry_run_shows_the_diff_and_what_is_left(call: Caller, slurm: StandIn) -> None:
    before = script(call)
    said = call("retry", "sleep_lora", "--dry-run")
    assert said.code == 0, said.err
    assert said.out.splitlines()[:4] == [
        "a: TIMEOUT after 5 min, job 101",
        "  attempt 2: time 5 to 0:10:00",
        "  because the log shows no progress, so twice the 5 min that it had",
        "  with 1 evaluation",
    ]
    assert "-#SBATCH --time=5\n" in said.out
    assert "+#SBATCH --time=0:10:00\n" in said.out
    assert "b is left to you: nothing tells what would have to be different" in said.err
    assert script(call) == before
    assert len(slurm.jobs) == 3


def test_where_nobody_can_be_asked_yes_is_wanted(call: Caller, slurm: StandIn) -> None:
    said = call("retry", NAME)
    assert said.code == 2
    assert "--yes" in said.err
    assert "attempt 2" in said.out
    assert len(slurm.jobs) == 3


def test_json(call: Caller, slurm: StandIn) -> None:
    said = call("retry", NAME, "--yes", "--json")
    assert said.code == 0, said.err
    told = json.loads(said.out)
    assert set(told) == {"experiment", "retried", "left", "jobs", "changed", "commit"}
    [each] = told["retried"]
    assert (each["run"], each["attempt"], each["outcome"]) == ("a", 2, "timeout")
    assert each["changes"] == [{"file": "script", "name": "time", "old": "5", "new": "0:10:00"}]
    assert [job["job"] for job in told["jobs"]] == ["104", "105"]
    assert [left["run"] for left in told["left"]] == ["b"]
    assert slurm.jobs[3:] == ["a", "a"]
    said = call("retry", NAME, "--yes")
    assert said.code == 4
    assert "1 failure left to you" in said.err


def test_a_third_attempt_wants_more_than_yes(call: Caller, slurm: StandIn) -> None:
    assert call("retry", NAME, "a", "--yes").code == 0
    fail(call, "a", "TIMEOUT after 10 min")
    before = script(call)
    said = call("retry", NAME, "a", "--yes")
    assert said.code == 4
    assert "attempt 3 is asked for: --attempt 3" in said.err
    assert script(call) == before
    said = call("retry", NAME, "a", "--yes", "--attempt", "3")
    assert said.code == 0, said.err
    assert slurm.jobs[5:] == ["a", "a"]
    assert "#SBATCH --time=0:20:00\n" in script(call)


def test_on_a_terminal_it_asks(call: Caller, slurm: StandIn) -> None:
    with Terminal(call.folder, "retry", NAME) as terminal:
        terminal.until("Change 1 file and send 2 jobs?")
        terminal.type("n\n")
        terminal.until("Nothing was changed or sent.")
    assert len(slurm.jobs) == 3


def test_nothing_failed(call: Caller) -> None:
    for run in ("a", "b"):
        assert call("status", "set", NAME, run, "--status", "pending").code == 0
    said = call("retry", NAME, "--yes")
    assert said.code == 0
    assert "Nothing failed" in said.err
