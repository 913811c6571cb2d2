"""`ckreg compare A B`: plans and runs side by side."""

import json
from pathlib import Path

import pytest

from ckreg.adapters.tree import Home
from tests.cli.calls import Caller
from tests.documents import EXPERIMENT, SUMMARY

OTHER = "cap_8L_batch_2025-11-01"
BASE = "| L1B_base | L1B | - | - | Control | - |"
TOOK = "2025-11-01 10:00:00 | 2025-11-01 10:15:00"
SHOWN = """\
A  cap_8L_lora_comparison_2025-10-22
B  cap_8L_batch_2025-11-01

Plans differ in
Item                      A                 B
─────────────────────────────────────────────────────────────
factor lora_rank          4, 64             4, 32
dataset path              /data/words.json  /data/longer.json
epochs                    2                 3
runs of its own           L1B_rank64        L1B_rank32, extra
run L1B_rank4 batch_size  4                 8

Runs that compare
Run                   A               B
─────────────────────────────────────────────────────────
L1B_rank4  predicted  16 min          20 min (p90 25 min)
           took       (pending)       15 min
           cap (acc)  0.800 (+0.300)  0.600
L1B_base   cap (acc)  0.500           -
"""


@pytest.fixture
def two(home: Home, tmp_path: Path, call: Caller) -> Caller:
    path = home.summary(OTHER)
    path.parent.mkdir()
    text = SUMMARY.replace(EXPERIMENT, OTHER)
    for old, new in (
        ("lora_rank | 4, 64", "lora_rank | 4, 32"),
        ("| L1B_rank64 | L1B | 64 |", "| L1B_rank32 | L1B | 32 |"),
        ("L1B_rank64", "L1B_rank32"),
        ("words.json", "longer.json"),
        ("**Epochs:** 2", "**Epochs:** 3"),
        (
            "| L1B_rank4 | L1B | 4 | 4 | Fine-tuned | 16 min |",
            "| L1B_rank4 | L1B | 4 | 8 | Fine-tuned | 20 min |",
        ),
        (
            "| L1B_base | L1B | - | - | Control | - |",
            "| L1B_base | L1B | - | - | Control | - |\n| extra | X | 4 | 8 | Fine-tuned | - |",
        ),
    ):
        text = text.replace(old, new)
    path.write_text(
        text.replace("| L1B_rank4 | pending | - | - | - |", f"| L1B_rank4 | completed | - | {TOOK} |")
    )
    estimate = {"run_name": "L1B_rank4", "median_seconds": 1200, "p90_seconds": 1500, "tier": "seed table"}
    (path.parent / "estimates.json").write_text(json.dumps({"fine_tuning": [estimate], "evaluations": []}))
    for name, lines in (
        (EXPERIMENT, "L1B_rank4,cap,1,0.8\nL1B_base,cap,,0.5\n"),
        (OTHER, "L1B_rank4,cap,1,0.6\n"),
    ):
        csv = tmp_path / "scores.csv"
        csv.write_text(f"run,task,epoch,acc\n{lines}")
        assert call("results", name, "--from", str(csv)).code == 0
    return call


def test_what_differs_and_the_runs_side_by_side(two: Caller) -> None:
    said = two("compare", EXPERIMENT, OTHER)
    assert said.code == 0
    assert said.out == SHOWN


def test_as_json(two: Caller) -> None:
    told = json.loads(two("compare", EXPERIMENT, OTHER, "--json").out)
    assert told["experiments"] == [EXPERIMENT, OTHER]
    assert {"item": "epochs", "values": {EXPERIMENT: "2", OTHER: "3"}} in told["differences"]
    tuned = told["runs"][0]
    assert (tuned["label"], tuned["status"]) == ("L1B_rank4", {EXPERIMENT: "pending", OTHER: "completed"})
    assert {name: value["mean"] for name, value in tuned["results"][0]["values"].items()} == {
        EXPERIMENT: 0.8,
        OTHER: 0.6,
    }


def test_as_csv_with_the_experiments_whole_names(two: Caller) -> None:
    lines = two("compare", EXPERIMENT, OTHER, "--format", "csv").out.splitlines()
    assert lines[0] == f"about,item,{EXPERIMENT},{OTHER}"
    assert "plan,epochs,2,3" in lines
    assert "L1B_rank4,cap (acc),0.800 (+0.300),0.600" in lines


def test_plans_that_are_the_same(home: Home, call: Caller) -> None:
    home.summary(OTHER).parent.mkdir()
    home.summary(OTHER).write_text(SUMMARY.replace(EXPERIMENT, OTHER))
    said = call("compare", EXPERIMENT, OTHER)
    assert "Their plans do not differ." in said.out
    assert f"No results are known of {OTHER}: `ckreg results {OTHER}` looks for them." in said.err


def test_no_runs_that_compare(home: Home, call: Caller) -> None:
    home.summary(OTHER).parent.mkdir()
    home.summary(OTHER).write_text(SUMMARY.replace(EXPERIMENT, OTHER).replace("L1B", "L3B"))
    said = call("compare", EXPERIMENT, OTHER)
    assert (said.code, "No runs compare" in said.out) == (0, True)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((EXPERIMENT, EXPERIMENT), 2),
        ((EXPERIMENT, OTHER, "--estimates"), 2),
        ((EXPERIMENT, "nothing"), 3),
        ((), 2),
    ],
)
def test_words_that_make_no_sense(two: Caller, words: tuple[str, ...], code: int) -> None:
    assert two("compare", *words).code == code
