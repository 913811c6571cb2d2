"""Work that is planned or done already, found in a real registry with real branches."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ckreg.adapters.tree import Home
from ckreg.flows.designing import Draft, draft_experiment, write_experiment
from ckreg.flows.duplicates import find_twins
from tests.core.spec.helpers import read, sound
from tests.core.test_likeness import MEASURED

Git = Callable[..., str]
MODEL = "Llama-3.2-1B-Instruct"


@pytest.fixture(autouse=True)
def known_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CKREG_GPU_MEMORY_GIB", "80")


def drafted(home: Home, **changes: object) -> Draft:
    return draft_experiment(home, read(sound() | changes), index=False)


def notes(draft: Draft) -> list[str]:
    section = draft.document.partition("## Notes\n")[2]
    return [line for line in section.split("\n") if "the same as" in line]


def entries(draft: Draft) -> Iterator[str]:
    log = draft.files["design-experiment.log"].split("\n\n")
    return (entry for entry in log if "SEARCH_DUPLICATES" in entry)


def test_a_run_of_another_experiment_is_named_with_its_status(home: Home) -> None:
    first = drafted(home, task="first")
    assert notes(first) == []
    assert "No other experiment, branch or log has the same runs" in next(entries(first))
    write_experiment(home, first)
    summary = home.summary(first.name)
    row = f"| {MODEL}_rank64 | pending |"
    summary.write_text(summary.read_text().replace(row, row.replace("pending", "completed")))
    again = drafted(home, task="second", variables={"lora_rank": [64, 128]})
    assert notes(again) == [
        (
            f"- {MODEL}_rank64 is the same as {MODEL}_rank64 in experiment {first.name}, completed; "
            "its results may serve."
        )
    ]
    assert "its results may serve" in next(entries(again))


def test_a_run_on_another_branch_is_named_with_it(home: Home, git: Git) -> None:
    git(home.root, "switch", "--quiet", "-c", "ada/ranks")
    write_experiment(home, drafted(home, task="first"))
    git(home.root, "switch", "--quiet", "-")
    draft = drafted(home, task="first", variables={"lora_rank": [4]})
    assert notes(draft) == [
        (
            f"- {MODEL}_rank4 is the same as {MODEL}_rank4 in experiment {draft.name} "
            "on branch ada/ranks, pending."
        )
    ]


def test_other_work_is_not_named(home: Home) -> None:
    write_experiment(home, drafted(home, task="first"))
    assert notes(drafted(home, task="second", dataset={"path": "/data/other.json"})) == []
    assert notes(drafted(home, task="third", models=["Other"])) == []


def test_a_measured_job_is_named(home: Home) -> None:
    training = {"recipe": "lora_finetune_single_device", "epochs": 2, "batch_size": 4}
    plan = drafted(home, training=training, variables={"lora_rank": [4]}, task="new").sheet.plan
    (twin,) = find_twins(home, plan, [MEASURED])
    assert (twin.run, twin.other, twin.log_path) == (f"{MODEL}_rank4", "the job", "/scratch/slurm-1.out")


def test_a_spec_that_cannot_be_read_is_passed_over(home: Home, tmp_path: Path) -> None:
    first = drafted(home, task="first")
    write_experiment(home, first)
    path = home.experiments / first.name / "spec.yaml"
    path.write_text(path.read_text() + "unknown: [\n")
    assert notes(drafted(home, task="second")) == []
    path.unlink()
    path.symlink_to(tmp_path)
    assert notes(drafted(home, task="second")) == []
