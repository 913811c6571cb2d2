"""From values to places on the drawing."""

import math
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """`low` stands at pixel `first`, `high` at pixel `last`; what lies outside stays at the edge."""

    low: float
    high: float
    first: float
    last: float
    log: bool = False

    def __call__(self, value: float) -> float:
        """Where a value stands, in pixels."""
        low, high = self._placed(self.low), self._placed(self.high)
        if not high > low:
            return (self.first + self.last) / 2
        share = (self._placed(value) - low) / (high - low)
        return self.first + min(1.0, max(0.0, share)) * (self.last - self.first)

    def _placed(self, value: float) -> float:
        if not self.log:
            return value
        return math.log(value) if value > 0 else -math.inf


def span(values: Iterable[float]) -> tuple[float, float]:
    """The least and the greatest of those that are numbers; 0 and 1 where there are none."""
    finite = [value for value in values if math.isfinite(value)]
    return (min(finite), max(finite)) if finite else (0.0, 1.0)


def log_span(values: Iterable[float], margin: float = 1.25) -> tuple[float, float]:
    """The least and the greatest of those above zero, with a margin on both sides; 1 and 10 without any."""
    finite = [value for value in values if math.isfinite(value) and value > 0]
    return (min(finite) / margin, max(finite) * margin) if finite else (1.0, 10.0)
