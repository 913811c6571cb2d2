"""`ckreg index`, as people call it."""

import json
from pathlib import Path

import pytest

from ckreg.adapters.tree import Home
from tests.cli.calls import Caller
from tests.logs import BUNDLED, LOG


def test_explain_shows_lines_and_what_was_understood(call: Caller) -> None:
    said = call("index", "--explain", str(BUNDLED / LOG))
    assert said.code == 0
    assert "lora_rank: 4" in said.out
    assert "lora_rank 4" in said.out
    assert "Not said: " in said.out
    assert max(map(len, said.out.splitlines())) <= 80


def test_explain_as_json(call: Caller) -> None:
    [job] = json.loads(call("index", "--explain", str(BUNDLED / LOG), "--json").out)
    assert set(job) == {"segment", "facts", "not_said"}
    [fact] = [fact for fact in job["facts"] if fact["name"] == "lora_rank"]
    assert (fact["value"], fact["text"]) == (4, "lora_rank: 4")
    assert set(fact) == {"name", "value", "line", "text", "how"}


def test_explain_of_hostile_text_is_harmless(call: Caller, tmp_path: Path) -> None:
    log = tmp_path / "odd\x1b[31m.out"
    log.write_bytes(
        b"\x1b]0;title\x07\x1b[2J|1|Loss: 1.0: 1%|#| 1/2 [00:01<00:01, 1.00s/it]\x9b31m\n"
        b"\x1b[31mbash: \x07x: command not found\n"
    )
    said = call("index", "--explain", str(log))
    assert said.code == 0
    assert not any(ord(char) < 32 and char != "\n" for char in said.out)
    assert "\x9b" not in said.out
    assert max(map(len, said.out.splitlines())) <= 80


def test_explain_of_nothing(call: Caller, tmp_path: Path) -> None:
    assert call("index", "--explain", str(tmp_path / "nowhere")).code == 3
    assert call("index", "--explain", str(tmp_path)).code == 6
    empty = tmp_path / "empty.out"
    empty.touch()
    said = call("index", "--explain", str(empty))
    assert said.code == 0
    assert "nothing in the log tells how it ended" in said.out


def test_keep_says_what_was_committed(call: Caller) -> None:
    said = call("index", str(BUNDLED), "--keep")
    assert "prior-runs.jsonl holds 7 jobs, committed as " in said.out
    assert "prior-runs.jsonl holds 7 jobs, unchanged." in call("index", "--keep").out


def test_a_line_that_says_nothing_is_warned_of(call: Caller, home: Home) -> None:
    (home.root / "prior-runs.jsonl").write_text("nonsense\n")
    said = call("index", str(BUNDLED))
    assert said.code == 0
    assert f"{home.root}/prior-runs.jsonl:1: passed over: it is no JSON" in said.err


def test_a_saved_sacct_file(call: Caller, tmp_path: Path) -> None:
    saved = tmp_path / "said.txt"
    saved.write_text("JobID|State|ElapsedRaw\n19|TIMEOUT|99\n")
    log = tmp_path / "slurm-19.out"
    log.write_bytes((BUNDLED / LOG).read_bytes())
    assert call("index", str(log), "--sacct", str(saved)).code == 0
    sql = "SELECT outcome, log_outcome FROM measurements"
    assert json.loads(call("query", sql, "--json").out) == [
        {"outcome": "timeout", "log_outcome": "completed"}
    ]
    assert call("index", str(log), "--sacct", str(tmp_path / "nowhere")).code == 3


def test_what_cannot_be_read_is_listed_with_its_reason(call: Caller, tmp_path: Path) -> None:
    (tmp_path / "slurm-1.out").symlink_to("nowhere")
    said = call("index", str(tmp_path))
    assert said.code == 0
    assert f"{tmp_path}/slurm-1.out: a link to nothing" in said.err


@pytest.mark.parametrize("words", [("--full",), ("--rebuild",), ()])
def test_all_ways_find_the_same(call: Caller, words: tuple[str, ...]) -> None:
    told = json.loads(call("index", str(BUNDLED), *words, "--json").out)
    assert (told["found"], told["read"], told["tallies"]) == (
        7,
        7,
        [{"framework": "torchtune", "outcome": "completed", "jobs": 7}],
    )
