import json
import re

import pytest

from ckreg.adapters.tree import Home
from tests.cli.calls import Caller
from tests.documents import EXPERIMENT


def test_set_then_show(call: Caller) -> None:
    said = call("status", "set", "cap_8L", "L1B_rank4", "--status", "running", "--job-id", "12345")
    assert said.code == 0
    assert re.fullmatch(rf"{EXPERIMENT} L1B_rank4: pending -> running \([0-9a-f]{{10}}\)\n", said.out)
    told = json.loads(call("status", "show", EXPERIMENT, "--json").out)
    assert told["experiment"] == EXPERIMENT
    assert told["fine_tuning"][0] == {
        "run_name": "L1B_rank4",
        "status": "running",
        "job_id": "12345",
        "started": "2025-10-22 14:23:15",
        "completed": None,
        "notes": None,
    }
    assert told["evaluations"][3] == {
        "run_name": "L1B_base",
        "task": "cap",
        "epoch": None,
        "status": "pending",
        "job_id": None,
        "completed": None,
        "notes": "Base model",
    }


def test_show_without_an_experiment_counts(call: Caller) -> None:
    said = call("status")
    assert re.search(rf"{EXPERIMENT}\s+2 pending\s+4 pending", said.out)
    assert [item["experiment"] for item in json.loads(call("status", "show", "--json").out)] == [EXPERIMENT]


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["L1B_rank4"], 2, "nothing to set"),
        (["L1B_rank4", "--job-id", "1;rm -rf"], 2, "not a job id"),
        (["L1B_rank4", "--status", "done"], 2, "'done' is not one of 'pending', 'running'"),
        (["L1B_rank4", "--epoch", "0", "--note", "x"], 2, "give --task"),
        (["L1B_rank4", "--task", "cap", "--epoch", "x", "--note", "x"], 2, "not an epoch"),
        (["nobody", "--status", "running"], 3, "no row for the run 'nobody'"),
        (["L1B_base", "--status", "running"], 3, "give --task cap"),
        (["L1B_rank4", "--resolved", "1"], 2, "give --task"),
    ],
)
def test_a_call_that_cannot_be_changes_nothing(
    call: Caller, home: Home, words: list[str], code: int, message: str
) -> None:
    before = home.summary(EXPERIMENT).read_bytes()
    said = call("status", "set", EXPERIMENT, *words)
    assert (said.code, said.out) == (code, "")
    assert message in said.err
    assert home.summary(EXPERIMENT).read_bytes() == before


def test_an_illegal_transition_exits_with_4(call: Caller) -> None:
    call("status", "set", EXPERIMENT, "L1B_rank4", "--status", "completed")
    said = call("status", "set", EXPERIMENT, "L1B_rank4", "--status", "pending")
    assert said.code == 4
    assert "--force" in said.err
    assert call("status", "set", EXPERIMENT, "L1B_rank4", "--status", "pending", "--force").code == 0


def test_an_unknown_or_ambiguous_experiment_exits_with_3(call: Caller, home: Home) -> None:
    assert "Did you mean" in call("status", "show", "cap_8L_lora_comparison_2025-10-23").err
    other = home.summary("cap_9L")
    other.parent.mkdir()
    other.write_bytes(home.summary(EXPERIMENT).read_bytes())
    said = call("status", "show", "cap")
    assert (said.code, "fits 2 experiments" in said.err) == (3, True)
    assert call("status", "show", "../registry").code == 3


def test_a_dry_run_shows_the_diff_and_changes_nothing(call: Caller, home: Home) -> None:
    before = home.summary(EXPERIMENT).read_bytes()
    said = call("status", "set", EXPERIMENT, "L1B_rank4", "--status", "running", "--dry-run")
    assert "-| L1B_rank4 | pending | - | - | - | - |" in said.out
    assert "+| L1B_rank4 | running | - | 2025-10-22 14:23:15 | - | - |" in said.out
    assert home.summary(EXPERIMENT).read_bytes() == before


def test_json_says_what_was_done(call: Caller) -> None:
    told = json.loads(call("status", "set", EXPERIMENT, "L1B_rank4", "--note", "a|b\x1b[31m", "--json").out)
    assert told["cells"] == {"Notes": "a|b [31m"}
    assert (told["from"], told["to"], told["committed"], told["changed"]) == (
        "pending",
        "pending",
        True,
        True,
    )
    again = json.loads(call("status", "set", EXPERIMENT, "L1B_rank4", "--note", "a|b\x1b[31m", "--json").out)
    assert (again["changed"], again["commit"]) == (False, None)


def test_control_codes_in_a_document_do_not_reach_the_terminal(call: Caller, home: Home) -> None:
    path = home.summary(EXPERIMENT)
    path.write_text(path.read_text().replace("Base model", "\x1b]0;evil\x07"))
    for words in (("status", "show", EXPERIMENT), ("show", EXPERIMENT), ("list",), ("check",), ()):
        said = call(*words)
        assert "\x1b" not in said.out + said.err
