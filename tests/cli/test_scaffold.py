"""`ckreg scaffold` and `ckreg drift` as they are called."""

import json
from pathlib import Path

import pytest

from ckreg.adapters.tree import Home
from tests.cli.calls import Caller
from tests.core.spec.helpers import sound

NAME = "words_lora_comparison_2025-10-22"
CONFIG = f"experiments/{NAME}/Llama-3.2-1B-Instruct_rank4/finetune.yaml"


@pytest.fixture
def planned(home: Home, call: Caller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CKREG_SCRATCH_DIR", str(tmp_path / "scratch"))
    path = home.root / "spec.json"
    path.write_text(json.dumps(sound() | {"task": "words"}))
    assert call("design", "--spec", str(path), "--yes", "--no-index").code == 0
    return home.root


def test_it_says_what_was_written_and_what_a_person_keeps(planned: Path, call: Caller) -> None:
    said = call("scaffold", NAME)
    assert said.code == 0
    assert said.out.startswith(f"{NAME}: 12 new (")
    assert "could not be looked at" in said.err
    (planned / CONFIG).write_text((planned / CONFIG).read_text().replace("seed: 14", "seed: 15"))
    said = call("scaffold", "words")
    assert (said.code, said.out.split("\n")[3:5]) == (0, ["-seed: 15", "+seed: 14"])
    assert "was edited" in said.err
    assert "--force RUN or FILE" in said.err
    assert call("seal", NAME).code == 0
    said = call("drift", NAME)
    assert (said.code, said.out) == (
        1,
        f"{CONFIG}: Llama-3.2-1B-Instruct_rank4 is configured with seed 15, planned 14\n",
    )
    told = json.loads(call("drift", NAME, "--json").out)["configs"]
    assert [(one["key"], one["planned"], one["configured"]) for one in told] == [("seed", "14", "15")]


def test_dry_run_shows_the_diff(planned: Path, call: Caller) -> None:
    said = call("scaffold", NAME, "--dry-run")
    assert said.code == 0
    assert f"--- /dev/null\n+++ {CONFIG}\n" in said.out
    assert not (planned / CONFIG).exists()


def test_json_is_json(planned: Path, call: Caller) -> None:
    told = json.loads(call("scaffold", NAME, "--json").out)
    assert set(told) == {"experiment", "files", "warnings", "changed", "commit"}
    assert {"path": CONFIG, "state": "new"} in told["files"]
    assert told["changed"] is True
    assert json.loads(call("scaffold", NAME, "--json").out)["changed"] is False
    assert planned.is_dir()


def test_templates_are_shown_before_they_are_accepted(planned: Path, call: Caller) -> None:
    path = planned / "templates" / "jobs" / "finetune.slurm.j2"
    path.parent.mkdir(parents=True)
    path.write_text("#!/bin/bash\n{{ sbatch }}\necho \x1b[2J{{ run }}\n")
    said = call("scaffold", NAME)
    assert said.code == 4
    assert "templates/jobs/finetune.slurm.j2" in said.err
    said = call("scaffold", NAME, "--accept-templates")
    assert said.code == 2
    assert "  {{ sbatch }}\n" in said.out
    assert "\x1b" not in said.out
    assert "--yes" in said.err
    assert call("scaffold", "--accept-templates", "--yes").code == 0
    assert call("scaffold", NAME).code == 0


def test_without_an_experiment_it_is_a_usage_error(planned: Path, call: Caller) -> None:
    assert planned.is_dir()
    assert call("scaffold").code == 2
    assert call("scaffold", "nothing").code == 3
