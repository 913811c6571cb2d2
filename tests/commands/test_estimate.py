import pytest

from ckreg.adapters.tree import Home
from ckreg.commands.estimate import estimate
from ckreg.core.estimate import TrainingRequest
from tests.logs import BUNDLED


def test_the_gpu_is_that_of_the_settings(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    request = TrainingRequest("Llama-3.2-1B-Instruct")
    assert estimate(home, request).batch_size.batch_size == 2  # nobody knows the memory
    monkeypatch.setenv("CKREG_GPU_MEMORY_GIB", "80")
    assert estimate(home, request).batch_size.batch_size == 4  # the seed's table for 80 GB


def test_the_scratch_folder_is_looked_at_unless_told_otherwise(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CKREG_SCRATCH_DIR", str(BUNDLED))
    request = TrainingRequest("Llama-mini-8M-Instruct", batch_size=8, samples=640)
    assert estimate(home, request, index=False).preliminary
    assert not estimate(home, request).preliminary
