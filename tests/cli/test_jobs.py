"""`submit`, `status sync` and `cancel` from the command line, with stand-ins for Slurm's programs."""

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
    return StandIn(tmp_path / "bin", monkeypatch)


@pytest.fixture
def registry(empty: Home, tmp_path: Path) -> Home:
    plan(empty, {"a": "true", "b": "exit 3"}, ("a",), "#SBATCH --time=5\n", logs=tmp_path / "scratch")
    return empty


@pytest.fixture
def call(registry: Home, capsys: pytest.CaptureFixture[str]) -> Caller:
    return Caller(registry.root, capsys)


def test_a_dry_run_prints_the_calls(call: Caller, slurm: StandIn) -> None:
    said = call("submit", "sleep_lora", "--dry-run")
    assert said.code == 0
    array, evaluation = said.out.splitlines()
    assert array.startswith(
        "sbatch --parsable '--job-name=sleep_lora_comparison_2025-10-22.<id>' --array=0-1 "
    )
    assert "'--dependency=afterok:<job 1>_0' --kill-on-invalid-dep=yes" in evaluation
    assert slurm.called("sbatch") == []


def test_where_nobody_can_be_asked_yes_is_wanted(call: Caller, slurm: StandIn) -> None:
    said = call("submit", NAME)
    assert said.code == 2
    assert "--yes" in said.err
    assert slurm.called("sbatch") == []


def test_submit_sync_and_cancel(call: Caller, slurm: StandIn) -> None:
    said = call("submit", NAME, "--yes", "--no-arrays", "--json")
    assert said.code == 0, said.err
    told = json.loads(said.out)
    assert told["jobs"][0] == {"run": "a", "task": None, "epoch": None, "job": "101"}
    assert set(told) == {"experiment", "jobs", "skipped", "left", "commit"}
    names = [call[3].partition("=")[2] for call in slurm.called("sbatch")]
    header = "JobID|State|ExitCode|Submit|Start|End|ElapsedRaw|NodeList|JobName"
    times = "2026-11-23T10:00:00|2026-11-23T10:00:10|2026-11-23T10:02:10|120|n1"
    slurm.says("sacct", f"{header}\n102|FAILED|3:0|{times}|{names[1]}\n")
    slurm.says("squeue", f"101|101|RUNNING|None|N/A|{names[0]}\n103|103|PENDING|Dependency|N/A|theirs\n")
    said = call("status", "sync", NAME, "--json")
    assert said.code == 0, said.err
    told = json.loads(said.out)
    assert [(each["run"], each["from"], each["to"]) for each in told["changes"]] == [
        ("a", "pending", "running"),
        ("b", "pending", "failed"),
    ]
    assert told["changes"][1]["note"] == "exit 3 after 2 min"
    said = call("status", "sync", NAME)
    assert (said.code, said.out) == (0, "")
    assert "Nothing changed; 2 jobs of 2 still open." in said.err
    found = json.loads(call("cancel", NAME, "--dry-run", "--json").out)
    assert [each["job"] for each in found["found"]] == ["101"]
    assert call("cancel", NAME).code == 2
    said = call("cancel", NAME, "--yes")
    assert said.code == 0, said.err
    assert slurm.called("scancel") == [["scancel", "--", "101"]]


def test_on_a_terminal_it_shows_and_asks(registry: Home, slurm: StandIn) -> None:
    with Terminal(registry.root, "submit", NAME, "--no-arrays") as terminal:
        terminal.until("Send 3 jobs in 3 calls of sbatch?")
        terminal.type("n\n")
        terminal.until("Nothing was sent.")
    assert slurm.called("sbatch") == []


def test_sync_wants_to_know_of_what(call: Caller) -> None:
    assert call("status", "sync").code == 2
    assert call("status", "sync", NAME, "--all").code == 2
    assert call("status", "sync", NAME, "--watch", "--dry-run").code == 2
    assert call("status", "sync", "--all").code == 0


def test_an_unknown_run_is_named(call: Caller, slurm: StandIn) -> None:
    for verb in ("submit", "cancel"):
        said = call(verb, NAME, "nobody")
        assert said.code == 3
        assert "nobody" in said.err
    assert slurm.calls == []
