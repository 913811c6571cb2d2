"""Peak GPU memory as a line over the batch size."""

from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from ckreg.core.estimate.values import usable

Point = tuple[int, float]


class Line(NamedTuple):
    """Peak memory = `base` + `per_row` x batch size, in GiB: weights and optimiser, and activations."""

    base: float
    per_row: float


def fit(points: Sequence[Point]) -> Line | None:
    """The line through (batch size, peak) by repeated medians (Siegel 1982).

    The slope is the median over all points of the median slope from there to the points of other batch
    sizes; the base is the median of what the slope leaves. Up to half of the points may be odd before the
    line follows them. None where there is one batch size only, or where the peak does not rise.
    """
    slopes = [median(each) for each in (_slopes(point, points) for point in points) if each]
    if not slopes:
        return None
    per_row = median(slopes)
    base = median(peak - per_row * rows for rows, peak in points)
    return Line(base, per_row) if usable(per_row) else None


def _slopes(point: Point, points: Sequence[Point]) -> list[float]:
    rows, peak = point
    return [(other - peak) / (count - rows) for count, other in points if count != rows]
