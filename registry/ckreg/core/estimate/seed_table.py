"""What to expect where nothing was measured: the seed's tables, by the size in the model's name."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

_UNITS = {"m": 1e-3, "b": 1.0, "t": 1e3}
# `8x7B` is eight experts of seven; a number glued to other letters (`A100`, `v3b1`) is no size.
_SIZE = re.compile(
    r"(?<![A-Za-z0-9.])(?:(\d{1,3})x)?(\d{1,5}(?:\.\d{1,3})?)([MBT])(?![A-Za-z0-9])", re.IGNORECASE
)


class Range(NamedTuple):
    """From `low` to `high`."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class SizeClass:
    """One row of the seed's tables.

    `epoch_seconds`: "Typical ranges" of "Time Estimates" (1B: 30-60 min/epoch, 3B: 1-2 hours/epoch,
    7B+: 3-5 hours/epoch). `checkpoint_gib`: "Typical checkpoint sizes" (1B: ~2-3, 3B: ~6-7, 7B: ~14-20 GiB).
    `batch_80`, `batch_40`: "Batch Size Guidance" without prior data, by GPU memory (80GB GPU: 4-8 (1B),
    2-4 (3B); 40GB GPU: 2-4 (1B), 2 (3B)); `batch_packed`: "Start conservative: batch_size=4 (1B), 2 (3B)".
    For 7B and more the seed has no batch size, only "start small": 1.
    """

    label: str
    epoch_seconds: Range
    checkpoint_gib: Range
    batch_80: Range
    batch_40: Range
    batch_packed: int


SIZE_1B = SizeClass("1B", Range(1800, 3600), Range(2, 3), Range(4, 8), Range(2, 4), 4)
SIZE_3B = SizeClass("3B", Range(3600, 7200), Range(6, 7), Range(2, 4), Range(2, 2), 2)
SIZE_7B = SizeClass("7B+", Range(10800, 18000), Range(14, 20), Range(1, 1), Range(1, 1), 1)
# A model whose name tells no size may be any of them: the widest range, the smallest batch.
UNKNOWN_SIZE = SizeClass("unknown size", Range(1800, 18000), Range(2, 20), Range(1, 1), Range(1, 1), 1)

EVALUATION_SECONDS = Range(60, 300)
"""The seed's "Evaluation time": "Typically 1-5 minutes per evaluation"."""

EVALUATION_SPEEDUP = 2.5
"""The seed's "Inference-only: ~2-3x faster than training", its middle."""

PACKING = Range(2, 4)
"""Samples in a packed row: the seed's "Reduces effective batch size by 2-4x"."""


@lru_cache(maxsize=4096)
def billions(model: str) -> float | None:
    """Parameters in billions as the model's name gives them: `Llama-3.2-1B-Instruct` 1, `SmolLM-135M` 0.135.

    `None` where the name gives none; `8x7B` counts all experts.
    """
    match = _SIZE.search(model.replace("_", "-"))
    if not match:
        return None
    experts, number, unit = match.groups()
    size = int(experts or 1) * float(number) * _UNITS[unit.lower()]
    return size or None


def size_class(model: str) -> SizeClass:
    """The row of the seed's tables for a model: 1B up to 2 billion parameters, 3B below 5, 7B+ from there."""
    size = billions(model)
    if size is None:
        return UNKNOWN_SIZE
    return SIZE_1B if size <= 2 else SIZE_3B if size < 5 else SIZE_7B  # noqa: PLR2004  # edges between rows
