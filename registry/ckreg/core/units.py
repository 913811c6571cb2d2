"""Seconds, GiB and counts as people write them."""

_MINUTE = 60
_HOUR = 3600


def duration(seconds: float) -> str:
    """Seconds in words: `45 s`, `16 min`, `1 h 05 min`, `31 h`; from ten hours on without minutes."""
    if seconds < 1.5 * _MINUTE:
        return f"{seconds:.0f} s"
    minutes = round(seconds / _MINUTE)
    hours, minutes = divmod(minutes, 60)
    if not hours:
        return f"{minutes} min"
    return f"{hours} h {minutes:02d} min" if hours < 10 else f"{round(seconds / _HOUR):,} h"  # noqa: PLR2004


def brief(seconds: float) -> str:
    """Seconds in at most seven characters, for tables that are narrow: `45 s`, `16 min`, `1 h 05`, `31 h`."""
    words = duration(seconds)
    return words.removesuffix(" min") if " h " in words else words


def clock_time(seconds: float) -> str:
    """Seconds as Slurm writes a time limit: `H:MM:SS`."""
    minutes, second = divmod(round(seconds), 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour}:{minute:02d}:{second:02d}"


def gib(amount: float) -> str:
    """GiB (1024^3 bytes) with as many digits as matter: `0.09 GiB`, `2.3 GiB`, `41 GiB`."""
    digits = 2 if amount < 1 else 1 if amount < 10 else 0  # noqa: PLR2004
    return f"{amount:,.{digits}f} GiB"


def size(count_of_bytes: int) -> str:
    """A file's size in binary units: `655.0 KiB`."""
    amount = float(count_of_bytes)
    for unit in ("B", "KiB", "MiB"):
        if amount < 1024:  # noqa: PLR2004
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{amount:,.1f} GiB"


def counted(number: int, noun: str) -> str:
    """A number of things: `1 log`, `8,000 logs`."""
    return f"{count(number)} {noun}{'' if number == 1 else 's'}"


def count(number: int) -> str:
    """A whole number with thousands apart: `8,000`."""
    return f"{number:,}"
