import json

from ckreg.adapters.tree import Home
from tests.cli.calls import Caller
from tests.documents import EXPERIMENT, SUMMARY

DOCUMENT = f"experiments/{EXPERIMENT}/experiment_summary.md"


def test_sealing_says_what_it_did_and_does_it_once(call: Caller, home: Home) -> None:
    said = call("seal", "cap_8L", "--dry-run")
    assert said.code == 0
    assert f"+++ experiments/{EXPERIMENT}/plan.seal" in said.out
    assert not (home.experiments / EXPERIMENT / "plan.seal").exists()
    said = call("seal", "cap_8L", "--json")
    told = json.loads(said.out)
    assert (said.code, told["changed"], len(told["hash"])) == (0, True, 64)
    said = call("seal", "cap_8L")
    assert (said.code, said.out) == (0, "")
    assert "is sealed already" in said.err


def test_a_changed_plan_is_refused_and_drift_tells_of_it(call: Caller, home: Home) -> None:
    call("seal", "cap_8L")
    assert call("drift", "cap_8L").code == 0
    (home.root / DOCUMENT).write_text(SUMMARY.replace("- **Epochs:** 2", "- **Epochs:** 3"))
    line = SUMMARY.split("\n").index("- **Epochs:** 2") + 1
    said = call("drift", "cap_8L")
    assert (said.code, said.out) == (1, f"{DOCUMENT}:{line}: Configuration, epochs: 2 -> 3\n")
    assert "ckreg amend" in said.err
    told = json.loads(call("drift", "cap_8L", "--json").out)
    assert told["plan"][0] == {
        "path": DOCUMENT,
        "line": line,
        "item": "configuration, epochs",
        "sealed": "2",
        "now": "3",
        "words": "Configuration, epochs: 2 -> 3",
    }
    assert told["ran"] == []
    assert "another plan than the committed one" in call("seal", "cap_8L").err
    call("status", "set", "cap_8L", "L1B_rank4", "--note", "x")  # leaves the unfinished plan alone
    assert (home.root / DOCUMENT).read_text().count("**Epochs:** 3") == 1


def test_a_plan_edited_by_hand_is_amended_and_history_tells_why(call: Caller, home: Home) -> None:
    call("seal", "cap_8L")
    (home.root / DOCUMENT).write_text(SUMMARY.replace("- **Epochs:** 2", "- **Epochs:** 3"))
    said = call("amend", "cap_8L", "--reason", "two were too few", "--dry-run")
    assert (said.code, "+++ experiments" in said.out, "+Reasoning: two were too few" in said.out) == (
        0,
        True,
        True,
    )
    assert call("drift", "cap_8L").code == 1
    said = call("amend", "cap_8L", "--reason", "two were \x1b[31mtoo few")
    assert said.code == 0
    assert said.out.startswith("Configuration, epochs: 2 -> 3\n")
    assert "committed as it lay in your folder" in said.err
    assert call("drift", "cap_8L").code == 0
    said = call("amend", "cap_8L", "--reason", "again", "--json")
    assert json.loads(said.out)["changed"] is False
    told = call("history", "cap_8L").out
    assert "\x1b" not in told
    assert all(len(line) <= 80 for line in told.split("\n") if EXPERIMENT not in line)
    assert "amend     two were [31mtoo few" in told
    kinds = [line["kind"] for line in json.loads(call("history", "--json").out)]
    assert {"seal", "amend", "log", "hand edit"} <= set(kinds)


def test_what_amend_cannot_do_is_a_usage_error(call: Caller) -> None:
    assert call("amend", "cap_8L").code == 2
    said = call("amend", "cap_8L", "--reason", "x", "--set", "lora_rank")
    assert (said.code, "--set takes KEY=VALUE" in said.err) == (2, True)
    said = call("amend", "cap_8L", "--reason", "x", "--set", "lora_rank=4")
    assert (said.code, "there is no spec to amend" in said.err) == (3, True)
    assert call("history", "cap_8L", "no_such_run").code == 3
