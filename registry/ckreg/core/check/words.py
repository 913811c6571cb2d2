"""Reads numbers, epochs, sizes and times as people write them in a document."""

import re
from collections.abc import Iterator
from functools import lru_cache

from ckreg.core.markdown import unmarked

_WHOLE = re.compile(r"(\d{1,15})(\s.*)?")
_CELL = re.compile(r"[✓✔xX]?\s*(?:epochs?\s*)?((?:\d{1,9}|best)(?:\s*,\s*(?:\d{1,9}|best))*)?")
# Bounded, and begun only where a number begins: a line may have ten megabytes of digits.
_AMOUNT = r"(?<![\d,.])((?:\d[\d,]{0,20})?\.?\d{1,20})\s{0,9}"
_SIZE = re.compile(_AMOUNT + r"([KMGT])i?B\b")
_GIB = {"K": 2**-20, "M": 2**-10, "G": 1.0, "T": 2.0**10}
_PART = re.compile(_AMOUNT + r"(s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?)\b")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def values_of(text: str) -> list[str]:
    """The values of a setting: one, a list, or one a model (`A: 4, B: 2`)."""
    return [unmarked(part.rpartition(": ")[2]) for part in unmarked(text).split(", ")]


@lru_cache(maxsize=1024)
def whole_numbers(text: str) -> tuple[int, ...] | None:
    """The whole numbers of a setting, None where any part of it is none."""
    found = [_WHOLE.fullmatch(value) for value in values_of(text)]
    numbers = tuple([int(match[1]) for match in found if match])
    return numbers if len(numbers) == len(found) else None


@lru_cache(maxsize=1024)
def epochs_of(cell: str) -> tuple[str, ...] | None:
    """The epochs of a matrix cell, `✓ epoch 0,1`; none for `✓`, None where it is not understood."""
    found = _CELL.fullmatch(unmarked(cell))
    return tuple(re.findall(r"\d+|best", found[1] or "")) if found else None


def epoch_of(cell: str | None) -> str | None:
    """The epoch of a Status row; what `best` turned out to be is left away."""
    epoch = unmarked(cell) if cell else None
    return "best" if epoch and epoch.startswith("best") else epoch


def gib_of(text: str) -> float | None:
    """A size in GiB (1024^3 bytes; GB are taken for GiB, as people mean them)."""
    found = _SIZE.search(text)
    return float(found[1].replace(",", "")) * _GIB[found[2]] if found else None


def span_of(text: str) -> tuple[float, float] | None:
    """The seconds that a rounded time, `1 h 05 min`, may stand for: half of its last unit either way."""
    parts = list(_parts(text))
    if not parts:
        return None
    total, last = sum(seconds for seconds, _ in parts), parts[-1][1]
    return total - last / 2, total + last / 2


def _parts(text: str) -> Iterator[tuple[float, float]]:
    """Each part's seconds, and what one of its last digit is."""
    for number, unit in _PART.findall(text):
        digits = len(number.partition(".")[2])
        seconds = _SECONDS[unit[0]]
        yield float(number.replace(",", "")) * seconds, seconds / 10**digits
