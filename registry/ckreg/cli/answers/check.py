"""What `ckreg check --json` prints: the problems, or with --fix --dry-run the files that would change."""

from collections.abc import Iterable
from typing import TypeAlias, TypedDict

from ckreg.cli.answers import Change
from ckreg.commands.check import Finding, Mended
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


class Planned(TypedDict):
    """What `--fix` would change, with --dry-run."""

    files: list[Change]


Answer: TypeAlias = list[Problem] | Planned


def planned(mended: Iterable[Mended]) -> Planned:
    """The answer of `ckreg check --fix --dry-run`."""
    return {"files": [{"path": file.path, "before": file.before, "after": file.after} for file in mended]}


def problems(found: Iterable[Finding]) -> list[Problem]:
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
