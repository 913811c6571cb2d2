"""A plan's life with the real tools: designed, scaffolded, submitted, trained, evaluated, scored."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from ckreg.adapters.tree import Home
from tests.e2e.material import MODEL, make_material
from tests.slurm.conftest import Cluster

pytestmark = [pytest.mark.e2e, pytest.mark.slurm]

TOOLS = Path(sys.executable).parent
RANKS = (f"{MODEL}_rank4", f"{MODEL}_rank8")
PATIENCE = 900  # seconds until all jobs are over; on two idle cores it takes two minutes


class Ckreg:
    """The installed command, as a person calls it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *words: str) -> str:
        call = [str(TOOLS / "ckreg"), "-C", str(self.folder), *words]
        done = subprocess.run(call, check=False, capture_output=True, text=True)
        assert done.returncode == 0, f"{' '.join(words)}: {done.stdout}{done.stderr}"
        return done.stdout

    def json(self, *words: str) -> Any:  # noqa: ANN401  # any JSON
        return json.loads(self(*words, "--json"))


@pytest.fixture
def ckreg(cluster: Cluster, registry: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ckreg:
    """In a registry with a model, data and an evaluation beside it, and the tools of this environment."""
    missing = [name for name in ("tune", "inspect", "ckreg") if not (TOOLS / name).exists()]
    if missing or not cluster.conf.is_file():
        pytest.skip(f"{', '.join(missing)} not beside {sys.executable}: `make e2e` installs them")
    monkeypatch.setenv("PATH", f"{TOOLS}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("CKREG_MODELS_DIR", str(tmp_path / "models"))
    monkeypatch.setenv("CKREG_MEMORY", "3G")
    return Ckreg(registry.root)


def ended(ckreg: Ckreg, experiment: str) -> list[dict[str, Any]]:
    """Sync until no job is open; the rows of the Status tables."""
    end = time.monotonic() + PATIENCE
    while True:
        told = ckreg.json("status", "sync", experiment)
        if told["open"] == 0:
            shown = ckreg.json("status", "show", experiment)
            return [*shown["fine_tuning"], *shown["evaluations"]]
        assert time.monotonic() < end, told
        time.sleep(5)  # the accounting tells nobody when something happens


def logs_of(rows: Iterable[dict[str, Any]], folder: Path) -> str:
    """What the jobs that failed wrote last, for the message of a test that fails."""
    failed = [f"slurm-{row['job_id']}.out" for row in rows if row["status"] != "completed"]
    paths = [path for path in folder.rglob("slurm-*.out") if path.name in failed]
    return "\n".join(f"{path}:\n{path.read_text(errors='replace')[-2000:]}" for path in paths)


def test_from_a_design_to_a_score(ckreg: Ckreg, tmp_path: Path) -> None:
    spec = tmp_path / "spec.json"
    spec.write_text(json.dumps(make_material(tmp_path)))
    designed = ckreg.json("design", "--spec", str(spec), "--yes")
    name = designed["experiment"]
    assert (len(designed["runs"]), len(designed["controls"]), designed["evaluations"]) == (2, 1, 3)
    ckreg("scaffold", name)
    folder = ckreg.folder / "experiments" / name
    for run in RANKS:
        subprocess.run([TOOLS / "tune", "validate", folder / run / "finetune.yaml"], check=True)
    ckreg("seal", name)
    sent = ckreg.json("submit", name, "--yes")
    assert len(sent["jobs"]) == 5

    rows = ended(ckreg, name)
    assert [row["status"] for row in rows] == ["completed"] * 5, logs_of(rows, tmp_path / "scratch")
    assert {row["job_id"] for row in rows} == {each["job"] for each in sent["jobs"]}

    evaluated(ckreg, tmp_path / "scratch", name)
    kept = [json.loads(line) for line in (ckreg.folder / "prior-runs.jsonl").read_text().splitlines()]
    jobs = {line.get("measured", line).get("job_id") for line in kept}
    assert {each["job"] for each in sent["jobs"]} <= jobs
    scored = ckreg.json("query", "SELECT run_name, task, actual_seconds FROM scores")
    assert len(scored) == 5
    assert all(each["actual_seconds"] > 0 for each in scored)
    assert [each for each in ckreg.json("check") if each["severity"] == "error"] == []
    drifted = ckreg.json("drift", name)
    assert (drifted["plan"], drifted["ran"], drifted["configs"]) == ([], [], [])
    estimated(ckreg, name)
    clean = subprocess.run(
        ["git", "-C", ckreg.folder, "status", "--porcelain"], check=True, capture_output=True
    )
    assert clean.stdout == b""


def evaluated(ckreg: Ckreg, scratch: Path, name: str) -> None:
    """Each evaluation has a log of inspect-ai's with a score, and the cache knows it."""
    logs = sorted((scratch / name).rglob("*.eval"))
    assert len(logs) == 3
    for log in logs:
        dumped = subprocess.run(
            [TOOLS / "inspect", "log", "dump", "--header-only", log], check=True, capture_output=True
        )
        header = json.loads(dumped.stdout)
        assert header["status"] == "success"
        assert 0 <= header["results"]["scores"][0]["metrics"]["accuracy"]["value"] <= 1
    ckreg("index")
    known = ckreg.json(
        "query", "SELECT log_path, outcome, samples_done FROM measurements WHERE kind = 'eval'"
    )
    told = {each["log_path"]: (each["outcome"], each["samples_done"]) for each in known}
    assert {str(log): ("completed", 20) for log in logs}.items() <= told.items()


def estimated(ckreg: Ckreg, name: str) -> None:
    """The next plan rests on these runs, evaluations too."""
    setup = (
        "--recipe",
        "lora_finetune_single_device",
        "--batch-size",
        "4",
        "--lora-rank",
        "4",
        "--no-packed",
    )
    found = ckreg.json("estimate", "--model", MODEL, *setup, "--samples", "160", "--epochs", "2")
    assert found["preliminary"] is False
    assert RANKS[0] in {each["run_name"] for each in found["basis"]}
    again = ckreg.json("design", "--from", name, "--set", "factor=again", "--dry-run")
    assert again["preliminary"] is False
    entries = json.loads(again["files"]["estimates.json"])["evaluations"]
    assert all(each["basis"] and all(run["job_id"] for run in each["basis"]) for each in entries)
