"""A problem found in a document: its code, place and remedy."""

from enum import StrEnum
from typing import NamedTuple


class Severity(StrEnum):
    """An error makes `check` fail and the hook refuse; a warning is shown."""

    ERROR = "error"
    WARNING = "warning"


class Problem(NamedTuple):
    """`line` and `column` are 1-based; `fixable` says that a safe fix is known."""

    code: str
    severity: Severity
    line: int
    column: int
    message: str
    fixable: bool = False


def error(code: str, line: int, message: str, column: int = 1) -> Problem:
    """A problem that must be mended."""
    return Problem(code, Severity.ERROR, line, column, message)


def warning(code: str, line: int, message: str, column: int = 1) -> Problem:
    """A problem that should be looked at."""
    return Problem(code, Severity.WARNING, line, column, message)
