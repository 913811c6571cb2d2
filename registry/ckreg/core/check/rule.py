"""What a rule is: a code, a severity, a title, and a function that finds where a document breaks it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from ckreg.core.check.problem import Problem, Severity
from ckreg.core.check.subject import Subject
from ckreg.core.text import Splice

ERROR, WARNING = Severity.ERROR, Severity.WARNING


class Found(NamedTuple):
    """Where a rule is broken, and what to say of it; see `Problem`."""

    line: int
    message: str
    column: int = 1
    fix: tuple[Splice, ...] = ()
    file: str | None = None


Finder = Callable[[Subject], Iterable[Found]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule; its finder's docstring explains it and has an example of each kind (see `examples`)."""

    code: str
    severity: Severity
    title: str
    find: Finder

    def problems(self, subject: Subject) -> Iterator[Problem]:
        """Where this document breaks the rule."""
        for line, message, column, fix, file in self.find(subject):
            yield Problem(self.code, self.severity, line, column, message, bool(fix), fix, file)


RULES: dict[str, Rule] = {}
"""All rules by code, in the order of their codes once `ckreg.core.check` is imported."""


def rule(code: str, severity: Severity, title: str) -> Callable[[Finder], Finder]:
    """Make a function a rule."""

    def register(find: Finder) -> Finder:
        RULES[code] = Rule(code, severity, title, find)
        return find

    return register
