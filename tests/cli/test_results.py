"""`ckreg results`: from files to the paper's table, and where it is kept."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ckreg.adapters.tree import Home
from ckreg.core.results.section import MARK
from tests.cli.calls import Caller
from tests.documents import EXPERIMENT, SUMMARY

ROOT = f"experiments/{EXPERIMENT}"
TABLE = """\
cap_8L_lora_comparison_2025-10-22
accuracy: mean ± standard error (difference to the base model), last epoch.

Run        Epoch                     cap
────────────────────────────────────────
L1B_rank4  1      0.820 ± 0.010 (+0.230)
L1B_base   -               0.590 ± 0.035
"""
LATEX = r"""% \usepackage{booktabs}
\begin{tabular}{llr}
\toprule
Run & Epoch & cap \\
\midrule
L1B\_rank4 & 1 & 0.820 \ensuremath{\pm} 0.010 (+0.230) \\
L1B\_base & -- & 0.590 \ensuremath{\pm} 0.035 \\
\bottomrule
\end{tabular}
"""


def log(value: float | None, error: float | None = None, *, seed: int = 1, task: str = "cap") -> str:
    """A log of inspect-ai in its JSON form."""
    metrics = {"accuracy": {"value": value}, "stderr": {"value": error}}
    header = {
        "status": "error" if value is None else "success",
        "eval": {"task": task, "model": "hf/local", "model_generate_config": {"seed": seed}},
        "results": {"completed_samples": 200, "scores": [{"name": "match", "metrics": metrics}]},
        "stats": {"completed_at": "2026-11-20T10:00:00+00:00"},
    }
    return json.dumps(header)


@pytest.fixture
def scratch(tmp_path: Path, home: Home) -> Path:
    """A scratch folder with logs where `ckreg scaffold` has evaluations write them."""
    folder = tmp_path / "scratch"
    (home.root / "ckreg.local.toml").write_text(f'scratch_dir = "{folder}"\n')
    for run, below, name, text in (
        ("L1B_rank4", "eval/cap_epoch1/logs/9", "seed1", log(0.81, 0.03)),
        ("L1B_rank4", "eval/cap_epoch1/logs/9", "seed2", log(0.83, 0.03, seed=2)),
        ("L1B_base", "eval/cap/logs/8", "seed1", log(0.59, 0.035)),
    ):
        path = folder / EXPERIMENT / f"ck-out-{run}" / below / f"2026-11-20T10-00-00_cap_{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


@pytest.mark.usefixtures("scratch")
def test_the_table_of_what_was_found(call: Caller) -> None:
    said = call("results", "cap_8L")
    assert (said.code, said.out) == (0, TABLE)
    assert call("results", "cap_8L", "--format", "latex").out == LATEX
    assert call("results", "cap_8L", "--by", "model", "--format", "markdown").out.splitlines()[2:] == [
        "| L1B   | 4         | 0.820 ± 0.010 (+0.230) |",
        "| L1B   | base      |          0.590 ± 0.035 |",
    ]


@pytest.mark.usefixtures("scratch")
def test_the_long_form_for_programs(call: Caller) -> None:
    lines = call("results", "cap_8L", "--format", "csv").out.splitlines()
    assert lines == [
        "run_name,task,epoch,metric,scorer,mean,stderr,n,samples,base,difference",
        "L1B_rank4,cap,1,accuracy,match,0.82,0.01,2,200,0.59,0.23",
        "L1B_base,cap,,accuracy,match,0.59,0.035,1,200,,",
    ]
    told = json.loads(call("results", "cap_8L", "--json").out)
    assert [each["value"] for each in told["results"][0]["values"]] == [0.81, 0.83]
    assert told["results"][0]["values"][0]["source"].startswith(f"{EXPERIMENT}/ck-out-L1B_rank4/eval/")


def test_the_cache_has_them_and_keeps_what_results_csv_says(
    call: Caller, home: Home, scratch: Path, git: Callable[..., str]
) -> None:
    call("results", "cap_8L", "--keep")
    assert git(home.root, "log", "-1", "--format=%s", "--name-only").split() == [
        "results:",
        EXPERIMENT,
        f"{ROOT}/results.csv",
    ]
    sql = "SELECT run_name, epoch, mean, n, base FROM result_summary"
    rows = [
        {"run_name": "L1B_rank4", "epoch": "1", "mean": 0.82, "n": 2, "base": 0.59},
        {"run_name": "L1B_base", "epoch": None, "mean": 0.59, "n": 1, "base": None},
    ]
    assert json.loads(call("query", sql, "--json").out) == rows
    (home.state / "cache.db").unlink()
    assert json.loads(call("query", sql, "--json").out) == rows
    for file in scratch.rglob("*.json"):
        file.unlink()
    assert call("results", "cap_8L").out == TABLE
    assert call("results", "cap_8L", "--keep").err.startswith("Nothing new to write.")


def test_an_edit_of_results_csv_and_of_the_plan_is_seen(call: Caller, home: Home, scratch: Path) -> None:
    call("results", "cap_8L", "--keep")
    for file in scratch.rglob("*.json"):
        file.unlink()
    call("results", "cap_8L")
    path = home.experiments / EXPERIMENT / "results.csv"
    path.write_text(path.read_text().replace("0.59,", "0.6,"))
    sql = "SELECT run_name, difference FROM result_summary WHERE run_name = 'L1B_rank4'"
    assert json.loads(call("query", sql, "--json").out)[0]["difference"] == 0.22
    home.summary(EXPERIMENT).write_text(SUMMARY.replace("| L1B_base | L1B |", "| L1B_base | L3B |"))
    assert json.loads(call("query", sql, "--json").out)[0]["difference"] is None
    path.unlink()
    assert json.loads(call("query", "SELECT * FROM results", "--json").out) == []


def test_a_csv_is_imported_in_one_commit(
    call: Caller, home: Home, tmp_path: Path, git: Callable[..., str]
) -> None:
    csv = tmp_path / "scores.csv"
    csv.write_text("run,task,epoch,acc\nL1B_rank4,cap,0,0.7\nL1B_rank4,cap,0,0.8\nL1B_base,cap,,0.5\n")
    dry = call("results", EXPERIMENT, "--from", str(csv), "--dry-run")
    assert f"+L1B_rank4,cap,0,acc,0.7,,,,,completed,{csv}:2,csv," in dry.out.splitlines()
    assert git(home.root, "status", "--short") == ""
    said = call("results", EXPERIMENT, "--from", str(csv))
    assert "0.750 ± 0.050 (+0.250)" in said.out
    assert git(home.root, "status", "--short") == ""
    before = git(home.root, "rev-parse", "HEAD")
    assert call("results", EXPERIMENT, "--from", str(csv)).code == 0
    assert git(home.root, "rev-parse", "HEAD") == before


def test_a_corrected_csv_takes_the_place_of_what_it_said_before(
    call: Caller, home: Home, tmp_path: Path
) -> None:
    csv = tmp_path / "scores.csv"
    for lines in ("L1B_base,cap,,0.5\nL1B_rank4,cap,0,0.7", "L1B_rank4,cap,0,0.8"):
        csv.write_text(f"run,task,epoch,acc\n{lines}\n")
        call("results", EXPERIMENT, "--from", str(csv))
    kept = (home.experiments / EXPERIMENT / "results.csv").read_text().splitlines()
    assert kept[1:] == [f"L1B_rank4,cap,0,acc,0.8,,,,,completed,{csv}:2,csv,"]
    assert call("results", EXPERIMENT, "--format", "csv").out.splitlines()[1:] == [
        "L1B_rank4,cap,0,acc,,0.8,,1,,,"
    ]


def test_imports_on_two_branches_merge(
    call: Caller, home: Home, tmp_path: Path, git: Callable[..., str]
) -> None:
    git(home.root, "branch", "other")
    for branch, lines in (("main", "L1B_base,cap,,0.5"), ("other", "L1B_rank4,cap,0,0.7")):
        git(home.root, "switch", "--quiet", branch)
        csv = tmp_path / f"{branch}.csv"
        csv.write_text(f"run,task,epoch,acc\n{lines}\n")
        assert call("results", EXPERIMENT, "--from", str(csv)).code == 0
    git(home.root, "merge", "--quiet", "--no-edit", "main")
    assert git(home.root, "status", "--short") == ""
    assert "0.700 (+0.200)" in call("results", EXPERIMENT).out


def test_a_csv_that_does_not_fit_changes_nothing(
    call: Caller, home: Home, tmp_path: Path, git: Callable[..., str]
) -> None:
    csv = tmp_path / "scores.csv"
    csv.write_text("run,task,epoch,acc\nL1B_rank4,cap,0,0.7\nL1B_rang64,cap,0,0.8\n")
    said = call("results", EXPERIMENT, "--from", str(csv))
    assert said.code == 7
    assert f"{csv}:3: the plan has no run 'L1B_rang64'. Did you mean L1B_rank64" in said.err
    assert git(home.root, "status", "--short") == ""


@pytest.mark.usefixtures("scratch")
def test_the_section_is_written_only_when_asked_and_replaced(
    call: Caller, home: Home, git: Callable[..., str]
) -> None:
    call("results", "cap_8L")
    assert home.summary(EXPERIMENT).read_text() == SUMMARY
    dry = call("results", "cap_8L", "--write", "--dry-run")
    assert "+## Results" in dry.out.splitlines()
    assert home.summary(EXPERIMENT).read_text() == SUMMARY
    call("results", "cap_8L", "--write")
    text = home.summary(EXPERIMENT).read_text()
    assert text.count(MARK) == 1
    assert "| L1B_rank4 | 1     | 0.820 ± 0.010 (+0.230) |\n" in text
    assert git(home.root, "status", "--short") == ""
    assert call("check").code == 0
    call("results", "cap_8L", "--write")
    assert home.summary(EXPERIMENT).read_text() == text


@pytest.mark.usefixtures("scratch")
def test_a_persons_unfinished_edits_stay_unfinished(
    call: Caller, home: Home, git: Callable[..., str]
) -> None:
    home.summary(EXPERIMENT).write_text(f"{SUMMARY}My note.\n")
    call("results", "cap_8L", "--write", "--keep")
    assert home.summary(EXPERIMENT).read_text().endswith("My note.\n")
    assert "My note" not in git(home.root, "show", f"HEAD:{ROOT}/experiment_summary.md")
    assert MARK in git(home.root, "show", f"HEAD:{ROOT}/experiment_summary.md")


@pytest.mark.usefixtures("scratch")
def test_a_persons_own_section_is_refused(call: Caller, home: Home) -> None:
    text = SUMMARY.replace("## Quick Reference", "## Results\nMine.\n\n## Quick Reference")
    home.summary(EXPERIMENT).write_text(text)
    said = call("results", "cap_8L", "--write", "--keep")
    assert said.code == 4
    assert "was written by hand" in said.err
    assert home.summary(EXPERIMENT).read_text() == text
    assert not (home.experiments / EXPERIMENT / "results.csv").exists()


@pytest.mark.usefixtures("scratch")
def test_what_cannot_be_used_is_told_with_the_reason(call: Caller, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "2026-11-20T10-00-00_cap_x.json").write_text(log(0.1))
    (folder / "broken.eval").write_text("no zip")
    (folder / "results.json").write_text('{"mine": 1}')
    said = call("results", "cap_8L", str(folder))
    assert said.out == TABLE
    assert f"{folder}/broken.eval: it is not a whole zip archive" in said.err
    assert "x.json: neither its path nor its model names a run of" in said.err
    assert "results.json" not in said.err
    assert call("results", "cap_8L", str(tmp_path / "nothing")).code == 3


def test_a_failed_evaluation_is_marked(call: Caller, scratch: Path) -> None:
    path = scratch / EXPERIMENT / "ck-out-L1B_rank64/eval/cap_epochbest/logs/7/2026-11-20T10-00-00_cap_x.json"
    path.parent.mkdir(parents=True)
    path.write_text(log(None))
    assert "L1B_rank64  best                   failed" in call("results", "cap_8L").out


@pytest.mark.usefixtures("scratch")
def test_files_of_another_experiment_are_not_mixed_in(call: Caller, home: Home, tmp_path: Path) -> None:
    other = home.experiments / "other_lora_comparison_2025-10-23" / "experiment_summary.md"
    other.parent.mkdir()
    other.write_text(SUMMARY.replace(EXPERIMENT, other.parent.name))
    path = (
        tmp_path / "old" / other.parent.name / "ck-out-L1B_rank64/eval/cap_epochbest/2026-11-20T1_cap_x.json"
    )
    path.parent.mkdir(parents=True)
    path.write_text(log(0.99))
    said = call("results", "cap_8L", str(tmp_path / "old"))
    assert said.out == TABLE
    assert f"it lies in a folder of {other.parent.name}" in said.err


def test_nothing_found_says_what_to_do(call: Caller) -> None:
    said = call("results", "cap_8L")
    assert said.code == 3
    assert "--from CSV" in said.err


@pytest.mark.parametrize(
    "words", [("--epoch", "first"), ("--epoch", "-1"), ("--dry-run",), ("--by", "task"), ("--format", "xml")]
)
def test_words_that_make_no_sense_are_refused(call: Caller, words: tuple[str, ...]) -> None:
    assert call("results", "cap_8L", *words).code == 2


@pytest.mark.usefixtures("scratch")
def test_a_run_whose_best_epoch_is_not_known_is_named(call: Caller) -> None:
    said = call("results", "cap_8L", "--epoch", "best")
    assert "L1B_rank4" not in said.out
    assert "L1B_rank4 is left out: which epoch was best is not known" in said.err


def test_what_files_say_reaches_no_terminal_as_it_is(call: Caller, scratch: Path) -> None:
    told = json.loads(log(0.5))
    told["results"]["scores"][0] = {
        "name": "sco\x1b[31mrer\n",
        "metrics": {"acc\x1b]0;x\x07|\u202e": {"value": 0.5}, "x" * 90_000: {"value": float("nan")}},
    }
    path = scratch / EXPERIMENT / "ck-out-L1B_rank64/eval/cap_epochbest/2026-11-20T1_cap_\x1b[2J.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(told))
    for words in (
        (),
        ("--json",),
        ("--format", "csv"),
        ("--keep", "--write", "--dry-run"),
        ("--keep", "--write"),
    ):
        said = call("results", "cap_8L", *words)
        assert said.code == 0
        assert all(line.isprintable() for line in (said.out + said.err).split("\n"))
    assert call("check").code == 0


@pytest.mark.usefixtures("scratch")
def test_a_metric_that_is_not_there_says_which_are(call: Caller) -> None:
    said = call("results", "cap_8L", "--metric", "f1")
    assert said.code == 3
    assert "It has the metrics accuracy, after the epochs 1." in said.err
