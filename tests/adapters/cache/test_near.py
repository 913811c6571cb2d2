"""Of very many measurements those that an estimate may rest on are read, always the same."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from ckreg.adapters.cache import Cache, completed_runs, measurements_near, open_cache, row_of
from ckreg.core.measure.measurement import Measurement, Outcome
from tests.core.estimate.runs import evaluated, trained

MODEL = "Llama-3.2-1B-Instruct"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache.db"


def filled(path: Path, runs: Iterable[Measurement]) -> Cache:
    cache, runs = open_cache(path), list(runs)
    with cache.writing():
        cache.put("logs", [{"path": run.log_path} for run in runs])
        cache.put("measurements", map(row_of, runs))
    return cache


def test_few_are_all_read(path: Path) -> None:
    runs = [
        evaluated(log_path="a", model=f"hf/{MODEL}_rank4_epoch_0"),
        trained(log_path="b", model="M-3B", packed=True),
        trained(log_path="c", model=MODEL.lower(), packed=None),
    ]
    with filled(path, runs) as cache:
        assert measurements_near(cache, MODEL, 4) == tuple(runs)


def test_of_many_some_are_drawn_from_all_and_the_rare_are_not_missed(path: Path) -> None:
    many = [trained(log_path=f"/{number:04}.out") for number in range(2000)]
    rare = [
        trained(log_path="/batch.out", batch_size=32),
        trained(log_path="/oom.out", batch_size=64, outcome=Outcome.OOM_GPU, seconds_per_step=None),
        trained(log_path="/packed.out", packed=True),
        trained(log_path="/far.out", model="M-70B"),
        *(trained(log_path=f"/near{number}.out", model=f"M{number}-3B") for number in range(20)),
    ]
    with filled(path, [*many, *rare]) as cache:
        found = measurements_near(cache, MODEL, 32)
        assert measurements_near(cache, MODEL, 32) == found
    names = {run.log_path for run in found}
    assert {"/batch.out", "/oom.out", "/packed.out"} <= names
    assert "/far.out" not in names  # there are models nearer in size
    numbers = [int(name[1:5]) for name in names if name[1:5].isdigit()]
    assert len(found) < 300
    assert sum(number < 1000 for number in numbers) > len(numbers) / 4  # from everywhere, not from one end
    assert sum(number >= 1000 for number in numbers) > len(numbers) / 4


def test_an_empty_cache_has_none(path: Path) -> None:
    with filled(path, []) as cache:
        assert measurements_near(cache, MODEL, None) == ()


def test_completed_runs_are_those_of_the_models_and_batch_sizes(path: Path) -> None:
    wanted = [trained(log_path="a", model=MODEL.lower()), trained(log_path="d", batch_size=None)]
    others = [
        trained(log_path="b", batch_size=8),
        trained(log_path="c", outcome=Outcome.TIMEOUT),
        evaluated(log_path="e"),
        trained(log_path="f", model="M-3B"),
    ]
    with filled(path, [*others, *reversed(wanted)]) as cache:
        assert completed_runs(cache, {(MODEL, 4), (MODEL, None)}) == tuple(wanted)
