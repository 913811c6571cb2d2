"""From a question to a committed design, and from a failed job to its retry, by the skill alone."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from ckreg.adapters.demo_place import lay_out, tools
from ckreg.adapters.local import state_folder
from ckreg.adapters.local.records import Records
from ckreg.commands.init import init
from ckreg.commands.skill import skill_install
from tests.assistant.script import Said, Script
from tests.cli.calls import Caller
from tests.waiting import until

# A torchtune whose GPU has room for 4 samples a step, and an inspect-ai that finds all well.
TUNE = """\
#!/bin/sh
for config; do :; done
out=$(sed -n 's/^output_dir: *//p' "$config" | tr -d "\\"'")
if grep -q '^batch_size: 8$' "$config"; then
  echo 'Traceback (most recent call last):'
  echo '  File "lora_finetune_single_device.py", line 817, in train'
  echo 'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 20.00 MiB.'
  exit 1
fi
mkdir -p "$out/epoch_0"
"""
INSPECT = """\
#!/bin/sh
echo 'total time: 0:00:01'
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Models, data, scripts and prior runs, and a registry with the skill; programs are stand-ins."""
    place = lay_out(tmp_path / "place")
    for name, text in {"tune": TUNE, "inspect": INSPECT}.items():
        (tools(place) / name).write_text(text)
    monkeypatch.setenv("PATH", f"{tools(place)}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.delenv("CKREG_NOW")
    init(place / "registry")
    (place / "claude.local.md").rename(place / "registry" / "claude.local.md")
    skill_install(place / "registry")
    return place


@pytest.fixture
def script(place: Path, capsys: pytest.CaptureFixture[str]) -> Script:
    call = Caller(place / "registry", capsys)
    skill = (place / "registry/.claude/skills/design-experiment/SKILL.md").read_text()
    person = {
        "question": "Does rank 4 do?",
        "variables": {"lora_rank": [4]},
        "models": ["Llama-mini-2M-Instruct"],
        "controls.base_models": False,
        "dataset": {"path": str(place / "data/words_8L.json")},
        "evaluation.tasks": [{"name": "cap", "script": f"{place}/evals/capitalization.py@capitalization"}],
        "training.recipe": "lora_finetune_single_device",
        "training.epochs": 1,
        "training.batch_size": 8,
        "training.packed": False,
        "task": "cap_8L",
        "factor": "one_rank",
        "SAMPLES": "640",
    }
    return Script(skill, lambda words: Said(*call(*words)), person, place / "spec.json")


def over() -> None:
    """Wait until no job waits or runs."""
    until(lambda: not Records(state_folder()).waiting_and_running())


@pytest.mark.slow
def test_from_a_question_to_a_design_and_from_a_failure_to_its_retry(
    script: Script, place: Path, git: Callable[..., str]
) -> None:
    script.run("Look around")
    script.ask()
    Draft202012Validator(script.results["schema spec"]).validate(script.spec)
    [estimate] = script.run("Ask")
    assert estimate["preliminary"] is False
    script.write_spec()
    script.run("Plan", 0)
    plan, problems = script.run("Plan", 1)
    assert git(place / "registry", "rev-parse", "HEAD").strip() == plan["commit"]
    assert plan["files"][0].startswith(f"experiments/{plan['experiment']}/")
    assert [problem for problem in problems if problem["severity"] == "error"] == []

    script.run("Run")
    over()
    script.run("Follow")
    failed = [row for row in script.rows() if row["status"] == "failed"]
    assert [(row["run_name"], row.get("task")) for row in failed] == [("Llama-mini-2M-Instruct_rank4", None)]

    log, dry = script.run("When a run has failed", 0, RUN=failed[0]["run_name"])
    assert any("CUDA out of memory" in line for line in log["lines"])
    assert {"file": "config", "name": "batch_size", "old": "8", "new": "4"} in dry["retried"][0]["changes"]
    [retried] = script.run("When a run has failed", 1)
    assert len(retried["jobs"]) == 2
    over()
    script.run("Follow")
    assert {row["run_name"]: row["status"] for row in script.results["status show"]["fine_tuning"]} == {
        "Llama-mini-2M-Instruct_rank4": "completed"
    }
    script.run("Afterwards")
    assert script.results["compare"]["experiment"] == plan["experiment"]
