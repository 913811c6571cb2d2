"""`ckreg design` as it is called: asking, refusing, telling."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from ckreg.adapters.tree import Home
from tests.cli.calls import Caller
from tests.core.spec.helpers import sound

NAME = "words_lora_comparison_2025-10-22"


@pytest.fixture
def spec(home: Home) -> Path:
    path = home.root / "spec.json"
    path.write_text(json.dumps(sound() | {"task": "words"}))
    return path


def test_yes_writes_and_says_what_to_do_next(home: Home, call: Caller, spec: Path) -> None:
    said = call("design", "--spec", str(spec), "--yes", "--no-index")
    assert said.code == 0
    assert f"Created {home.summary(NAME)}" in said.out
    assert "prerequisite All models verified" in said.out
    assert f"ckreg check experiments/{NAME}" in said.err
    assert call("status", "show", NAME).code == 0
    assert call("check").code == 0


def test_without_a_terminal_it_shows_the_plan_and_names_yes(home: Home, call: Caller, spec: Path) -> None:
    said = call("design", "--spec", str(spec), "--no-index")
    assert said.code == 2
    assert "Llama-3.2-1B-Instruct_rank64" in said.out
    assert "--yes" in said.err
    assert not (home.experiments / NAME).exists()


def test_dry_run_prints_the_document(home: Home, call: Caller, spec: Path) -> None:
    said = call("design", "--spec", str(spec), "--dry-run", "--no-index")
    assert said.code == 0
    assert said.out.startswith(f"# Experiment: {NAME}\n")
    assert said.out.endswith("\n")
    assert not (home.experiments / NAME).exists()


def test_json_is_json(call: Caller, spec: Path) -> None:
    dry = json.loads(call("design", "--spec", str(spec), "--dry-run", "--json", "--no-index").out)
    assert set(dry["files"]) == {
        "experiment_summary.md",
        "spec.yaml",
        "design-experiment.log",
        "estimates.json",
    }
    told = json.loads(call("design", "--spec", str(spec), "--yes", "--json", "--no-index").out)
    assert told["experiment"] == NAME
    assert told["committed"] is True
    assert told["checks"][0]["mark"] == "prerequisite"


def test_the_plan_ends_with_its_budget(call: Caller, spec: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CKREG_MAX_GPU_HOURS", "0.01")
    words = ["design", "--spec", str(spec), "--no-index", "--concurrent", "2"]
    shown = call(*words).out
    budget = shown[shown.index("Budget:") :].split("\n")
    assert budget[3].endswith("✗ over max_gpu_hours, 0.01")
    assert budget[4] == "Jobs:         2 trainings + 3 evaluations = 5"
    assert "with 2 jobs at once" in budget[5]
    assert max(map(len, shown.split("\n"))) <= 80
    told = json.loads(call(*words, "--dry-run", "--json").out)["budget"]
    assert told["jobs"] == {"training": 2, "evaluation": 3, "total": 5}
    assert [wall["concurrent"] for wall in told["wall"]] == [2]
    assert (told["fits"], told["over"], told["limits"]["max_gpu_hours"]) == (False, ["max_gpu_hours"], 0.01)
    assert told["gpu_hours"]["total"]["median"] <= told["gpu_hours"]["total"]["p90"]
    assert {"change", "gpu_hours", "jobs", "disk_gib", "fits"} == set(told["cuts"][0])


@pytest.mark.parametrize("number", ["0", "-1", "many"])
def test_a_number_of_jobs_at_once_is_at_least_one(call: Caller, spec: Path, number: str) -> None:
    assert call("design", "--spec", str(spec), "--concurrent", number).code == 2


def test_a_malformed_spec_tells_all_its_faults_and_writes_nothing(
    home: Home, call: Caller, spec: Path
) -> None:
    spec.write_text(json.dumps(sound() | {"models": [], "questoin": "x"}))
    said = call("design", "--spec", str(spec), "--yes")
    assert said.code == 7
    assert "models: expected" in said.err
    assert "questoin: unknown key; did you mean `question`?" in said.err
    assert not (home.experiments / NAME).exists()


@pytest.mark.parametrize(("name", "code"), [("nothing.yaml", 3), ("spec.txt", 2)])
def test_what_is_no_spec_is_an_error(call: Caller, name: str, code: int) -> None:
    assert call("design", "--spec", name, "--yes").code == code


def test_an_experiment_that_exists_is_refused(call: Caller, spec: Path) -> None:
    assert call("design", "--spec", str(spec), "--yes", "--no-index").code == 0
    said = call("design", "--spec", str(spec), "--yes", "--no-index")
    assert said.code == 4
    assert "exists already" in said.err


@pytest.mark.parametrize(("answer", "code"), [(b"y\n", 0), (b"n\n", 4)])
def test_on_a_terminal_the_plan_is_shown_and_approved(
    home: Home, spec: Path, answer: bytes, code: int
) -> None:
    done, shown = _on_a_terminal(["-C", str(home.root), "design", "--spec", str(spec), "--no-index"], answer)
    assert done == code
    assert "Write and commit this plan?" in shown
    assert home.summary(NAME).exists() == (code == 0)


def _on_a_terminal(words: list[str], answer: bytes) -> tuple[int, str]:
    master, slave = pty.openpty()
    call = [sys.executable, "-m", "ckreg", *words]
    with subprocess.Popen(call, stdin=slave, stdout=slave, stderr=slave) as job:
        os.close(slave)
        shown = b""
        while b"[y/N]" not in shown and (part := _read(master)):
            shown += part
        os.write(master, answer)
        while part := _read(master):
            shown += part
    os.close(master)
    return job.returncode, shown.decode()


def _read(master: int) -> bytes:
    try:
        return os.read(master, 65536)
    except OSError:  # Linux says so where the other end is closed
        return b""
