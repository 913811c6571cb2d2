"""Values out of the cache as a page shows them: text short and without control codes, numbers finite."""

import contextlib
import math
from datetime import datetime
from typing import Any

from ckreg.core.text import one_line

LONGEST = 300
"""Characters of a cell: a note of many pages is none that a table can show."""


def text(value: object, most: int = LONGEST) -> str | None:
    """A value as text on one line, cut where it is too long; None where there is none."""
    if value is None:
        return None
    line = one_line(str(value)[: 4 * most])
    return line if len(line) <= most else f"{line[: most - 1]}…"


def words(value: object, most: int = LONGEST) -> str:
    """The same, where there must be some."""
    return text(value, most) or "-"


def number(value: Any) -> float | None:  # noqa: ANN401  # of a row: SQLite lets any column hold anything
    """A finite number that is not below zero, else None."""
    if isinstance(value, int | float) and math.isfinite(value) and value >= 0:
        return float(value)
    return None


def whole(value: Any) -> int | None:  # noqa: ANN401  # see `number`
    """A whole number that is not below zero, else None."""
    found = number(value)
    return None if found is None else int(found)


def local_time(*values: object) -> datetime | None:
    """The first of the values that is a time, in the local zone without an offset."""
    for value in values:
        with contextlib.suppress(ValueError, OverflowError, OSError):
            told = datetime.fromisoformat(str(value).strip())
            return (told.astimezone() if told.tzinfo else told).replace(tzinfo=None, microsecond=0)
    return None
