"""Batch sizes worked by hand: floor(prior_batch x (available / peak) x 0.7), at least 1."""

import pytest

from ckreg.core.estimate import TrainingRequest, batch_size
from ckreg.core.measure.measurement import Outcome
from tests.core.estimate.runs import trained

REQUEST = TrainingRequest("Llama-3.2-1B-Instruct", gpu_memory_gib=80)


def test_scales_with_the_memory_that_is_left() -> None:
    # floor(4 x 80/20 x 0.7) = floor(11.2)
    found = batch_size(REQUEST, [trained(peak_gpu_mem_gib=20.0)])
    assert (found.batch_size, found.preliminary, len(found.basis)) == (11, False, 1)


def test_is_at_least_one() -> None:
    # floor(1 x 80/79 x 0.7) = 0
    assert batch_size(REQUEST, [trained(batch_size=1, peak_gpu_mem_gib=79.0)]).batch_size == 1


def test_of_several_runs_of_one_batch_size_the_neediest_counts() -> None:
    # floor(8 x 80/30 x 0.7) = floor(14.93)
    priors = [trained(batch_size=8, peak_gpu_mem_gib=peak) for peak in (20.0, 30.0, 25.0)]
    assert batch_size(REQUEST, priors).batch_size == 14


def test_packed_and_unpacked_are_never_mixed() -> None:
    assert batch_size(REQUEST, [trained(packed=True, peak_gpu_mem_gib=20.0)]).preliminary


def test_a_run_that_was_out_of_memory_is_no_model() -> None:
    assert batch_size(REQUEST, [trained(peak_gpu_mem_gib=20.0, outcome=Outcome.OOM_GPU)]).preliminary


@pytest.mark.parametrize(
    ("model", "memory", "packed", "batch"),
    [
        ("Llama-3.2-1B", 80, False, 4),
        ("Llama-3.2-3B", 80, False, 2),
        ("Llama-3.2-1B", 80, True, 4),
        ("Llama-3.2-3B", 79.1, True, 2),
        ("Llama-3.2-1B", 40, False, 2),
        ("Llama-3.2-3B", 40, False, 2),
        ("Llama-3.2-1B", 24, False, 1),
        ("Llama-3.1-8B", 80, False, 1),
        ("Llama-3.2-1B", None, False, 2),
    ],
)
def test_without_memory_data_the_seeds_table(
    model: str, memory: float | None, packed: bool, batch: int
) -> None:
    found = batch_size(TrainingRequest(model, gpu_memory_gib=memory, packed=packed), [])
    assert (found.batch_size, found.preliminary) == (batch, True)


def test_memory_may_stand_in_the_gpus_name() -> None:
    request = TrainingRequest("Llama-3.2-1B-Instruct", gpu_type="a100-80gb")
    assert batch_size(request, [trained(peak_gpu_mem_gib=20.0)]).batch_size == 11
