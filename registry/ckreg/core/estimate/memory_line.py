"""Peak GPU memory as a line over the batch size."""

from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from ckreg.core.estimate.values import usable

Point = tuple[int, float]

_MOST_SIZES = 64


class Line(NamedTuple):
    """Peak memory = `base` + `per_row` x batch size, in GiB: weights and optimiser, and activations."""

    base: float
    per_row: float


def fit(points: Sequence[Point]) -> Line | None:
    """The line through (batch size, peak) by repeated medians (Siegel 1982).

    Of each batch size the median peak counts. The slope is the median over these of the median slope from
    there to the others; the base is the median of what the slope leaves. Up to half of them may be odd before
    the line follows them. None where there is one batch size only, or where the peak does not rise.
    """
    peaks = _medians(points)
    if len(peaks) < 2:  # noqa: PLR2004  # a line has two points
        return None
    per_row = median(median(_slopes(point, peaks)) for point in peaks)
    base = median(peak - per_row * rows for rows, peak in peaks)
    return Line(base, per_row) if usable(per_row) else None


def _medians(points: Sequence[Point]) -> list[Point]:
    """One point a batch size; of very many those nearest to the limit."""
    by_size: dict[int, list[float]] = {}
    for rows, peak in points:
        by_size.setdefault(rows, []).append(peak)
    return [(rows, median(by_size[rows])) for rows in sorted(by_size)[-_MOST_SIZES:]]


def _slopes(point: Point, points: Sequence[Point]) -> list[float]:
    rows, peak = point
    return [(other - peak) / (count - rows) for count, other in points if count != rows]
