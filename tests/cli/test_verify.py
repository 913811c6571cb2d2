"""`ckreg verify` as it is called."""

import json
from pathlib import Path

from ckreg.adapters.tree import Home
from tests.cli.calls import Caller
from tests.documents import EXPERIMENT


def test_what_is_missing_is_told_with_its_advice(call: Caller) -> None:
    said = call("verify", "cap_8L")
    assert said.code == 1
    assert said.out.startswith(f"{EXPERIMENT}\n  ✗ dataset    /data/words.json\n")
    assert "      state: ✓ verified -> No such file or directory\n" in said.out
    assert "      Prerequisite: write /t.py before the evaluations; the plan goes ahead\n" in said.out
    assert said.out.endswith("\n2 of 3 missing or changed.\n")
    assert max(map(len, said.out.split("\n"))) <= 80


def test_json_has_stable_keys(call: Caller) -> None:
    said = call("verify", EXPERIMENT, "--json")
    told = json.loads(said.out)
    assert (said.code, set(told), told["same"]) == (1, {"experiment", "same", "resources"}, False)
    dataset = told["resources"][0]
    assert set(dataset) == {"kind", "name", "path", "ok", "advice", "changes"}
    assert dataset["changes"] == [{"what": "state", "then": "✓ verified", "now": "No such file or directory"}]


def test_a_hostile_document_reaches_no_terminal_raw(home: Home, call: Caller) -> None:
    summary = home.summary(EXPERIMENT)
    hostile = "/data/\x1b[2Jwords.json\x00" + "x" * 5000
    summary.write_text(summary.read_text().replace("/data/words.json", hostile).replace("`/t.py`", "`-rf`"))
    said = call("verify", EXPERIMENT)
    assert said.code == 1
    assert "\x1b" not in said.out


def test_update_shows_its_diff_and_writes_it(home: Home, call: Caller, tmp_path: Path) -> None:
    (tmp_path / "words.json").write_text('{"train": [1]}')
    summary = home.summary(EXPERIMENT)
    text = summary.read_text().replace(
        "`/data/words.json` ✓ verified", f"`{tmp_path}/words.json` ✗ not found"
    )
    summary.write_text(text)
    said = call("verify", EXPERIMENT, "--update", "--dry-run")
    assert f"+- **Path:** `{tmp_path}/words.json` ✓ verified\n" in said.out
    assert summary.read_text() == text
    said = call("verify", EXPERIMENT, "--update")
    assert f"Updated experiments/{EXPERIMENT}/experiment_summary.md (" in said.err
    assert "  ✓ dataset" in said.out
    assert f"`{tmp_path}/words.json` ✓ verified" in summary.read_text()
