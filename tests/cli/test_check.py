import json

from ckreg.adapters.tree import Home
from tests.cli.calls import Caller
from tests.documents import EXPERIMENT

PATH = f"experiments/{EXPERIMENT}/experiment_summary.md"


def test_a_registry_that_is_well(call: Caller) -> None:
    said = call("check")
    assert (said.code, said.out, said.err) == (0, "", "No problems.\n")


def test_an_error_exits_with_1_in_every_format(call: Caller, home: Home) -> None:
    file = home.summary(EXPERIMENT)
    file.write_text(file.read_text().replace("| L1B_rank4 | pending", "| L1B_rank4 | done"))
    message = "the status 'done' is none of pending, running, completed, failed"
    said = call("check")
    assert (said.code, said.out) == (1, f"{PATH}:69:15: error CK301: {message}\n")
    assert call("check", "--format", "github").out == (
        f"::error file={PATH},line=69,col=15,title=CK301::{message}\n"
    )
    assert json.loads(call("check", "--json").out) == [
        {
            "code": "CK301",
            "severity": "error",
            "path": PATH,
            "line": 69,
            "column": 15,
            "message": message,
            "fixable": False,
        }
    ]


def test_warnings_fail_only_when_strict(call: Caller, home: Home) -> None:
    file = home.summary(EXPERIMENT)
    file.write_text(file.read_text().replace("# Experiment: cap", "# Experiment: cup"))
    assert call("check").code == 0
    assert call("check", "--strict").code == 1


def test_what_is_not_utf8_is_a_problem_of_that_file(call: Caller, home: Home) -> None:
    home.summary(EXPERIMENT).write_bytes(b"# x\n\xff\n")
    said = call("check")
    assert said.code == 1
    assert f"{PATH}:1:1: error CK001" in said.out
    assert "experiment_summary.md:2: byte 0xff is not UTF-8" in said.out


def test_paths_and_names_that_are_not_there(call: Caller) -> None:
    assert call("check", "nowhere").code == 3
    assert call("check", PATH).code == 0
    assert call("check", f"experiments/{EXPERIMENT}").code == 0
