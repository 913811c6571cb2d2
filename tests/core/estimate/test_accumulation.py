"""Gradient accumulation worked by hand: effective = batch x accumulation x GPUs."""

from dataclasses import replace

import pytest

from ckreg.core.estimate import TrainingRequest, batch_size
from ckreg.core.measure.measurement import Measurement, Outcome
from tests.core.estimate.runs import trained

REQUEST = TrainingRequest("Llama-3.2-1B-Instruct", gpu_memory_gib=80)
# floor(2 x 80/30 x 0.7) = floor(3.73) = 3 fit
PRIOR = trained(batch_size=2, peak_gpu_mem_gib=30.0)


def held(request: TrainingRequest, *priors: Measurement) -> tuple[int | None, ...]:
    found = batch_size(request, priors)
    return found.batch_size, found.micro_batch_size, found.grad_accum, found.effective_batch_size


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"batch_size": 3}, (3, None, None, None), id="fits"),
        pytest.param({"batch_size": 8}, (3, 2, 4, 8), id="8 = 2 x 4"),
        pytest.param({"batch_size": 12}, (3, 3, 4, 12), id="12 = 3 x 4"),
        pytest.param({"batch_size": 7}, (3, 3, 3, 9), id="7 is prime: 3 x 3 is near"),
        pytest.param({"batch_size": 8, "grad_accum": 2}, (3, 2, 8, 16), id="16 = 2 x 8"),
        pytest.param({"batch_size": 8, "gpus": 4}, (3, 2, 4, 32), id="32 = 2 x 4 x 4 GPUs"),
    ],
)
def test_a_batch_that_does_not_fit_is_held(changes: dict[str, int], expected: tuple[int | None, ...]) -> None:
    assert held(replace(REQUEST, **changes), PRIOR) == expected  # type: ignore[arg-type]  # whole numbers


def test_it_is_said_in_the_calculation_and_as_advice() -> None:
    found = batch_size(replace(REQUEST, batch_size=8), [PRIOR])
    told = "batch_size=2 with gradient_accumulation_steps=4 makes an effective batch size of 8, as asked"
    assert found.calculation == f"floor(2 × (80/30 GiB) × 0.7) = 3; {told}"
    assert found.advice == f"batch size 8 is more than is safe: {told}"
    assert "9, the nearest to 7 as asked" in batch_size(replace(REQUEST, batch_size=7), [PRIOR]).calculation


def test_the_effective_batch_size_of_prior_runs_is_held() -> None:
    # the prior run had 2 x 8 = 16, and 3 fit: 2 x 8
    assert held(REQUEST, replace(PRIOR, grad_accum=8)) == (3, 2, 8, 16)
    assert held(replace(REQUEST, grad_accum=8), replace(PRIOR, grad_accum=8)) == (3, None, None, None)
    # 16 on 4 GPUs are 4 on each: 2 x 2 x 4
    assert held(replace(REQUEST, gpus=4), replace(PRIOR, grad_accum=8)) == (3, 2, 2, 16)
    # the most common one
    runs = [replace(PRIOR, grad_accum=steps) for steps in (8, 4, 4, 1)]
    assert held(REQUEST, *runs) == (3, 2, 4, 8)


def test_a_batch_that_did_run_is_not_said_not_to_fit() -> None:
    assert held(replace(REQUEST, batch_size=4), PRIOR, trained(batch_size=4)) == (3, None, None, None)
    failed = trained(batch_size=4, outcome=Outcome.OOM_GPU)
    assert held(replace(REQUEST, batch_size=4), PRIOR, trained(batch_size=4), failed) == (3, 2, 2, 4)


def test_of_the_table_it_is_a_proposal_and_no_warning() -> None:
    found = batch_size(replace(REQUEST, batch_size=32), [])
    assert (found.batch_size, found.grad_accum, found.effective_batch_size) == (4, 8, 32)
    assert found.advice is None
