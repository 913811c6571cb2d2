"""The worked examples of this repository: what its own checks, hooks and readers say of them."""

import csv
import hashlib
import importlib.util
import io
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from ckreg.adapters.tree import Home
from ckreg.core.summary import Summary, parse
from tests.cli.calls import Caller

Git = Callable[..., str]
ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = sorted(path.name for path in (ROOT / "experiments").iterdir() if path.is_dir())
PARTS = ("ckreg.toml", ".gitattributes", ".gitignore", "prior-runs.jsonl", "experiments")
RANKS, SIZES, ABLATION = "lora_rank", "model_size", "recipe_ablation"


def example(factor: str) -> str:
    return next(name for name in EXAMPLES if name.startswith(f"first_letter_{factor}_"))


def summary(factor: str) -> Summary:
    return parse((ROOT / "experiments" / example(factor) / "experiment_summary.md").read_text())


@pytest.fixture
def registry(tmp_path: Path, git: Git) -> Home:
    """A clone, as far as a registry goes; nothing is committed yet."""
    root = tmp_path / "clone"
    root.mkdir()
    for part in PARTS:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        copy(ROOT / part, root / part)
    git(root, "init", "--quiet")
    return Home(root)


@pytest.fixture
def call(registry: Home, capsys: pytest.CaptureFixture[str]) -> Caller:
    return Caller(registry.root, capsys)


def test_there_are_three_and_all_of_each_is_done() -> None:
    assert len(EXAMPLES) == 3
    for factor in (RANKS, SIZES, ABLATION):
        found = summary(factor)
        ends = [(row.status, row.job_id is not None) for row in found.fine_tuning]
        ends += [(row.status, row.job_id is not None) for row in found.evaluations]
        assert set(ends) == {("completed", True)}, factor


def test_they_are_a_rank_comparison_a_size_sweep_with_controls_and_an_ablation() -> None:
    assert [run.lora_rank for run in summary(RANKS).runs] == ["4", "16", "64", None]
    sizes = summary(SIZES)
    assert len({run.model for run in sizes.runs}) == 3
    assert sum(run.run_name.endswith("_base") for run in sizes.runs) == 3
    ablation = summary(ABLATION)
    assert ablation.type == "ablation"
    assert ["attempt 1: " in (row.notes or "") for row in ablation.fine_tuning] == [True, False, False]
    assert "then mem 350M to 700M" in (ablation.fine_tuning[0].notes or "")


def test_the_checks_find_nothing_but_first_estimates(call: Caller) -> None:
    said = call("check", "--json")
    assert said.code == 0
    assert {found["code"] for found in json.loads(said.out)} <= {"CK502"}  # preliminary estimates


def test_its_own_hooks_let_them_in(registry: Home, call: Caller, git: Git) -> None:
    assert call("hooks", "install").code == 0
    git(registry.root, "add", ".")
    git(registry.root, "commit", "--quiet", "-m", "Add worked examples")
    document = registry.summary(example(RANKS))
    document.write_text(document.read_text().replace("| completed |", "| pending |", 1))
    refused = subprocess.run(
        ["git", "-C", registry.root, "commit", "-qam", "x"], check=False, capture_output=True, text=True
    )
    assert refused.returncode != 0
    assert "completed" in refused.stderr


def test_all_that_is_said_of_them_comes_from_what_is_committed(
    registry: Home, call: Caller, git: Git
) -> None:
    git(registry.root, "add", ".")
    git(registry.root, "commit", "--quiet", "-m", "Add worked examples")
    # Other work ran on that machine, and some jobs took far longer than was to be expected.
    assert {need["kind"] for need in json.loads(call("--json").out)["attention"]} <= {"estimate off"}
    for name in EXAMPLES:
        drifted = call("drift", name, "--json")
        assert drifted.code == 0, drifted.err
        told = json.loads(drifted.out)
        assert (told["plan"], told["ran"]) == ([], [])
        # The plan is held against its seal although the models are on another machine.
        assert "the configs were not compared with the plan" in drifted.err
        rows = json.loads(call("compare", name, "--estimates", "--json").out)
        assert rows["estimates"]
        assert all(row["actual_from"] == "scheduler" for row in rows["estimates"]), name


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_evaluation_has_a_score(name: str) -> None:
    folder = ROOT / "experiments" / name
    rows = csv.DictReader(io.StringIO((folder / "results.csv").read_text()))
    scores = {
        (row["run_name"], row["task"]): float(row["value"]) for row in rows if row["metric"] == "accuracy"
    }
    evaluations = parse((folder / "experiment_summary.md").read_text()).evaluations
    assert set(scores) == {(row.run_name, row.task) for row in evaluations}
    assert all(0 <= score <= 1 for score in scores.values())
    assert {score for (run, _), score in scores.items() if run.endswith("_base")} == {0.0}  # random weights


@pytest.fixture(scope="module")
def maker() -> Iterator[ModuleType]:
    spec = importlib.util.spec_from_file_location("make_examples", ROOT / "docs" / "make_examples.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    before = list(sys.path)
    spec.loader.exec_module(module)
    sys.path[:] = before
    return module


def test_their_models_and_data_come_out_the_same_again(maker: ModuleType, tmp_path: Path) -> None:
    maker.material(tmp_path / "place")
    texts = [(ROOT / "experiments" / name / "experiment_summary.md").read_text() for name in EXAMPLES]
    data = (tmp_path / "place" / "data" / "letters.json").read_bytes()
    assert all(hashlib.sha256(data).hexdigest() in text for text in texts)
    for model in maker.SHAPES:
        folder = tmp_path / "place" / "models" / model
        config = hashlib.sha256((folder / "config.json").read_bytes()).hexdigest()
        weights = f"{(folder / 'model.safetensors').stat().st_size:,} bytes"
        assert any(f"{model}: config.json SHA-256 `{config}`, weights {weights}" in text for text in texts)


def test_they_are_small() -> None:
    files = [path for part in PARTS[3:] for path in (ROOT / part).rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in [*files, ROOT / "prior-runs.jsonl"]) < 300_000
