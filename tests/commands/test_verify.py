"""What changed since a plan was made, on real files and real git."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ckreg.adapters.tree import Home
from ckreg.commands.verify import update, verify
from ckreg.errors import MalformedError, NotFoundError, RefusedError
from ckreg.flows.designing import draft_experiment, write_experiment
from tests.core.spec.helpers import read, sound
from tests.documents import EXPERIMENT

Git = Callable[..., str]
SCRIPT = "from inspect_ai import task\n\n\n@task\ndef cap():\n    return None\n"


@pytest.fixture
def planned(home: Home, tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch) -> str:
    """An experiment whose model, dataset, checkpoint and script (in its own repository) are all there."""
    for name in ("models/Llama-3.2-1B-Instruct", "old/epoch_0"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "config.json").write_text("{}")
        (tmp_path / name / "model.safetensors").write_text("weights")
    (tmp_path / "words.json").write_text(json.dumps({"train": [1, 2, 3], "test": [4]}))
    (tmp_path / "evals").mkdir()
    (tmp_path / "evals" / "cap.py").write_text(SCRIPT)
    git(tmp_path / "evals", "init", "--quiet")
    git(tmp_path / "evals", "add", ".")
    git(tmp_path / "evals", "commit", "--quiet", "-m", "evals")
    monkeypatch.setenv("CKREG_MODELS_DIR", str(tmp_path / "models"))
    monkeypatch.setenv("CKREG_SCRATCH_DIR", str(tmp_path))
    spec = sound() | {
        "dataset": {"path": f"{tmp_path}/words.json"},
        "checkpoints": [{"name": "before", "path": f"{tmp_path}/old/epoch_0", "model": "Llama"}],
        "evaluation": {"tasks": [{"name": "cap", "script": f"{tmp_path}/evals/cap.py@cap"}]},
        "task": "verified",
    }
    draft = draft_experiment(home, read(spec), index=False)
    write_experiment(home, draft)
    return draft.name


def changes(home: Home, experiment: str) -> dict[str, dict[str, tuple[str, str]]]:
    return {
        found.name: {change.what: (change.then, change.now) for change in found.changes}
        for found in verify(home, experiment).resources
        if found.ok is False
    }


def test_where_nothing_changed_all_is_as_planned(home: Home, planned: str, git: Git) -> None:
    before = git(home.root, "status", "--porcelain")
    verification = verify(home, "verified")
    assert (verification.experiment, verification.same) == (planned, True)
    assert [found.kind for found in verification.resources] == [
        "model",
        "checkpoint",
        "dataset",
        "script",
        "disk",
    ]
    assert git(home.root, "status", "--porcelain") == before


def test_a_model_that_is_gone_has_its_advice(home: Home, planned: str, tmp_path: Path) -> None:
    (tmp_path / "models").rename(tmp_path / "moved")
    assert changes(home, planned) == {
        "Llama-3.2-1B-Instruct": {"state": ("✓ verified", "No such file or directory")}
    }
    assert "tune download" in (verify(home, planned).resources[0].advice or "")


def test_other_weights_and_another_config_are_told(home: Home, planned: str, tmp_path: Path) -> None:
    (tmp_path / "models/Llama-3.2-1B-Instruct/model.safetensors").write_text("weights!")
    (tmp_path / "old/epoch_0/config.json").write_text('{"a": 1}')
    told = changes(home, planned)
    assert told["Llama-3.2-1B-Instruct"] == {"weights": ("7 bytes", "8 bytes")}
    # printf '{}' | sha256sum; printf '{"a": 1}' | sha256sum
    then, now = told["before"]["config.json SHA-256"]
    assert then == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    assert now == "f9d86028c6e0d64e225186f96acb69338b2c59764df79162107f5c4bb34d1310"


def test_other_rows_are_told_and_so_is_the_same_number_of_others(
    home: Home, planned: str, tmp_path: Path
) -> None:
    (tmp_path / "words.json").write_text(json.dumps({"train": [1, 2], "test": [4]}))
    told = changes(home, planned)[f"{tmp_path}/words.json"]
    assert (told["rows of train"], set(told)) == (("3", "2"), {"rows of train", "SHA-256"})
    (tmp_path / "words.json").write_text(json.dumps({"train": [1, 2, 9], "test": [4]}))
    assert set(changes(home, planned)[f"{tmp_path}/words.json"]) == {"SHA-256"}


def test_a_script_of_another_commit_is_told(home: Home, planned: str, tmp_path: Path, git: Git) -> None:
    first = git(tmp_path / "evals", "rev-parse", "HEAD").strip()
    (tmp_path / "evals" / "cap.py").write_text(SCRIPT + "# more\n")
    assert changes(home, planned)["cap"] == {"commit": (first, f"{first}-dirty")}
    git(tmp_path / "evals", "commit", "--quiet", "-am", "more")
    second = git(tmp_path / "evals", "rev-parse", "HEAD").strip()
    assert changes(home, planned)["cap"] == {"commit": (first, second)}
    (tmp_path / "evals" / "cap.py").write_text("x = 1\n")
    assert changes(home, planned)["cap"]["state"] == ("✓ verified", "it defines no task cap")


def test_the_splits_that_the_spec_wants_are_looked_for(home: Home, planned: str, tmp_path: Path) -> None:
    path = home.experiments / planned / "spec.yaml"
    path.write_text(path.read_text().replace("splits: auto", "splits: [train, validation]"))
    assert changes(home, planned)[f"{tmp_path}/words.json"]["state"][1] == "it has no validation split"


def test_disk_that_does_not_fit_any_more_is_told(home: Home, planned: str) -> None:
    summary = home.summary(planned)
    text = summary.read_text()
    start = text.index("- **Checkpoints:** ~")
    summary.write_text(text[:start] + "- **Checkpoints:** ~9,000,000 GiB" + text[text.index("\n", start) :])
    disk = verify(home, planned).resources[-1]
    assert (disk.kind, disk.ok) == ("disk", False)
    assert "the plan needs 9,000,000 GiB" in (disk.advice or "")


def test_disk_that_cannot_be_looked_at_is_no_change(
    home: Home, planned: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CKREG_SCRATCH_DIR")
    verification = verify(home, planned)
    assert (verification.resources[-1].ok, verification.same) == (None, True)


def test_a_document_without_fingerprints_is_compared_by_what_it_says(home: Home) -> None:
    verification = verify(home, EXPERIMENT)
    assert not verification.same
    assert [(found.kind, found.ok) for found in verification.resources] == [
        ("dataset", False),
        ("script", False),
        ("disk", None),
    ]


def test_a_document_that_names_nothing_is_malformed(home: Home) -> None:
    home.summary(EXPERIMENT).write_text("# Experiment: x\n")
    with pytest.raises(MalformedError, match="nothing is listed under 'Resources'"):
        verify(home, EXPERIMENT)
    with pytest.raises(NotFoundError):
        verify(home, "absent")


def test_what_is_found_later_is_written_in_and_committed(
    home: Home, planned: str, tmp_path: Path, git: Git
) -> None:
    (tmp_path / "words.json").write_text(json.dumps({"train": [1, 2, 3, 4], "test": [4]}))
    before = home.summary(planned).read_text()
    dry = update(home, planned, dry_run=True)
    assert (dry.commit, home.summary(planned).read_text()) == (None, before)
    done = update(home, planned)
    assert git(home.root, "log", "-1", "--format=%H %s").strip() == f"{done.commit} verify: {planned}"
    changed = git(home.root, "show", "--format=", "--numstat", "HEAD").split()
    assert changed == ["3", "3", f"experiments/{planned}/experiment_summary.md"]
    assert verify(home, planned).same
    assert update(home, planned).commit is None


def test_a_sealed_plan_is_not_updated(home: Home, planned: str) -> None:
    (home.experiments / planned / "plan.seal").write_text("{}")
    with pytest.raises(RefusedError, match="ckreg amend"):
        update(home, planned)
