"""Where an axis has its marks: round numbers, round times, and the words beside them."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

_MINUTE = 60
_HOUR = 3600
_DAY = 86400
_ROUND = (1.0, 2.0, 5.0, 10.0)
# Seconds that people count in.
_ROUND_TIMES = (
    *(1, 2, 5, 10, 20, 30),
    *(_MINUTE * n for n in (1, 2, 5, 10, 20, 30)),
    *(_HOUR * n for n in (1, 2, 4, 8, 12)),
    *(_DAY * n for n in (1, 2, 4, 7, 14, 30, 60, 120, 365, 730, 1825, 3650)),
)
_DATE_STEPS = (
    *(_MINUTE * n for n in (1, 5, 15, 30)),
    *(_HOUR * n for n in (1, 3, 6, 12)),
    *(_DAY * n for n in (1, 2, 7, 14)),
)
_MONTH_STEPS = (1, 3, 6, 12, 24, 60, 120)
_DAYS_A_MONTH = 30.44


def linear_ticks(low: float, high: float, about: int = 5) -> tuple[float, ...]:
    """Multiples of 1, 2 or 5 times a power of ten within the two, about as many as asked for."""
    if not high > low:
        return (low,)
    step = round_step((high - low) / about)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return tuple(_clean(n * step) for n in range(first, last + 1))


def round_step(rough: float) -> float:
    """The nearest of 1, 2, 5 or 10 times a power of ten that is not below."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next((n * power for n in _ROUND if n * power >= rough * (1 - 1e-9)), 10 * power)


def widened(low: float, high: float, about: int = 5) -> tuple[float, float]:
    """The span stretched to full steps, so that the first and the last tick end the axis."""
    if not high > low:
        margin = abs(low) * 0.1 or 1.0
        return low - margin, high + margin
    step = round_step((high - low) / about)
    return _clean(math.floor(low / step + 1e-9) * step), _clean(math.ceil(high / step - 1e-9) * step)


def log_ticks(low: float, high: float) -> tuple[float, ...]:
    """Powers of ten within the two; with 2 and 5 times those where there are few."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    factors = (1, 2, 5) if len(powers) <= 4 else (1,)  # noqa: PLR2004
    ticks = (_clean(factor * 10.0**power) for power in powers for factor in factors)
    return tuple(tick for tick in ticks if low <= tick <= high)


def duration_ticks(low: float, high: float, most: int = 7) -> tuple[float, ...]:
    """Times in seconds that people count in, for a log scale; every n-th where there are many."""
    inside = [float(seconds) for seconds in _ROUND_TIMES if low <= seconds <= high]
    return tuple(inside[:: max(1, math.ceil(len(inside) / most))])


def duration_label(seconds: float) -> str:
    """A round time in few letters: `30 s`, `5 min`, `2 h`, `7 d`."""
    for size, unit in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min")):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.3g} s"


def number_label(value: float) -> str:
    """A tick's number in few characters: `0.25`, `1,500`, `20k`, `3M`, `1e-05`."""
    size = abs(value)
    for least, unit in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if least <= size < 1e12:  # noqa: PLR2004
            divisor = 1e3 if unit == "k" else least
            return f"{value / divisor:.4g}{unit}"
    return f"{value:,.0f}" if value == round(value) and size < 1e4 else f"{value:.4g}"  # noqa: PLR2004


def date_ticks(first: datetime, last: datetime, most: int = 6) -> tuple[datetime, ...]:
    """Round moments within the two: full quarters of an hour, hours, midnights, firsts of a month."""
    seconds = (last - first).total_seconds()
    for step in _DATE_STEPS:
        if seconds / step <= most:
            return _every(first, last, timedelta(seconds=step))
    months = seconds / _DAY / _DAYS_A_MONTH
    step = next((n for n in _MONTH_STEPS if months / n <= most), math.ceil(months / most / 12) * 12)
    return _months(first, last, step)


def _every(first: datetime, last: datetime, step: timedelta) -> tuple[datetime, ...]:
    # Counted from a Monday, so that weeks begin on one.
    start = datetime(1970, 1, 5, tzinfo=first.tzinfo)
    tick = start - ((start - first) // step) * step
    ticks = []
    while tick <= last:
        if tick >= first:
            ticks.append(tick)
        tick += step
    return tuple(ticks)


def _months(first: datetime, last: datetime, step: int) -> tuple[datetime, ...]:
    month = (first.year * 12 + first.month - 1) // step * step
    ticks = []
    while month < 12 * 9999:
        tick = datetime(month // 12, month % 12 + 1, 1, tzinfo=first.tzinfo) if month >= 12 else first  # noqa: PLR2004
        if tick > last:
            break
        if tick >= first:
            ticks.append(tick)
        month += step
    return tuple(ticks)


def date_labels(ticks: Sequence[datetime]) -> tuple[str, ...]:
    """As much of each moment as tells it from the others: `14:00`, `22 Oct`, `22 Oct 14:00`, `Oct 2025`."""
    labels = []
    for place, tick in enumerate(ticks):
        before = ticks[place - 1] if place else None
        labels.append(_date_label(tick, before, midnights=all(_midnight(other) for other in ticks)))
    return tuple(labels)


def _date_label(tick: datetime, before: datetime | None, *, midnights: bool) -> str:
    day = f"{tick.day} {tick:%b}"
    year = f" {tick.year:04d}" if before is None or before.year != tick.year else ""
    if midnights:
        return f"{day}{year}"
    return f"{tick:%H:%M}" if before is not None and before.date() == tick.date() else f"{day} {tick:%H:%M}"


def _midnight(moment: datetime) -> bool:
    return (moment.hour, moment.minute, moment.second) == (0, 0, 0)


def _clean(value: float) -> float:
    """Without the dust of adding tenths: 0.30000000000000004 is 0.3."""
    return float(f"{value:.12g}")
