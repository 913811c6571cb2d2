"""Plans that change while they live: the bytes that people wrote stay, and so does every status."""

import difflib
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ckreg.adapters.tree import Home
from ckreg.core.seal import broken, read_seal
from ckreg.core.spec.amending import Amendment
from ckreg.core.status import Status, StatusRequest
from ckreg.core.summary import parse
from ckreg.errors import CkregError, MalformedError, NotFoundError, RefusedError, UsageError
from ckreg.flows.amending import Amended, amend_experiment
from ckreg.flows.designing import draft_experiment, write_experiment
from ckreg.flows.sealing import seal_experiment
from ckreg.flows.updates import apply
from tests.core.spec.helpers import read, sound

Git = Callable[..., str]
NAME = "words_lora_comparison_2025-10-22"
MODEL = "Llama-3.2-1B-Instruct"
AT = datetime(2025, 10, 22, 15, 0, 0, tzinfo=UTC)
MORE = Amendment(settings=(("lora_rank", "4,64,128"),))


@pytest.fixture
def experiment(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A designed, committed experiment of two ranks and a control on two tasks; its folder."""
    model = tmp_path / "models" / MODEL
    model.mkdir(parents=True)
    (model / "config.json").write_text("{}")
    (model / "model.safetensors").write_text("weights")
    rows: dict[str, object] = {"train": [{}] * 80, "validation": [{}] * 10, "test": [{}] * 10}
    (home.root / "words.json").write_text(json.dumps(rows))
    monkeypatch.setenv("CKREG_MODELS_DIR", str(tmp_path / "models"))
    monkeypatch.setenv("CKREG_SCRATCH_DIR", str(tmp_path))
    monkeypatch.setenv("CKREG_GPU_MEMORY_GIB", "80")
    tasks = [{"name": "gsm", "script": "inspect_evals/gsm8k"}, {"name": "arc", "script": "inspect_evals/arc"}]
    tree = sound() | {"task": "words", "dataset": {"path": "words.json"}, "evaluation": {"tasks": tasks}}
    write_experiment(home, draft_experiment(home, read(tree), index=False))
    return home.experiments / NAME


def amend(home: Home, amendment: Amendment, reason: str = "64 was best", **words: bool) -> Amended:
    return amend_experiment(home, NAME, amendment, reason, index=False, **words)


def document(experiment: Path) -> str:
    return (experiment / "experiment_summary.md").read_bytes().decode()


def changed(before: str, after: str) -> list[str]:
    lines = difflib.unified_diff(before.split("\n"), after.split("\n"), n=0, lineterm="")
    return [line for line in lines if line[0] in "+-" and line[:3] not in ("+++", "---")]


def started(home: Home, run: str = f"{MODEL}_rank4", number: int = 1) -> None:
    apply(
        home, StatusRequest(id=str(number), experiment=NAME, run=run, at=AT, status=Status.RUNNING, job="7")
    )


def test_a_level_more_is_rows_more_and_totals(home: Home, experiment: Path) -> None:
    before = document(experiment)
    amend(home, MORE)
    assert changed(before, document(experiment)) == [
        "-- **Total Runs:** 3 (2 fine-tuned + 1 controls)",
        "+- **Total Runs:** 4 (3 fine-tuned + 1 controls)",
        "-| lora_rank | 4, 64 |",
        "+| lora_rank | 4, 64, 128 |",
        f"+| {MODEL}_rank128 | {MODEL} | 128 | 4 | fine-tuned | {like_rank_64(before)} |",
        "-- **Total evaluations:** 6",
        "+- **Total evaluations:** 8",
        f"+| {MODEL}_rank128 | ✓ epoch 1 | ✓ epoch 1 | All evals |",
        *totals(before, document(experiment)),
        f"+| {MODEL}_rank128 | pending | - | - | - | - |",
        f"+| {MODEL}_rank128 | gsm | 1 | pending | - | - | - |",
        f"+| {MODEL}_rank128 | arc | 1 | pending | - | - | - |",
    ]


def like_rank_64(text: str) -> str:
    """Without prior runs the rank makes no difference to an estimate."""
    found = re.search(r"\| 64 \| 4 \| fine-tuned \| (~[^|]*?) \|", text)
    assert found
    return found[1]


def totals(before: str, after: str) -> list[str]:
    """The lines of Compute Estimates that differ, which the estimates' own tests hold."""
    start, end = "## Compute Estimates", "## Naming Conventions"
    return changed(*(text[text.index(start) : text.index(end)] for text in (before, after)))


def test_it_is_one_commit_that_says_why_and_is_sealed_again(home: Home, experiment: Path, git: Git) -> None:
    seal_experiment(home, NAME)
    before = git(home.root, "rev-parse", "HEAD").strip()
    done = amend(home, MORE)
    assert git(home.root, "rev-parse", "HEAD~1").strip() == before
    assert git(home.root, "log", "-1", "--format=%s") == f"amend: {NAME}: 64 was best\n"
    names = git(home.root, "show", "--name-only", "--format=", "HEAD").split()
    assert [Path(name).name for name in names] == [
        "design-experiment.log",
        "estimates.json",
        "experiment_summary.md",
        "plan.seal",
        "spec.yaml",
    ]
    seal = read_seal((experiment / "plan.seal").read_text(), "plan.seal")
    trailers = git(home.root, "log", "-1", "--format=%(trailers:only)").split("\n")
    assert trailers[:2] == ["Ckreg-Amend: 64 was best", f"Ckreg-Seal: {seal.hash}"]
    assert broken(seal, parse(document(experiment))) == []
    assert "factor lora_rank: 4, 64 -> 4, 64, 128" in done.changes
    assert git(home.root, "status", "--porcelain", "experiments") == ""
    assert "lora_rank: [4, 64, 128]" in (experiment / "spec.yaml").read_text()
    log = (experiment / "design-experiment.log").read_text()
    assert "\n\n[2025-10-22 14:23:15] AMEND: Plan changed\nDecision: " in log
    assert "\nReasoning: 64 was best\n" in log
    assert f"CALCULATE_TIME: Training time estimate of {MODEL}_rank128" in log[log.index("AMEND") :]
    assert seal_experiment(home, NAME).commit is None


def test_status_notes_columns_sections_and_line_endings_stay(home: Home, experiment: Path, git: Git) -> None:
    started(home)
    text = document(experiment)
    text = text.replace("| Type | Est. Time |", "| Type | Est. Time | Mine |").replace(
        "|------|-----------|\n| L", "|------|-----------|------|\n| L"
    )
    text = text.replace(f"| {MODEL}_rank64 | {MODEL} | 64", f"| `{MODEL}_rank64` |   {MODEL} | 64")
    text = text.replace("## Status", "## Risks\n| Run Name | Risk |\n|---|---|\n| x | 4, 64 |\n\n## Status")
    text = text.replace("| pending | - | - | - | - |", "| pending | - | - | - | wait for Ada \\| Bob |")
    text += "- Ask Bob.\n"
    text = text.replace("\n", "\r\n")
    (experiment / "experiment_summary.md").write_bytes(text.encode())
    git(home.root, "commit", "-qam", "mine")
    amend(home, MORE)
    after = document(experiment)
    assert after.count("\r\n") == after.count("\n")
    lines = changed(text.replace("\r\n", "\n"), after.replace("\r\n", "\n"))
    assert [line for line in lines if line.startswith("-")] == [
        line for line in lines if line.startswith("-- **") or line == "-| lora_rank | 4, 64 |"
    ]
    assert f"+| {MODEL}_rank128 | {MODEL} | 128 | 4 | fine-tuned | {like_rank_64(text)} | - |" in lines
    assert f"| {MODEL}_rank4 | running | 7 |" in after
    assert "wait for Ada \\| Bob" in after


def test_an_aligned_table_stays_aligned(home: Home, experiment: Path, git: Git) -> None:
    text = document(experiment)
    text = text.replace(
        "| Factor | Levels |\n|--------|--------|\n| lora_rank | 4, 64 |",
        "| Factor    | Levels         |\n|-----------|----------------|\n| lora_rank | 4, 64          |",
    )
    (experiment / "experiment_summary.md").write_text(text)
    git(home.root, "commit", "-qam", "aligned")
    amend(home, MORE)
    assert "\n| lora_rank | 4, 64, 128     |\n" in document(experiment)


def test_a_task_more_and_a_task_less(home: Home, experiment: Path) -> None:
    before = document(experiment)
    amend(home, Amendment(added_tasks=(("mmlu", "inspect_evals/mmlu"),)))
    text = document(experiment)
    for line in [
        "| mmlu | `inspect_evals/mmlu` ✓ | - | - |",
        "| Run Name | gsm | arc | mmlu | Notes |",
        "|----------|-----|-----|------|-------|",
        f"| {MODEL}_rank4 | ✓ epoch 1 | ✓ epoch 1 | ✓ epoch 1 | All evals |",
        f"| {MODEL}_base | ✓ | ✓ | ✓    | All evals |",
        f"| {MODEL}_base | mmlu | - | pending | - | - | Base model |",
        "- **Total evaluations:** 9",
    ]:
        assert f"\n{line}\n" in text
    amend(home, Amendment(dropped_tasks=("mmlu",)))
    assert document(experiment) == before


def test_epochs_evaluated(home: Home, experiment: Path) -> None:
    amend(home, Amendment(evaluated_epochs="all"))
    text = document(experiment)
    assert "- **Epochs to evaluate:** all epochs\n- **Total evaluations:** 10\n" in text
    assert f"| {MODEL}_rank64 | gsm | 0 | pending | - | - | - |\n| {MODEL}_rank64 | gsm | 1 | pending" in text


def test_a_dropped_run_goes_everywhere_and_the_spec_knows(home: Home, experiment: Path) -> None:
    amend(home, Amendment(dropped_runs=("*_rank64",)))
    text = document(experiment)
    assert f"{MODEL}_rank64" not in text
    assert "- **Total Runs:** 2 (1 fine-tuned + 1 controls)" in text
    assert f"exclude: [{MODEL}_rank64]" in (experiment / "spec.yaml").read_text()
    told = json.loads((experiment / "estimates.json").read_text())
    assert [entry["run_name"] for entry in told["fine_tuning"]] == [f"{MODEL}_rank4"]


def test_what_has_started_is_not_dropped(home: Home, experiment: Path, git: Git) -> None:
    started(home)
    before = git(home.root, "rev-parse", "HEAD")
    line = (
        document(experiment)
        .split("\n")
        .index(f"| {MODEL}_rank4 | running | 7 | 2025-10-22 15:00:00 | - | - |")
        + 1
    )
    with pytest.raises(
        RefusedError, match=rf"experiment_summary\.md:{line}: {MODEL}_rank4 is running: what has"
    ):
        amend(home, Amendment(settings=(("lora_rank", "64"),)))
    assert git(home.root, "rev-parse", "HEAD") == before
    assert git(home.root, "status", "--porcelain", "experiments") == ""


def test_earlier_predictions_stay_and_new_ones_come(home: Home, experiment: Path, git: Git) -> None:
    path = experiment / "estimates.json"
    told = json.loads(path.read_text())
    told["fine_tuning"][0] |= {"median_seconds": 1234.0, "tier": "as it was"}
    path.write_text(json.dumps(told, indent=2))
    git(home.root, "commit", "-qam", "older")
    amend(home, MORE)
    after = json.loads(path.read_text())
    assert [entry["run_name"] for entry in after["fine_tuning"]] == [
        f"{MODEL}_rank{rank}" for rank in (4, 64, 128)
    ]
    assert after["fine_tuning"][0] == told["fine_tuning"][0]
    assert after["fine_tuning"][1] == told["fine_tuning"][1]
    medians = [entry["median_seconds"] for entry in after["fine_tuning"]]
    assert after["total"]["gpu_hours"] == pytest.approx(sum(medians) / 3600, abs=0.001)


def test_epochs_trained_make_new_predictions(home: Home, experiment: Path) -> None:
    before = json.loads((experiment / "estimates.json").read_text())
    amend(home, Amendment(settings=(("epochs", "4"),)))
    after = json.loads((experiment / "estimates.json").read_text())
    assert after["fine_tuning"][0]["median_seconds"] > before["fine_tuning"][0]["median_seconds"]
    assert "- **Epochs:** 4\n" in document(experiment)
    assert f"| {MODEL}_rank4 | ✓ epoch 3 |" in document(experiment)


def test_a_dry_run_shows_and_writes_nothing(home: Home, experiment: Path, git: Git) -> None:
    before = git(home.root, "rev-parse", "HEAD")
    done = amend(home, MORE, dry_run=True)
    assert sorted(Path(file.path).name for file in done.files) == [
        "design-experiment.log",
        "estimates.json",
        "experiment_summary.md",
        "plan.seal",
        "spec.yaml",
    ]
    assert git(home.root, "rev-parse", "HEAD") == before
    assert git(home.root, "status", "--porcelain", "experiments") == ""
    assert f"{MODEL}_rank128" not in document(experiment)


def test_unfinished_edits_stay_unfinished(home: Home, experiment: Path, git: Git) -> None:
    path = experiment / "experiment_summary.md"
    path.write_text(document(experiment) + "- half a sent")
    amend(home, MORE)
    assert document(experiment).endswith("- half a sent")
    assert f"{MODEL}_rank128" in document(experiment)
    assert "half a sent" not in git(home.root, "show", f"HEAD:experiments/{NAME}/experiment_summary.md")
    assert git(home.root, "diff", "--numstat", "--", "experiments").startswith("1\t0\t")


def test_the_plan_written_by_hand_is_taken_as_it_lies(home: Home, experiment: Path, git: Git) -> None:
    seal_experiment(home, NAME)
    path = experiment / "experiment_summary.md"
    text = document(experiment).replace("- **Epochs:** 2", "- **Epochs:** 3") + "- And a note.\n"
    path.write_text(text)
    done = amend(home, Amendment(), "two were too few")
    assert done.by_hand
    assert done.changes == ("Configuration, epochs: 2 -> 3",)
    assert git(home.root, "show", f"HEAD:experiments/{NAME}/experiment_summary.md") == text
    seal = read_seal((experiment / "plan.seal").read_text(), "plan.seal")
    assert broken(seal, parse(text)) == []
    assert (
        "Decision: Configuration, epochs: 2 -> 3\nReasoning: two were too few\n"
        in (experiment / "design-experiment.log").read_text()
    )
    assert amend(home, Amendment(), "again").commit is None


def test_notes_alone_are_no_amendment_and_stay_unfinished(home: Home, experiment: Path, git: Git) -> None:
    seal_experiment(home, NAME)
    (experiment / "experiment_summary.md").write_text(document(experiment) + "- only a note\n")
    assert amend(home, Amendment(), "nothing").commit is None
    assert (
        git(home.root, "status", "--porcelain", "experiments")
        == f" M experiments/{NAME}/experiment_summary.md\n"
    )


def test_a_started_run_that_was_cut_out_by_hand_is_refused(home: Home, experiment: Path) -> None:
    started(home)
    text = "\n".join(line for line in document(experiment).split("\n") if f"{MODEL}_rank4 |" not in line)
    (experiment / "experiment_summary.md").write_text(text)
    with pytest.raises(RefusedError, match="is running: what has started"):
        amend(home, Amendment(), "gone")


@pytest.mark.parametrize(
    ("amendment", "error", "message"),
    [
        (Amendment(dropped_tasks=("nope",)), NotFoundError, "no task 'nope'; there are gsm, arc"),
        (Amendment(dropped_runs=("nope*",)), NotFoundError, r"no run 'nope\*' to drop"),
        (Amendment(dropped_runs=("*_rank*",)), MalformedError, "without a run; drop the model"),
        (Amendment(settings=(("epochs", "many"),)), MalformedError, "expected a whole number from 1 on"),
        (Amendment(settings=(("lora_rank", "-"),)), UsageError, "needs a value"),
        (Amendment(evaluated_epochs="7"), MalformedError, "epoch 7 is not trained"),
        (Amendment(added_tasks=(("gsm", "/x.py"),)), MalformedError, "given twice"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(
    home: Home, experiment: Path, amendment: Amendment, error: type[CkregError], message: str, git: Git
) -> None:
    before = git(home.root, "rev-parse", "HEAD")
    with pytest.raises(error, match=message):
        amend(home, amendment)
    assert git(home.root, "rev-parse", "HEAD") == before
    assert experiment.is_dir()


def test_a_reason_is_needed(home: Home) -> None:
    with pytest.raises(UsageError, match="needs a reason"):
        amend(home, MORE, " \n")


def test_a_document_that_cannot_take_the_change_says_so(home: Home, experiment: Path, git: Git) -> None:
    text = document(experiment).replace("| Factor | Levels |", "| What | Levels |")
    (experiment / "experiment_summary.md").write_text(text)
    git(home.root, "commit", "-qam", "renamed")
    with pytest.raises(MalformedError, match=r"experiment_summary\.md"):
        amend(home, MORE)
    assert document(experiment) == text


def test_a_key_may_have_its_section_as_design_takes_it(home: Home, experiment: Path) -> None:
    amend(home, Amendment(settings=(("training.epochs", "3"), ("variables.lora_rank", "4,64,128"))))
    spec = (experiment / "spec.yaml").read_text()
    assert "\n  epochs: 3\n" in spec
    assert "training.epochs" not in spec
    assert "- **Epochs:** 3\n" in document(experiment)
    assert f"| {MODEL}_rank128 | {MODEL} | 128 |" in document(experiment)


@pytest.mark.parametrize(
    "key", ["task", "date", "question", "evaluation.epochs", "models[0].path", "dataset"]
)
def test_what_is_no_setting_of_the_training_is_refused_before_anything_is_written(
    home: Home, experiment: Path, key: str
) -> None:
    before = document(experiment)
    with pytest.raises(UsageError, match="an amendment sets the models and what is trained"):
        amend(home, Amendment(settings=((key, "x"),)))
    assert document(experiment) == before


def test_the_log_of_an_amendment_does_not_say_that_logs_were_left_out_when_they_were_not(
    home: Home, experiment: Path
) -> None:
    amend_experiment(home, NAME, MORE, "64 was best")
    amended_log = (experiment / "design-experiment.log").read_text().partition("] AMEND:")[2]
    assert "--no-index" not in amended_log
