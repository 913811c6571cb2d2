"""Checks a document by all rules."""

from ckreg.core.check.ignoring import ignored_in, unknown_codes
from ckreg.core.check.problem import Problem, Severity
from ckreg.core.check.rule import RULES, Rule
from ckreg.core.check.rules import (
    epochs,
    estimates,
    evaluations,
    files,
    matrix,
    names,
    resources,
    runs,
    settings,
    statuses,
    structure,
    times,
)
from ckreg.core.check.selection import Selection, codes_in
from ckreg.core.check.subject import Beside, Subject

__all__ = ["ROOMS", "RULES", "Beside", "Rule", "Selection", "Subject", "check_document", "codes_in"]

ROOMS = (
    structure,
    names,
    runs,
    settings,
    statuses,
    times,
    matrix,
    evaluations,
    epochs,
    estimates,
    resources,
    files,
)
"""The rules' modules; importing them fills `RULES`."""


def check_document(text: str, experiment: str, beside: Beside = Beside()) -> list[Problem]:  # noqa: B008  # frozen
    """All problems of an experiment's document, by line; `experiment` is its folder's name."""
    subject = Subject(text, experiment, beside)
    comments = ignored_in(subject)
    found = [
        problem
        for rule in RULES.values()
        for problem in rule.problems(subject)
        if not any(comment.holds_for(problem) for comment in comments)
    ]
    found += [_unknown_code(line, code) for line, code in unknown_codes(comments)]
    return sorted(found, key=lambda problem: (problem.file or "", problem.line, problem.column, problem.code))


def _unknown_code(line: int, code: str) -> Problem:
    """CK801: a comment ignores what no rule finds."""
    said = f"no rule has the code {code!r}" if code else "the comment says no code: `ckreg: ignore CK203`"
    return Problem("CK801", Severity.WARNING, line, 1, said)
