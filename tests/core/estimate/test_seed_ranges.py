"""The ranges of the description, written out once more."""

import pytest

from ckreg.core.estimate.seed_table import size_class

MINUTE, HOUR = 60, 3600


@pytest.mark.parametrize(
    ("model", "low", "high"),
    [
        ("Llama-3.2-1B", 30 * MINUTE, 60 * MINUTE),
        ("Llama-3.2-3B", 1 * HOUR, 2 * HOUR),
        ("Llama-2-7b", 3 * HOUR, 5 * HOUR),
    ],
)
def test_an_epoch_takes_what_is_typical_of_the_size(model: str, low: int, high: int) -> None:
    assert size_class(model).epoch_seconds == (low, high)


@pytest.mark.parametrize(
    ("model", "low", "high"), [("Llama-3.2-1B", 2, 3), ("Llama-3.2-3B", 6, 7), ("Llama-2-7b", 14, 20)]
)
def test_a_checkpoint_is_as_large_as_is_typical_of_the_size(model: str, low: int, high: int) -> None:
    assert size_class(model).checkpoint_gib == (low, high)


@pytest.mark.parametrize(
    ("model", "gpu_80", "gpu_40", "packed"),
    [("Llama-3.2-1B", (4, 8), (2, 4), 4), ("Llama-3.2-3B", (2, 4), (2, 2), 2)],
)
def test_batch_sizes_by_gpu_memory(
    model: str, gpu_80: tuple[int, int], gpu_40: tuple[int, int], packed: int
) -> None:
    row = size_class(model)
    assert (row.batch_80, row.batch_40, row.batch_packed) == (gpu_80, gpu_40, packed)
