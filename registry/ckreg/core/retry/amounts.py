"""Times and amounts of memory as sbatch reads them."""

import re
from math import ceil

_TIME = re.compile(r"(?:(?P<days>\d{1,4})-)?(?P<rest>\d{1,6}(?::\d{1,6}){0,2})")
_MEMORY = re.compile(r"(\d{1,12})([KMGT]?)", re.IGNORECASE)
_MIB = {"K": 1 / 1024, "": 1.0, "M": 1.0, "G": 1024.0, "T": 1024.0**2}
_STEP = 300  # seconds: a time limit is rounded up to 5 minutes, as in estimates
_PLACES = 3


def time_seconds(text: str | None) -> int | None:
    """The seconds of a time limit; None where it is none that sbatch reads, or has no end.

    As sbatch's manual has it: `minutes`, `minutes:seconds`, `hours:minutes:seconds`, `days-hours`,
    `days-hours:minutes`, `days-hours:minutes:seconds`.
    """
    match = _TIME.fullmatch((text or "").strip())
    if match is None:
        return None
    parts = [int(part) for part in match["rest"].split(":")]
    if match["days"] is not None:
        parts += [0] * (_PLACES - len(parts))
    elif len(parts) < _PLACES:
        parts = [0, *parts, *[0] * (2 - len(parts))]
    hours, minutes, seconds = parts
    return (int(match["days"] or 0) * 24 + hours) * 3600 + minutes * 60 + seconds or None


def rounded_up(seconds: float) -> int:
    """Seconds up to the next five minutes."""
    return ceil(seconds / _STEP) * _STEP


def memory_mib(memory: str | None) -> float | None:
    """The MiB of an amount of memory, in MiB where it has no unit; None where it says no amount."""
    match = _MEMORY.fullmatch((memory or "").strip())
    if match is None or int(match[1]) == 0:
        return None
    return int(match[1]) * _MIB[match[2].upper()]


def doubled(memory: str) -> str | None:
    """Twice the memory, in its own unit; None where it says no amount (0 is all that the node has)."""
    match = _MEMORY.fullmatch(memory.strip())
    if match is None or memory_mib(memory) is None:
        return None
    return f"{2 * int(match[1])}{match[2]}"
