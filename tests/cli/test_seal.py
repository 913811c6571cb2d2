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
