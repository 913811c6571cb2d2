import json
import os
import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from ckreg.core.settings import Settings
from ckreg.flows.verifying import Needs, Verified, verify

SCRIPT = "from inspect_ai import Task, task\n\n\n@task\ndef words():\n    return Task()\n"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    model = tmp_path / "models" / "Llama-3.2-1B-Instruct"
    model.mkdir(parents=True)
    (model / "config.json").write_text("{}")
    (model / "model.safetensors").write_bytes(b"w" * 5000)
    (model / "tokenizer.model").write_bytes(b"t")
    (tmp_path / "words.json").write_text(json.dumps({"train": [1] * 1200, "validation": [2], "test": [3]}))
    (tmp_path / "words.py").write_text(SCRIPT)
    return tmp_path


def settings(place: Path) -> Settings:
    return Settings(models_dir=str(place / "models"), scratch_dir=str(place))


def fields(verified: Verified, action: str, nth: int = 0) -> dict[str, str]:
    return dict([entry for entry in verified.entries if entry.action == action][nth].fields)


def test_what_is_there_is_verified_and_logged_as_in_the_seed(place: Path) -> None:
    needs = Needs(
        models=(("Llama-3.2-1B-Instruct", None),),
        datasets=((None, "words.json", ("train", "validation", "test")),),
        scripts=(("words", "words.py@words", "words.json"),),
    )
    verified = verify(needs, settings(place), place)
    assert verified.resources.advice is None
    assert [entry.action for entry in verified.entries] == [
        "VERIFY_MODEL",
        "VERIFY_DATASET",
        "VERIFY_SCRIPT",
        "CHECK_DISK",
    ]
    assert verified.entries[0].at == datetime.fromisoformat("2025-10-22T14:23:15+00:00")
    assert verified.entries[0].description == "Checking Llama-3.2-1B-Instruct"
    model = fields(verified, "VERIFY_MODEL")
    folder = place / "models" / "Llama-3.2-1B-Instruct"
    assert model["Command"] == f"ls -- {folder}; du -skL -- {folder}"
    assert model["Result"].startswith(
        "Directory exists with 3 files (config.json, model.safetensors, etc.), "
    )
    assert model["Explanation"] == "Verifying base model exists before creating experiment plan"
    dataset = fields(verified, "VERIFY_DATASET")
    assert dataset["Command"] == f"ls -lhd -- {place}/words.json"
    assert dataset["Result"] == "File exists, 3.6 KiB; train (1,200), validation (1), test (1)"
    assert fields(verified, "VERIFY_SCRIPT") == {
        "Command": f"ls -- {place}/words.py",
        "Result": "File exists",
        "Explanation": "Verifying evaluation script exists; one that is missing is a prerequisite",
    }
    disk = fields(verified, "CHECK_DISK")
    assert disk["Command"] == f"df -Pk -- {place}; df -Pi -- {place}"
    assert re.fullmatch(r"[\d,.]+ GiB available(; about [\d,]+ inodes free)?", disk["Result"])


def test_what_is_missing_has_its_advice_and_stops_nothing(place: Path) -> None:
    needs = Needs(
        models=(("Absent", None), ("Elsewhere", str(place / "words.json"))),
        datasets=(("small", "absent.json", None),),
        scripts=(("letters", "letters.py", None),),
    )
    verified = verify(needs, Settings(models_dir=str(place / "models")), place)
    resources = verified.resources
    assert [model.reason for model in resources.models] == [
        "No such file or directory",
        "it is a file, not a folder",
    ]
    assert "tune download ORGANISATION/Absent" in (resources.models[0].advice or "")
    assert "Create absent.json" in (resources.datasets[0].advice or "")
    assert "Prerequisite: write letters.py" in (resources.scripts[0].advice or "")
    assert resources.disk.advice == "Set scratch_dir, so that the free space can be checked."
    assert fields(verified, "VERIFY_MODEL")["Result"] == "Not found: No such file or directory"


def test_an_empty_folder_is_not_a_model(place: Path) -> None:
    (place / "models" / "Empty").mkdir()
    verified = verify(Needs(models=(("Empty", None),)), settings(place), place)
    (model,) = verified.resources.models
    assert (model.found, model.has_config, model.has_weights) == (True, False, False)
    assert model.advice
    assert fields(verified, "VERIFY_MODEL")["Result"] == "Directory exists but is empty"


def test_without_models_dir_a_model_is_not_looked_for() -> None:
    verified = verify(Needs(models=(("Llama", None),)), Settings())
    assert "models_dir (set it first)" in (verified.resources.models[0].advice or "")
    assert "Command" not in fields(verified, "VERIFY_MODEL")


def test_a_split_that_is_wanted_and_missing_is_said_so(place: Path) -> None:
    (place / "few.json").write_text('{"train": [1]}')
    verified = verify(Needs(datasets=((None, "few.json", ("train", "test")),)), settings(place), place)
    assert verified.resources.datasets[0].advice == "Mend it: it has no test split."
    assert fields(verified, "VERIFY_DATASET")["Result"].endswith("train (1); but it has no test split")


@pytest.mark.parametrize(
    ("script", "text", "reason"),
    [
        ("bad.py", "def f(:\n", "line 1 is not Python"),
        ("words.py@letters", None, "it defines no task letters"),
        ("models", None, "it is no file"),
    ],
)
def test_a_script_that_cannot_run_is_a_prerequisite(
    place: Path, script: str, text: str | None, reason: str
) -> None:
    if text is not None:
        (place / script).write_text(text)
    (facts,) = verify(Needs(scripts=(("t", script, None),)), settings(place), place).resources.scripts
    assert reason in (facts.reason or "")
    assert "Prerequisite: mend" in (facts.advice or "")


def test_a_built_in_task_is_no_file(place: Path) -> None:
    verified = verify(Needs(scripts=(("gsm8k", "inspect_evals/gsm8k", None),)), settings(place), place)
    (facts,) = verified.resources.scripts
    assert (facts.found, facts.builtin, facts.advice) == (True, True, None)
    assert "inspect_evals" in fields(verified, "VERIFY_SCRIPT")["Result"]


def test_a_task_without_its_dataset_is_a_prerequisite(place: Path) -> None:
    needs = Needs(scripts=(("words", "words.py", "absent.json"),))
    (facts,) = verify(needs, settings(place), place).resources.scripts
    assert facts.dataset_found is False
    assert "absent.json must exist" in (facts.advice or "")


@pytest.mark.parametrize("hostile", ["a\x1b[2J\nb", "-rf", "../../../etc", "x" * 5000, "\udcff", "a\0b"])
def test_hostile_paths_are_only_not_found(place: Path, hostile: str) -> None:
    needs = Needs(((hostile, hostile),), ((None, hostile, None),), (("t", hostile, hostile),))
    for entry in verify(needs, settings(place), place).entries:
        assert all("\n" not in value and value.isprintable() for _, value in entry.fields)


def on_path(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str, code: int = 0) -> None:
    (folder / "bin").mkdir()
    (folder / "answer.txt").write_text(text)
    script = folder / "bin" / "myquota"
    script.write_text(f"#!/bin/sh\ncat '{folder}/answer.txt'\nexit {code}\n")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder / "bin"), prepend=os.pathsep)


def test_the_quota_is_asked_for_where_the_person_says_how(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # `quota` fails where one is over a limit, and tells all the same
    on_path(place, monkeypatch, f"Filesystem used quota limit\n{place} 499M 500M 600M\n", code=1)
    verified = verify(Needs(), replace(settings(place), quota_command="myquota -s"), place)
    facts = verified.resources.disk
    assert facts.available_gib == pytest.approx(1 / 1024)
    assert facts.by_quota
    disk = fields(verified, "CHECK_DISK")
    assert disk["Command"].endswith("; myquota -s")
    assert disk["Result"].endswith(f"quota: 0.00 GiB left of 0.49 GiB on {place} (it covers scratch_dir)")


@pytest.mark.parametrize(
    ("text", "code", "reason"),
    [
        ("Hello\x1b[2J ada\n", 0, "the answer is not understood: Hello"),
        ("", 3, "exit 3"),
    ],
)
def test_a_quota_that_is_not_understood_is_not_known(
    place: Path, monkeypatch: pytest.MonkeyPatch, text: str, code: int, reason: str
) -> None:
    on_path(place, monkeypatch, text, code)
    verified = verify(Needs(), replace(settings(place), quota_command="myquota"), place)
    facts = verified.resources.disk
    assert facts.available_gib == facts.free_gib
    assert (facts.quota_reason or "").startswith(reason)
    assert f"quota not known: {reason}" in fields(verified, "CHECK_DISK")["Result"]
    assert fields(verified, "CHECK_DISK")["Result"].isprintable()
    assert "Look at your quota yourself" in (verified.resources.advice or "")
