"""A problem found in a document: its code, place and remedy."""

from enum import StrEnum
from typing import NamedTuple

from ckreg.core.text import Splice


class Severity(StrEnum):
    """An error makes `check` fail and the hook refuse; a warning is shown."""

    ERROR = "error"
    WARNING = "warning"


class Problem(NamedTuple):
    """`line` and `column` are 1-based; `fixable` says that a safe fix is known.

    `fix` is that fix, as splices of the document's text. `file` names a file beside the document, where the
    problem is in that one.
    """

    code: str
    severity: Severity
    line: int
    column: int
    message: str
    fixable: bool = False
    fix: tuple[Splice, ...] = ()
    file: str | None = None
