"""An axis of moments: seconds since the first of them, with round dates as its marks."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from ckreg.core.plots.scales import Scale
from ckreg.core.plots.ticks import date_labels, date_ticks

_LEAST = 60.0  # seconds that an axis shows at least


class Dates:
    """The span of some moments, all local and naive, with a little room on both sides.

    `whole` is the seconds from the first to the last, at least a minute.
    """

    def __init__(self, moments: Iterable[datetime], room: float = 0.02) -> None:
        known = sorted(moments)
        self.origin = known[0]
        self.whole = max(_LEAST, (known[-1] - known[0]).total_seconds())
        self.low = -self.whole * room
        self.high = self.whole * (1 + room)

    def seconds(self, at: datetime) -> float:
        """Seconds after the first moment."""
        return (at - self.origin).total_seconds()

    def scale(self, first: float, last: float) -> Scale:
        """The axis between two pixels."""
        return Scale(self.low, self.high, first, last)

    def ticks(self, most: int = 6) -> tuple[tuple[float, str], ...]:
        """Places in seconds and their words."""
        try:
            ticks = date_ticks(self._moment(self.low), self._moment(self.high), most)
        except OverflowError:  # the first or the last year that there is
            return ()
        return tuple(
            (self.seconds(tick), words) for tick, words in zip(ticks, date_labels(ticks), strict=True)
        )

    def _moment(self, seconds: float) -> datetime:
        return self.origin + timedelta(seconds=seconds)
