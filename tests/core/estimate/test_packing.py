import pytest

from ckreg.core.estimate import TrainingRequest
from ckreg.core.estimate.packing import packing
from tests.core.estimate.runs import trained

REQUEST = TrainingRequest("Llama-3.2-1B-Instruct", packed=True, dataset="words.json")
PACKED = trained(packed=True, dataset="words.json", epochs=2, steps_total=160)  # 80 steps of 4: 320 rows


def test_the_log_tells_the_samples() -> None:
    prior = trained(packed=True, samples_total=960, epochs=1, steps_total=80)
    assert packing(REQUEST, [prior]).samples_per_row == 3.0  # 960 samples in 320 rows


def test_unpacked_runs_of_the_same_dataset_tell_the_samples() -> None:
    twin = trained(dataset="words.json", batch_size=8, epochs=1, steps_total=160)  # 1280 samples
    assert packing(REQUEST, [PACKED, twin]).samples_per_row == 4.0


def test_unpacked_runs_of_different_parts_of_it_tell_nothing() -> None:
    twins = [trained(dataset="words.json", epochs=1, steps_total=steps) for steps in (120, 160)]
    assert "typically 2 to 4" in packing(REQUEST, [PACKED, *twins]).note


def test_fewer_samples_than_rows_is_no_ratio() -> None:
    twin = trained(dataset="words.json", epochs=1, steps_total=20)
    assert packing(REQUEST, [PACKED, twin]).samples_per_row == pytest.approx(2.83, abs=0.01)
