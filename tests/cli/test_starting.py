"""`ckreg design --from` and `ckreg export`."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ckreg.adapters.tree import Home
from ckreg.core.spec import read_spec
from tests.cli.calls import Caller
from tests.cli.terminal import Terminal
from tests.core.cruijff_kit.test_cruijff_kit import OWN
from tests.core.spec.helpers import sound

Git = Callable[..., str]
NAME = "words_lora_comparison_2025-10-22"
OTHER = "words_high_ranks_2025-10-22"


@pytest.fixture
def designed(home: Home, call: Caller) -> Home:
    (home.root / "spec.json").write_text(json.dumps(sound() | {"task": "words", "date": "2025-10-22"}))
    assert call("design", "--spec", "spec.json", "--yes", "--no-index").code == 0
    return home


def spec_of(home: Home, name: str = OTHER) -> str:
    return (home.experiments / name / "spec.yaml").read_text()


def from_it(call: Caller, *words: str) -> int:
    said = call("design", "--from", "words_lora", "--set", "factor=high_ranks", "--yes", "--no-index", *words)
    return said.code


def test_an_experiment_is_varied_and_dated_today(designed: Home, call: Caller, git: Git) -> None:
    assert from_it(call, "--set", "lora_rank=32,64", "--set", "training.epochs=3") == 0
    spec = read_spec(spec_of(designed), format="yaml", name="spec.yaml")
    assert [level.value for level in spec.variables[0].levels] == [32, 64]
    assert dict(spec.training.settings)["epochs"] == 3
    assert spec.question == "Does LoRA rank change accuracy?"
    assert git(designed.root, "status", "--porcelain", "experiments") == ""
    assert call("check").code == 0


def test_without_spec_yaml_the_document_says_it(designed: Home, call: Caller) -> None:
    assert from_it(call, "--save-spec", "kept.yaml") == 0
    (designed.experiments / NAME / "spec.yaml").unlink()
    said = call(
        "design",
        "--from",
        NAME,
        "--set",
        "factor=high_ranks",
        "--set",
        "date=2025-10-23",
        "--yes",
        "--no-index",
    )
    assert said.code == 0, said.err
    again = spec_of(designed, "words_high_ranks_2025-10-23")
    assert again.replace("2025-10-23", "2025-10-22") == spec_of(designed)
    assert (designed.root / "kept.yaml").read_text() == spec_of(designed).replace("date: 2025-10-22\n", "")


@pytest.mark.parametrize(("prefer", "epochs"), [("spec", 2), ("document", 5)])
def test_where_the_two_differ_one_has_to_be_chosen(
    designed: Home, call: Caller, prefer: str, epochs: int
) -> None:
    document = designed.summary(NAME)
    document.write_text(document.read_text().replace("- **Epochs:** 2", "- **Epochs:** 5"))
    said = call("design", "--from", "words_lora", "--set", "factor=high_ranks", "--yes", "--no-index")
    assert said.code == 2
    assert "--prefer document" in said.err
    assert "configuration, epochs" in said.err + said.out
    assert from_it(call, "--prefer", prefer) == 0
    assert f"epochs: {epochs}" in spec_of(designed)


def test_on_a_terminal_it_is_asked(designed: Home) -> None:
    document = designed.summary(NAME)
    document.write_text(document.read_text().replace("- **Epochs:** 2", "- **Epochs:** 5"))
    words = ("design", "--from", NAME, "--set", "factor=high_ranks", "--yes", "--no-index")
    with Terminal(designed.root, *words) as shown:
        shown.until("Start from which?")
        shown.type("document")
        assert shown.code() == 0
    assert "epochs: 5" in spec_of(designed)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--from", NAME), 4, "exists already"),
        (("--from", "nothing"), 3, "no experiment"),
        (("--from", "there/nothing"), 3, "there/nothing does not exist"),
        (("--from", "nothing.yaml"), 3, "nothing.yaml does not exist"),
        (("--from", NAME, "--set", "lora_rank"), 2, "write it as lora_rank=32,64"),
        (("--from", NAME, "--set", "epochs=0"), 7, "training.epochs"),
        (("--from", NAME, "--spec", "spec.json"), 2, "two beginnings"),
        (("--from", NAME, "--resume"), 2, "--resume"),
        (("--from", "README"), 3, "no experiment"),
    ],
)
def test_what_cannot_be_started_from_says_why(
    designed: Home, call: Caller, words: tuple[str, ...], code: int, said: str
) -> None:
    answer = call("design", *words, "--yes", "--no-index")
    assert answer.code == code
    assert said in answer.err
    assert not (designed.experiments / OTHER).exists()


@pytest.mark.usefixtures("designed")
def test_a_folder_or_document_names_its_experiment(call: Caller) -> None:
    for path in (f"experiments/{NAME}/", f"experiments/{NAME}/experiment_summary.md"):
        said = call("design", "--from", path, "--set", "factor=high_ranks", "--dry-run", "--no-index")
        assert said.code == 0, said.err
        assert f"# Experiment: {OTHER}" in said.out


def test_the_plan_of_cruijff_kit_is_kept_and_given_back(home: Home, call: Caller, tmp_path: Path) -> None:
    (tmp_path / "experiment_summary.yaml").write_text(OWN)
    words = ("--from", str(tmp_path / "experiment_summary.yaml"), "--yes", "--no-index")
    said = call("design", *words)
    assert said.code == 0, said.err
    name = "animals_prompts_2026-02-03"
    assert (home.experiments / name / "cruijff_kit.yaml").read_text() == OWN
    assert call("export", "animals", "--format", "cruijff-kit").out == OWN
    said = call(
        "design",
        "--from",
        "animals",
        "--set",
        "factor=more",
        "--set",
        "lora_rank=16",
        "--set",
        "evaluation.matrix=all",
        "--yes",
        "--no-index",
    )
    assert said.code == 0, said.err
    told = call("export", "animals_more", "--format", "cruijff-kit").out
    assert "wandb_project: zoo" in told
    assert "name: animals_more_2025-10-22" in told
    assert str(home.experiments / "animals_more_2025-10-22") in told


def test_the_upstream_plan_comes_back_to_the_byte(home: Home, call: Caller, shared: Path) -> None:
    source = shared / "upstream" / "experiment_summary.yaml"
    assert call("design", "--from", str(source), "--yes", "--no-index").code == 0
    assert call("export", "workflow_test", "--format", "cruijff-kit").out == source.read_text()
    assert home


def test_export_is_the_resolved_spec(designed: Home, call: Caller) -> None:
    assert call("export", "words_lora").out == spec_of(designed, NAME)
    told = json.loads(call("export", "words_lora", "--format", "json").out)
    assert told["variables"] == {"lora_rank": [4, 64]}
    assert told["date"] == "2025-10-22"
    (designed.root / "told.json").write_text(json.dumps(told))
    said = call("design", "--spec", "told.json", "--yes")
    assert said.code == 4
    assert "exists already" in said.err
    spec = spec_of(designed, NAME)
    (designed.experiments / NAME / "spec.yaml").unlink()
    assert call("export", "words_lora").out == spec


def test_export_writes_a_file_but_over_none(designed: Home, call: Caller) -> None:
    assert call("export", "words_lora", "-o", "out.yaml").code == 0
    assert (designed.root / "out.yaml").read_text() == spec_of(designed, NAME)
    assert call("export", "words_lora", "-o", "out.yaml").code == 2


def test_export_says_what_another_tool_still_needs(designed: Home, call: Caller) -> None:
    said = call("export", "words_lora", "--format", "cruijff-kit")
    assert said.code == 0
    assert "output.wandb_project" in said.err
    assert designed
