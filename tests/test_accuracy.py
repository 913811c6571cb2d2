"""The measuring of accuracy: the rules that estimates are held against, and that it says the same twice."""

import importlib
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from ckreg.core.estimate import TrainingRequest
from tests.core.estimate.runs import trained
from tests.logs import BUNDLED

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401  # scripts import each other by name
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    before = set(sys.modules)

    def load(name: str) -> ModuleType:
        return importlib.import_module(name)

    yield load
    for name in set(sys.modules) - before:
        if name.startswith("accuracy"):
            del sys.modules[name]


def job(script: Any, experiment: str, *, model: str = "A", samples: int = 800, elapsed: float = 120.0) -> Any:  # noqa: ANN401
    """Of 400 steps, each of 0.25 s: 100 s on the progress bar."""
    request = TrainingRequest(model, batch_size=4, samples=samples, epochs=2)
    measured = trained(model=model, steps_done=400, seconds_per_step=0.25)
    return script("accuracy_grid").Job(experiment, "r", "1", request, elapsed, (measured,))


def test_the_rate_is_samples_over_what_the_bar_shows_times_one_and_a_half(script: Any) -> None:  # noqa: ANN401
    by_rate = script("accuracy_estimates").by_rate
    # 1600 samples in 100 s are 16 a second: 2 x 480 samples take 60 s, 90 with the margin.
    asked = job(script, "b", samples=480)
    assert by_rate(asked, [job(script, "a"), job(script, "a", model="B", samples=8000)]) == pytest.approx(90)
    assert by_rate(asked, [job(script, "a", model="B", samples=1600)]) == pytest.approx(45)


def test_no_job_is_predicted_from_its_own_experiment(script: Any) -> None:  # noqa: ANN401
    jobs = [job(script, "a", elapsed=100), job(script, "a", elapsed=900), job(script, "b", elapsed=300)]
    found = script("accuracy_estimates").leaving_experiments_out(jobs)
    assert [each.constant for each in found] == [300, 300, 500]
    assert found[2].constant_error == pytest.approx(2 / 3)


@pytest.fixture
def grid(tmp_path: Path) -> Path:
    """The bundled jobs of two experiments, with labels as sacct and their names tell them."""
    folder = tmp_path / "grid"
    folder.mkdir()
    (folder / "sacct.txt").write_bytes((BUNDLED / "sacct.txt").read_bytes())
    labels = []
    for log in sorted(BUNDLED.glob("*/ck-out-*/slurm-*.out")):
        run = log.parent.name.removeprefix("ck-out-")
        model, batch, samples, epochs, rank = run.split("_")
        copy = folder / log.relative_to(BUNDLED)
        copy.parent.mkdir(parents=True)
        copy.write_bytes(log.read_bytes())
        labels.append(
            {"experiment": log.parent.parent.name, "run": run, "model": model, "packed": False}
            | {"batch_size": int(batch[2:]), "samples": int(samples[1:]), "epochs": int(epochs[2:])}
            | {"rank": int(rank[4:]), "job_id": log.stem.removeprefix("slurm-"), "elapsed": 20}
            | {"state": "COMPLETED"}
        )
    (folder / "jobs.jsonl").write_text("".join(json.dumps(label) + "\n" for label in labels))
    return folder


def test_the_same_jobs_give_the_same_report(script: Any, grid: Path) -> None:  # noqa: ANN401
    def report() -> str:
        jobs = script("accuracy_grid").read_grid(grid)
        text: str = script("accuracy_report").report(script("accuracy_report").tried("grid", jobs))
        return text

    first = report()
    assert "7 jobs of 2 experiments" in first
    assert first.count("| words_") == 14  # each job in both ways
    assert str(grid) not in first
    assert report() == first
