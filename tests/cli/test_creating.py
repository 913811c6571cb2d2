"""The offer to write the capitalization dataset: asked on a terminal, an option elsewhere."""

import json
from pathlib import Path

import pytest

from ckreg.adapters.tree import Home
from tests.cli.calls import Caller
from tests.cli.terminal import Terminal
from tests.core.spec.helpers import sound

NAME = "cap_4L_lora_comparison_2025-10-22"


@pytest.fixture
def dataset(home: Home) -> Path:
    return home.root / "data" / "words_4L_80P_100.json"


@pytest.fixture
def spec(home: Home, dataset: Path) -> Path:
    path = home.root / "spec.json"
    path.write_text(json.dumps(sound() | {"task": "cap_4L", "dataset": {"path": str(dataset)}}))
    return path


def test_without_a_terminal_the_option_is_named(call: Caller, spec: Path, dataset: Path) -> None:
    said = call("design", "--spec", str(spec), "--no-index", "--yes")
    assert said.code == 0
    assert f"Missing: {dataset} (100 words of 4 letters: train 80" in said.err
    assert "--create-dataset writes it." in said.err
    assert not dataset.exists()


def test_the_option_writes_it_and_the_plan_verifies_it(
    home: Home, call: Caller, spec: Path, dataset: Path
) -> None:
    said = call("design", "--spec", str(spec), "--no-index", "--yes", "--create-dataset")
    assert said.code == 0
    assert len(json.loads(dataset.read_text())["train"]) == 80
    document = home.summary(NAME).read_text()
    assert f"- **Path:** `{dataset}` ✓ verified" in document
    assert "train (80), validation (10), test (10)" in document
    log = (home.experiments / NAME / "design-experiment.log").read_text()
    assert log.startswith(
        "[2025-10-22 14:23:15] CREATE_DATASET: Writing the capitalization dataset\n"
        f"Command: Created {dataset}\n"
    )


def test_a_dry_run_writes_nothing(call: Caller, spec: Path, dataset: Path) -> None:
    assert call("design", "--spec", str(spec), "--no-index", "--dry-run", "--create-dataset").code == 0
    assert not dataset.exists()


def test_what_is_there_is_never_overwritten(call: Caller, spec: Path, dataset: Path) -> None:
    dataset.parent.mkdir()
    dataset.write_text('{"train": [1]}')
    call("design", "--spec", str(spec), "--no-index", "--yes", "--create-dataset")
    assert dataset.read_text() == '{"train": [1]}'


@pytest.mark.parametrize(("answer", "written"), [("y", True), ("n", False)])
def test_on_a_terminal_it_asks(home: Home, spec: Path, dataset: Path, answer: str, written: bool) -> None:
    with Terminal(home.root, "design", "--spec", str(spec), "--no-index") as terminal:
        for words in (answer, "n"):
            terminal.until("[y/N]")
            terminal.type(words)
        assert terminal.code() == 4
        assert "The dataset is missing. Write" in terminal.seen
    assert dataset.exists() == written


def test_verify_writes_it_later_and_is_content_then(call: Caller, spec: Path, dataset: Path) -> None:
    call("design", "--spec", str(spec), "--no-index", "--yes")
    told = json.loads(call("verify", NAME, "--json").out)
    (missing,) = [one for one in told["resources"] if one["kind"] == "dataset"]
    assert "--create-dataset` writes it" in missing["advice"]
    told = json.loads(call("verify", NAME, "--json", "--create-dataset").out)
    (found,) = [one for one in told["resources"] if one["kind"] == "dataset"]
    assert (found["ok"], found["advice"]) == (True, None)
    assert found["changes"] == [{"what": "state", "then": "✗", "now": "✓ verified"}]
    assert dataset.exists()
