"""What `ckreg check --json` prints."""

from collections.abc import Iterable
from typing import TypeAlias, TypedDict

from ckreg.commands.check import Finding
from ckreg.core.check import Severity


class Problem(TypedDict):
    """A problem in a document; `ckreg check --explain CODE` explains it, `--fix` mends what is fixable."""

    code: str
    severity: Severity
    path: str
    line: int
    column: int
    message: str
    fixable: bool


Answer: TypeAlias = list[Problem]


def problems(found: Iterable[Finding]) -> Answer:
    """The answer of `ckreg check`."""
    return [
        {
            "code": problem.code,
            "severity": problem.severity,
            "path": path,
            "line": problem.line,
            "column": problem.column,
            "message": problem.message,
            "fixable": problem.fixable,
        }
        for path, problem in found
    ]
