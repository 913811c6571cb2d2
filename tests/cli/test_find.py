import json

from ckreg.adapters.tree import Home
from tests.cli.calls import Caller
from tests.cli.terminal import Terminal
from tests.documents import EXPERIMENT, SUMMARY


def test_what_is_found_with_its_place(call: Caller) -> None:
    said = call("find", "lora", "matter")
    assert said.code == 0
    assert said.out == (
        f"{EXPERIMENT}  (question)\n"
        "    Does LoRA rank matter?\n"
        f"    experiments/{EXPERIMENT}/experiment_summary.md:6\n"
    )
    assert not said.err


def test_as_json(call: Caller, home: Home) -> None:
    assert json.loads(call("find", "matter", "--json").out) == [
        {
            "experiment": EXPERIMENT,
            "run_name": None,
            "kind": "question",
            "path": str(home.summary(EXPERIMENT)),
            "line": 6,
            "commit": None,
            "text": "Does LoRA rank matter?",
        }
    ]
    assert json.loads(call("find", "nothing", "such", "--json").out) == []


def test_where_nothing_is_found(call: Caller) -> None:
    said = call("find", "no such", "words")
    assert (said.code, said.out) == (0, "")
    assert "Words in quotes must stand together. Try fewer words." in said.err


def test_more_than_is_shown(call: Caller, home: Home) -> None:
    home.summary(EXPERIMENT).write_text(SUMMARY.replace("None.", "Slow.\n\nSlow again."))
    said = call("find", "slow", "-n", "1")
    assert said.out.count("(note)") == 1
    assert "1 of 2 are shown; -n 2 shows all." in said.err


def test_no_code_of_a_document_reaches_a_terminal(call: Caller, home: Home) -> None:
    home.summary(EXPERIMENT).write_text(SUMMARY.replace("None.", "slow \x1b[31m\x02\x03 \u202e disk"))
    said = call("find", "slow")
    assert "slow [31m disk" in said.out


def test_the_words_stand_out_on_a_terminal(home: Home) -> None:
    with Terminal(home.root, "find", "matter") as terminal:
        assert terminal.code() == 0
        assert "\x1b[1;33mmatter\x1b[0m?" in terminal.raw
    with Terminal(home.root, "find", "matter", env={"NO_COLOR": "1"}) as terminal:
        assert terminal.code() == 0
        assert "\x1b[1;33m" not in terminal.raw
