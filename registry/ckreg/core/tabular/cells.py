"""What a cell says, and which columns are numbers."""

from collections.abc import Sequence

from ckreg.core.text import printable

_DIGITS = 6
_LONGEST_WHOLE = 1e15


def shown(value: object, none: str = "-", digits: int = _DIGITS) -> str:
    """A value as people read it, on one line: so many digits of what is not whole, no control codes."""
    if value is None:
        return none
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _number(value, digits)
    return printable(str(value))


def _number(value: float, digits: int) -> str:
    short = f"{value:.{digits}g}"
    return f"{value:.0f}" if "e+" in short and abs(value) < _LONGEST_WHOLE else short


def numeric_columns(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> set[int]:
    """The places of the columns that hold only numbers, and at least one: they are right-aligned."""
    return {place for place in range(len(columns)) if _numeric([row[place] for row in rows])}


def _numeric(values: Sequence[object]) -> bool:
    told = [value for value in values if value is not None]
    return bool(told) and all(isinstance(value, int | float) for value in told)
