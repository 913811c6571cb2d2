"""A finding: what was checked, how it is, and what to do."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How things are; the words are those of the JSON."""

    OK = "ok"
    WARN = "warn"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of `ckreg doctor`; the remedy is empty where all is well."""

    check: str
    state: State
    message: str
    remedy: str = ""


def ok(check: str, message: str) -> Finding:
    """All is well."""
    return Finding(check, State.OK, message)


def warn(check: str, message: str, remedy: str) -> Finding:
    """It works, but somebody should look at it."""
    return Finding(check, State.WARN, message, remedy)


def wrong(check: str, message: str, remedy: str) -> Finding:
    """It does not work, or work may be lost."""
    return Finding(check, State.WRONG, message, remedy)


def worst(findings: Iterable[Finding]) -> State:
    """The worst state among the findings."""
    order = list(State)
    return max((finding.state for finding in findings), key=order.index, default=State.OK)
