"""`ckreg runs` and `ckreg query` as people use them."""

import csv
import io
import json
from pathlib import Path

import pytest

from ckreg.adapters.tree import Home
from tests.cli.calls import Caller
from tests.cli.terminal import Terminal
from tests.documents import EXPERIMENT


def test_a_table_names_experiments_by_what_it_takes_to_type(call: Caller) -> None:
    said = call("runs", "L1B_rank*", "--sort", "-lora_rank")
    assert said.out.splitlines() == [
        "experiment  run_name    status   lora_rank",
        "──────────────────────────────────────────",
        "cap         L1B_rank64  pending         64",
        "cap         L1B_rank4   pending          4",
    ]


def test_every_form_has_whole_names(call: Caller) -> None:
    words = ("runs", "--where", "lora_rank >= 16", "--columns", "experiment,run_name", "--columns", "packed")
    edited = call.folder / "experiments" / EXPERIMENT / "experiment_summary.md"
    edited.write_text(edited.read_text().replace("- **Epochs:** 2", "- **Epochs:** 2\n- **packed:** true"))
    row = {"experiment": EXPERIMENT, "run_name": "L1B_rank64", "packed": 1}
    assert json.loads(call(*words, "--json").out) == [row]
    assert json.loads(call(*words, "--jsonl").out) == row
    assert list(csv.DictReader(io.StringIO(call(*words, "--csv").out))) == [row | {"packed": "1"}]
    assert "L1B_rank64" in call(*words, "--format", "markdown").out


def test_counting(call: Caller) -> None:
    assert call("runs", "--count").out == "3\n"
    assert json.loads(call("runs", "--status", "failed", "--count", "--json").out) == [{"count": 0}]


def test_no_run_at_all(call: Caller) -> None:
    said = call("runs", "--model", "none*")
    assert (said.code, said.out, said.err) == (0, "", "No run is so.\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--sort", "acuracy"), "There is no column `acuracy`."),
        (("--status", "done"), "'done' is not one of"),
        (("--where", "lora_rank >"), "That is no condition in SQL"),
        (("--since", "whenever"), "neither a revision nor a date"),
        (("--limit", "-1"), "-1 is not in the range"),
        (("--json", "--csv"), "Choose one form of csv, json"),
    ],
)
def test_what_is_wrong_is_said(call: Caller, words: tuple[str, ...], said: str) -> None:
    answer = call("runs", *words)
    assert answer.code == 2
    assert said in answer.err


def save(home: Path, text: str) -> None:
    with (home / "ckreg.toml").open("a") as file:
        file.write(f"\n[queries]\n{text}\n")


def test_a_saved_query_is_asked_by_its_name(call: Caller) -> None:
    save(
        call.folder,
        "of-rank = 'SELECT run_name FROM runs WHERE lora_rank >= :rank AND status = :status ORDER BY 1'",
    )
    words = ("query", "of-rank", "--param", "rank=4", "-p", "status=pending", "--json")
    assert json.loads(call(*words).out) == [{"run_name": "L1B_rank4"}, {"run_name": "L1B_rank64"}]
    assert "add `--param rank=VALUE`" in call("query", "of-rank").err
    assert "Did you mean `of-rank`?" in call("query", "of_rank").err
    assert "NAME=VALUE" in call("query", "of-rank", "--param", "rank").err


def test_saved_queries_are_listed(call: Caller) -> None:
    save(call.folder, 'slow = { sql = "SELECT 1", description = "What is slow" }')
    assert "slow         What is slow  ckreg.toml:" in call("query").out
    assert "slow" in call("config").out
    assert json.loads(call("config", "queries", "--json").out)["value"][0]["sql"] == "SELECT 1"


def test_a_saved_query_of_a_cloned_registry_only_reads(call: Caller) -> None:
    save(call.folder, "nice = \"ATTACH '/tmp/ckreg-made-this.db' AS x\"\nbig = 'DELETE FROM runs'")
    assert call("query", "nice").code == 4
    assert call("query", "big").code == 4
    assert call("query", "SELECT count(*) AS n FROM runs", "--csv").out == "n\n3\n"


def test_a_table_is_described(call: Caller) -> None:
    said = call("query", "--describe", "parameters")
    assert said.out.startswith("parameters: What the plan sets each run to")
    assert "Recipe key, such as learning_rate." in said.out
    told = json.loads(call("query", "--describe", "progress", "--json").out)
    assert list(told["columns"])[:2] == ["experiment", "what"]
    assert "Did you mean `runs`?" in call("query", "--describe", "run").err


LONG = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40) SELECT i FROM n"


@pytest.mark.parametrize(
    ("words", "paged"),
    [(("query", LONG), True), (("query", LONG, "--no-pager"), False)],
)
def test_what_is_longer_than_the_terminal_is_paged(
    home: Home, tmp_path: Path, words: tuple[str, ...], *, paged: bool
) -> None:
    pager, kept = tmp_path / "pager", tmp_path / "paged"
    pager.write_text(f"#!/bin/sh\ncat > '{kept}'\n")
    pager.chmod(0o755)
    with Terminal(home.root, *words, env={"PAGER": str(pager)}) as terminal:
        assert terminal.code() == 0
    assert kept.exists() == paged
    assert (kept.read_text() if paged else terminal.seen).split()[-1] == "40"


def test_a_settings_file_names_no_pager(home: Home) -> None:
    """Promise 8: what a registry says is not run; there is no such setting."""
    assert "pager" not in (home.root / "ckreg.toml").read_text()
