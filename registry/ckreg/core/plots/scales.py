"""From values to places on the drawing."""

import math
from collections.abc import Iterable


class Scale:
    """`low` stands at pixel `first`, `high` at pixel `last`; what lies outside stays at the edge."""

    __slots__ = ("_edges", "_shift", "_slope", "high", "log", "low")

    def __init__(self, low: float, high: float, first: float, last: float, *, log: bool = False) -> None:
        self.low, self.high, self.log = low, high, log
        begin, end = self._placed(low), self._placed(high)
        self._edges = min(first, last), max(first, last)
        if end > begin:
            self._slope = (last - first) / (end - begin)
            self._shift = first - begin * self._slope
        else:
            self._slope, self._shift = 0.0, (first + last) / 2

    def __call__(self, value: float) -> float:
        """Where a value stands, in pixels."""
        least, most = self._edges
        if self.log:
            if value <= 0:
                return self(self.low)
            value = math.log(value)
        return min(most, max(least, self._shift + value * self._slope))

    def _placed(self, value: float) -> float:
        return math.log(value) if self.log else value


def span(values: Iterable[float]) -> tuple[float, float]:
    """The least and the greatest of those that are numbers; 0 and 1 where there are none."""
    finite = [value for value in values if math.isfinite(value)]
    return (min(finite), max(finite)) if finite else (0.0, 1.0)


def log_span(values: Iterable[float], margin: float = 1.25) -> tuple[float, float]:
    """The least and the greatest of those above zero, with a margin on both sides; 1 and 10 without any."""
    finite = [value for value in values if math.isfinite(value) and value > 0]
    return (min(finite) / margin, max(finite) * margin) if finite else (1.0, 10.0)
