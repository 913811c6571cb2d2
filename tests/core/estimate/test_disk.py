"""Disk worked by hand: runs x epochs saved x checkpoint + 20 %."""

import pytest

from ckreg.core.estimate import TrainingRequest, disk
from tests.core.estimate.runs import trained


def test_from_prior_checkpoints() -> None:
    # 4 runs x 2 epochs x 2.3 GiB = 18.4 GiB, + 20 % = 22.08.
    request = TrainingRequest("Llama-3.2-1B-Instruct", epochs=2, runs=4)
    found = disk(request, [trained(checkpoint_gib=2.3)])
    assert (found.checkpoint_gib, found.total_gib, found.preliminary) == (2.3, 22.08, False)
    assert [run.log_path for run in found.basis] == ["slurm-1.out"]


def test_only_the_epochs_that_are_saved_count() -> None:
    request = TrainingRequest("Llama-3.2-1B-Instruct", epochs=5, epochs_saved=1)
    assert disk(request, [trained(checkpoint_gib=2.0)]).total_gib == 2.4


@pytest.mark.parametrize(
    ("model", "checkpoint_gib"),
    [
        ("Llama-3.2-1B", 3),
        ("Llama-3.2-3B", 7),
        ("Llama-2-7b-hf", 20),
        ("mystery", 20),
        ("Llama-3.3-70B", 130.385),
    ],
)
def test_without_prior_runs_the_seeds_upper_end_or_two_bytes_a_parameter(
    model: str, checkpoint_gib: float
) -> None:
    found = disk(TrainingRequest(model), [])
    assert found.checkpoint_gib == checkpoint_gib
    assert found.preliminary


def test_a_size_printed_as_zero_is_below_a_hundredth() -> None:
    # torchtune prints GiB with two digits; an adapter of 0.12 MiB reads "0.00 GiB"
    found = disk(TrainingRequest("Tiny", epochs=2), [trained(model="Tiny", checkpoint_gib=0.0)])
    assert (found.checkpoint_gib, found.preliminary) == (0.005, False)
