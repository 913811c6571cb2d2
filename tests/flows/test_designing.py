"""Designs in a real registry: verified on real files, committed by real git."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import ckreg
from ckreg.adapters.tree import Home
from ckreg.core.check import check_document
from ckreg.core.settings import Settings
from ckreg.core.spec import read_spec
from ckreg.core.spec.values import Spec
from ckreg.errors import RefusedError
from ckreg.flows.designing import Draft, draft_experiment, write_experiment
from ckreg.flows.indexing import index_logs
from ckreg.flows.scoring import quoted
from tests.core.spec.helpers import read, sound

Git = Callable[..., str]
NAME = "words_lora_comparison_2025-10-22"
FILES = ["design-experiment.log", "estimates.json", "experiment_summary.md", "spec.yaml"]


@pytest.fixture
def place(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model, a dataset and a script beside the registry."""
    model = tmp_path / "models" / "Llama-3.2-1B-Instruct"
    model.mkdir(parents=True)
    (model / "config.json").write_text("{}")
    (model / "model.safetensors").write_text("weights")
    rows: dict[str, object] = {"train": [{}] * 80, "validation": [{}] * 10, "test": [{}] * 10}
    (home.root / "words.json").write_text(json.dumps(rows))
    monkeypatch.setenv("CKREG_MODELS_DIR", str(tmp_path / "models"))
    monkeypatch.setenv("CKREG_SCRATCH_DIR", str(tmp_path))
    monkeypatch.setenv("CKREG_GPU_MEMORY_GIB", "80")
    return tmp_path


def spec(**changes: object) -> Spec:
    tasks = [{"name": "gsm", "script": "inspect_evals/gsm8k"}]
    return read(
        sound()
        | {"task": "words", "dataset": {"path": "words.json"}, "evaluation": {"tasks": tasks}}
        | changes
    )


def drafted(home: Home, **changes: object) -> Draft:
    return draft_experiment(home, spec(**changes), index=False)


def actions(draft: Draft) -> list[str]:
    heads = [line for line in draft.files["design-experiment.log"].split("\n") if line.startswith("[")]
    return [head.partition("] ")[2].partition(":")[0] for head in heads]


def test_a_draft_writes_nothing(home: Home, place: Path, git: Git) -> None:
    drafted(home)
    assert place
    assert not (home.experiments / NAME).exists()
    assert "experiments" not in git(home.root, "status", "--porcelain")


def test_an_experiment_is_four_files_in_one_commit(home: Home, place: Path, git: Git) -> None:
    before = git(home.root, "rev-parse", "HEAD").strip()
    commit = write_experiment(home, drafted(home))
    assert place
    assert git(home.root, "rev-parse", "HEAD~1").strip() == before
    assert git(home.root, "rev-parse", "HEAD").strip() == commit
    shown = git(home.root, "show", "--name-only", "--format=%s", "HEAD").split("\n")
    assert shown[0] == f"design: {NAME} (3 runs, 3 evaluations)"
    assert sorted(filter(None, shown[1:])) == [f"experiments/{NAME}/{name}" for name in FILES]
    assert git(home.root, "status", "--porcelain", f"experiments/{NAME}") == ""


def test_the_same_spec_gives_the_same_bytes(home: Home, place: Path) -> None:
    assert place
    assert drafted(home).files == drafted(home).files


def test_what_is_there_is_verified_and_what_is_open_is_settled(home: Home, place: Path) -> None:
    draft = drafted(home)
    assert f"`{place}/models/Llama-3.2-1B-Instruct` ✓ verified" in draft.document
    assert f"- **Path:** `{home.root}/words.json` ✓ verified" in draft.document
    assert "- **Splits:** train (80), validation (10), test (10)" in draft.document
    resolved = read_spec(draft.files["spec.yaml"], format="yaml", name="spec.yaml")
    assert resolved.models[0].path == f"{place}/models/Llama-3.2-1B-Instruct"
    assert dict(resolved.training.settings)["batch_size"] == 4
    assert [check.mark for check in draft.checks] == ["✓"] * 8


def test_the_resolved_spec_makes_the_same_experiment_again(home: Home, place: Path) -> None:
    assert place
    draft = drafted(home)
    again = read_spec(draft.files["spec.yaml"], format="yaml", name="spec.yaml")
    assert draft_experiment(home, again, index=False).files["spec.yaml"] == draft.files["spec.yaml"]


def test_the_log_has_every_kind_of_entry(home: Home, place: Path) -> None:
    assert place
    assert actions(drafted(home)) == [
        "VERIFY_MODEL",
        "VERIFY_DATASET",
        "VERIFY_SCRIPT",
        "CHECK_DISK",
        "SEARCH_PRIOR_RUNS",
        "CALCULATE_BATCH_SIZE",
        *("EXTRACT_SPEED", "CALCULATE_TIME", "CALCULATE_DISK") * 2,
        "CALCULATE_TIME",
        "CALCULATE_BUDGET",
        "DECIDE_NAMING",
        "DECIDE_RECIPE",
        "DECIDE_BATCH_SIZE",
        "CREATE_SUMMARY",
        "COMPLETE",
    ]


def test_a_plan_quotes_how_estimates_did_before(home: Home, place: Path) -> None:
    assert place
    scratch = Path(ckreg.__file__).parent / "demo_material" / "scratch"
    index_logs(home, [scratch], Settings().log_patterns)
    draft = drafted(home)
    [basis] = [line for line in draft.document.split("\n") if line.startswith("- **Basis:**")]
    told = quoted(home)
    assert told
    assert basis.endswith(f"; {told}")
    assert f"; estimates: {told}" in draft.files["design-experiment.log"]


def test_what_is_missing_does_not_hold_up_the_plan(home: Home) -> None:
    draft = drafted(home)
    assert "✗ not found (prerequisite)" in draft.document
    assert [check.mark for check in draft.checks[:2]] == ["prerequisite"] * 2
    assert "prerequisite All models verified" in draft.files["design-experiment.log"]
    assert write_experiment(home, draft)


def test_the_document_passes_check(home: Home, place: Path) -> None:
    assert place
    problems = check_document(drafted(home).document, NAME)
    assert [problem for problem in problems if problem.severity == "error"] == []


def test_prior_runs_are_named_where_logs_are(home: Home, place: Path, shared: Path) -> None:
    assert place
    logs = shared / "logs" / "own" / "torchtune" / "bs4-packed"
    (place / "ck-out-a" / "b").mkdir(parents=True)
    log = place / "ck-out-a" / "b" / "slurm-1235.out"
    log.write_bytes((logs / "slurm-1235.out").read_bytes())
    draft = draft_experiment(home, spec(models=["TinyLlama-rand-Instruct"]), index=True)
    assert "(job 1235)" in draft.document
    assert str(log) in draft.files["design-experiment.log"]
    told = json.loads(draft.files["estimates.json"])
    assert {basis["log_path"] for run in told["fine_tuning"] for basis in run["basis"]} == {str(log)}


def test_an_experiment_that_exists_is_never_overwritten(home: Home, place: Path) -> None:
    assert place
    draft = drafted(home)
    write_experiment(home, draft)
    summary = home.summary(NAME)
    summary.write_text(summary.read_text() + "\nMy notes.\n")
    for again in (lambda: drafted(home), lambda: write_experiment(home, draft)):
        with pytest.raises(RefusedError, match="never overwrites"):
            again()
    assert summary.read_text().endswith("My notes.\n")


def test_an_experiment_that_was_deleted_but_is_in_git_is_refused(home: Home, place: Path) -> None:
    assert place
    draft = drafted(home)
    write_experiment(home, draft)
    for name in FILES:
        (home.experiments / NAME / name).unlink()
    with pytest.raises(RefusedError):
        write_experiment(home, draft)


def test_a_link_in_the_experiment_s_place_is_refused(home: Home, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (home.experiments / NAME).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RefusedError):
        drafted(home)


def test_where_the_commit_is_refused_nothing_is_left_behind(home: Home, place: Path, git: Git) -> None:
    assert place
    draft = drafted(home)
    hook = home.root / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    before = git(home.root, "rev-parse", "HEAD")
    with pytest.raises(RefusedError):
        write_experiment(home, draft)
    assert not (home.experiments / NAME).exists()
    assert git(home.root, "rev-parse", "HEAD") == before


def test_a_spec_without_a_date_is_of_today(home: Home) -> None:
    assert draft_experiment(home, replace(spec(), date=None), index=False).sheet.plan.spec.date == date(
        2025, 10, 22
    )


def test_a_plan_within_its_limits_says_what_it_takes_and_proposes_nothing(home: Home, place: Path) -> None:
    assert place
    draft = drafted(home)
    assert "CALCULATE_BUDGET" in draft.files["design-experiment.log"]
    assert "Explanation: Within every limit that is known" in draft.files["design-experiment.log"]
    assert "\nCut: " not in draft.files["design-experiment.log"]
    assert "Over max" not in draft.document


def test_a_plan_over_its_limits_says_what_to_cut(
    home: Home, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert place
    tasks = [{"name": "gsm", "script": "inspect_evals/gsm8k"}]
    evaluation = {"tasks": tasks, "epochs": "all"}
    took = drafted(home, evaluation=evaluation).sheet.budget
    monkeypatch.setenv("CKREG_MAX_GPU_HOURS", f"{took.both.median_hours * 0.9:.6f}")
    monkeypatch.setenv("CKREG_MAX_SUBMIT", "5")
    draft = drafted(home, evaluation=evaluation)
    assert [wall.concurrent for wall in draft.sheet.budget.walls] == [5]
    assert "- Over max_submit, 5: 7 jobs are submitted in 2 waves.\n" in draft.document
    assert "- To fit: " in draft.document
    smaller = {cut.change: cut for cut in draft.sheet.budget.cuts}
    # The same plan made smaller by hand takes what the cut says.
    last = drafted(home, evaluation={"tasks": tasks}).sheet.budget
    saved = took.both.median_hours - last.both.median_hours
    assert smaller["evaluation.epochs: last"].gpu_hours == pytest.approx(saved)
    assert smaller["evaluation.epochs: last"].jobs == 2
    one = drafted(home, evaluation=evaluation, variables={"lora_rank": [4]}).sheet.budget
    assert smaller["lora_rank without 64"].jobs == took.jobs - one.jobs == 3
    assert smaller["lora_rank without 64"].disk_gib == pytest.approx(took.disk_gib - one.disk_gib)
    assert draft.files["design-experiment.log"].count("\nCut: ") == len(smaller)
    assert drafted(home, evaluation=evaluation).files == draft.files


def test_the_wall_time_is_that_of_so_many_jobs_at_once(
    home: Home, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert place
    one, everything = drafted(home).sheet.budget.walls
    assert (one.concurrent, everything.concurrent) == (1, None)
    (asked,) = draft_experiment(home, spec(), index=False, concurrent=2).sheet.budget.walls
    assert everything.seconds <= asked.seconds <= one.seconds
    monkeypatch.setenv("CKREG_CONCURRENT_JOBS", "2")
    assert drafted(home).sheet.budget.walls == (asked,)
