"""Values out of JSON that anybody may have written; what is of another type is not there."""

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime

MOST = 1e100
"""Larger numbers are no score, and their squares would be no numbers."""
_MOST_SAMPLES = 2**53
_LONGEST = 400

Values = Mapping[str, object]


def object_in(text: str) -> Values:
    """The JSON object that a text is.

    Raises:
        ValueError: it is none; the message says why, without a place.
    """
    try:
        values = json.loads(text)
    except RecursionError:
        raise ValueError("its JSON is nested too deeply") from None
    except ValueError as error:
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise ValueError(f"it is no JSON{where}") from None
    if not isinstance(values, dict):
        raise ValueError("it is no JSON object")  # noqa: TRY004  # the text is wrong, not our types
    return values


def mapping(values: Values, key: str) -> Values:
    """The object of that name, an empty one where there is none."""
    value = values.get(key)
    return value if isinstance(value, dict) else {}


def listed(values: Values, key: str) -> list[object]:
    """The list of that name, an empty one where there is none."""
    value = values.get(key)
    return value if isinstance(value, list) else []


def text(values: Values, key: str) -> str | None:
    """The text of that name, of a sensible length."""
    value = values.get(key)
    return value if isinstance(value, str) and 0 < len(value) <= _LONGEST else None


def number(value: object) -> float | None:
    """A finite number, as a score is one."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if -MOST < value < MOST and math.isfinite(value) else None


def error_of(value: object) -> float | None:
    """A standard error: a number that is not negative."""
    found = number(value)
    return found if found is not None and found >= 0 else None


def count(value: object) -> int | None:
    """How many there are of something."""
    fits = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _MOST_SAMPLES
    return value if fits else None  # type: ignore[return-value]  # it is an int


def moment(value: object) -> str | None:
    """A time in ISO 8601 with UTC's offset, out of such a text or of seconds since 1970."""
    try:
        if isinstance(value, str):
            found = datetime.fromisoformat(value)
            found = found.astimezone(UTC) if found.tzinfo else found
        else:
            seconds = number(value)
            found = datetime.fromtimestamp(seconds, UTC) if seconds else None  # type: ignore[assignment]
    except (ValueError, OverflowError, OSError):
        return None
    return found.isoformat(timespec="seconds") if found else None
