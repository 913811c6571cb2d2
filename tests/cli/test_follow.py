"""`watch` and `logs` as a person sees them."""

import json
from pathlib import Path

import pytest

from ckreg.adapters.tree import Home
from tests.cli.calls import Caller
from tests.cli.terminal import Terminal
from tests.experiments import NAME, plan
from tests.logs import BUNDLED, LOG
from tests.stand_ins import StandIn

RUNS = 40


@pytest.fixture
def registry(empty: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    StandIn(tmp_path / "bin", monkeypatch)
    runs = {f"Llama-3.2-1B-Instruct_lr1e-05_rank{rank}": "true" for rank in range(1, RUNS + 1)}
    plan(empty, runs, (), logs=tmp_path / "scratch" / NAME)
    return empty


@pytest.fixture
def call(registry: Home, capsys: pytest.CaptureFixture[str]) -> Caller:
    return Caller(registry.root, capsys)


@pytest.fixture
def run(call: Caller, tmp_path: Path) -> str:
    """A run with a log, whose job runs; the last of the table."""
    name = f"Llama-3.2-1B-Instruct_lr1e-05_rank{RUNS}"
    call("status", "set", NAME, name, "--status", "running", "--job-id", "7")
    data = (BUNDLED / LOG).read_bytes()
    log = tmp_path / "scratch" / NAME / f"ck-out-{name}" / "slurm-7.out"
    log.write_bytes(data[: data.index(b"]", data.index(b"2|120|Loss")) + 1])
    return name


def test_forty_rows_on_a_terminal_of_24_lines(registry: Home, run: str) -> None:
    with Terminal(registry.root, "watch", NAME) as terminal:
        shown = terminal.until("Ctrl-C ends.")
        assert f"_rank{RUNS} " in shown  # what runs is there, wherever it stands in the table
        assert run[:8] not in shown  # the name's end is what tells runs apart
        assert "75% 120/160" in shown
        assert "more: " in shown
        assert "39 pending, 1 running" in shown
        lines = shown.splitlines()
        assert len(lines) <= 24
        assert max(map(len, lines)) <= 80
        assert terminal.stop() == 130
        assert terminal.raw.count("\x1b[?1049h") == terminal.raw.count("\x1b[?1049l") == 1
        assert terminal.raw.rindex("\x1b[?25h") > terminal.raw.rindex("\x1b[?25l")


def test_it_ends_by_itself(registry: Home) -> None:
    with Terminal(registry.root, "watch", NAME) as terminal:
        terminal.until("Nothing runs or waits.")
        assert terminal.code() == 0


def test_a_pipe_gets_it_once(call: Caller, run: str) -> None:
    said = call("watch", NAME)
    assert said.code == 0, said.err
    assert len([line for line in said.out.splitlines() if "Llama" in line]) == RUNS
    assert run in said.out
    assert "`ckreg status sync" in said.err


def test_as_json(call: Caller, run: str) -> None:
    told = json.loads(call("watch", NAME, "--json").out)
    assert set(told) == {"experiment", "at", "open", "queue_silent", "rows"}
    row = told["rows"][-1]
    assert (row["run"], row["status"], row["total"], row["unit"]) == (run, "running", 160, "step")
    assert row["differs"] == "not in queue"


def test_the_end_of_a_log(call: Caller, run: str) -> None:
    said = call("logs", NAME, run, "-n", "1")
    assert said.code == 0, said.err
    assert said.out.startswith("2|120|Loss: ")
    assert "\x1b" not in said.out
    assert said.err.strip().endswith("slurm-7.out")
    told = json.loads(call("logs", NAME, run, "-n", "2", "--json").out)
    assert set(told) == {"path", "job_id", "lines"}
    assert (told["job_id"], len(told["lines"])) == ("7", 2)


def test_a_log_is_followed_on_a_terminal(registry: Home, call: Caller, run: str, tmp_path: Path) -> None:
    log = tmp_path / "scratch" / NAME / f"ck-out-{run}" / "slurm-7.out"
    with Terminal(registry.root, "logs", NAME, run, "-f", "-n", "0") as terminal:
        terminal.until("2|120|Loss: ")
        with log.open("ab") as file:
            file.write(b"\nsaved\n")
        terminal.until("saved")
        call("status", "set", NAME, run, "--status", "completed")
        assert terminal.code() == 0


def test_ctrl_c_ends_following(registry: Home, run: str) -> None:
    with Terminal(registry.root, "logs", NAME, run, "-f") as terminal:
        terminal.until("2|120|Loss: ")
        assert terminal.stop() == 130


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--epoch", "0"), 2),
        (("-f", "--json"), 2),
        (("--task", "cap"), 3),
        (("--job", "8"), 3),
    ],
)
def test_what_cannot_be(call: Caller, run: str, words: tuple[str, ...], code: int) -> None:
    said = call("logs", NAME, run, *words)
    assert said.code == code
    assert len(said.err.splitlines()) == 1 or code == 2


def test_a_log_that_is_not_there(call: Caller, run: str) -> None:
    said = call("logs", NAME, run.replace(str(RUNS), "1"))
    assert said.code == 3
    assert "Looked for" in said.err
