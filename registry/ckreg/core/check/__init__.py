"""Checks a document; each rule has a code of its own."""

from ckreg.core.check.problem import Problem, Severity, error
from ckreg.core.check.runs import check_runs
from ckreg.core.check.statuses import check_statuses
from ckreg.core.check.structure import check_rows, check_sections, check_tables, check_title
from ckreg.core.markdown import read
from ckreg.core.summary.parse import summary_of

__all__ = ["Problem", "Severity", "check_document", "unreadable"]


def check_document(text: str, experiment: str) -> list[Problem]:
    """All problems of an experiment's document, by line; `experiment` is its folder's name."""
    document = read(text)
    found = [
        *check_title(document, experiment),
        *check_sections(document),
        *check_tables(document),
        *check_rows(document),
        *check_runs(summary_of(document)),
        *check_statuses(document),
    ]
    return sorted(found, key=lambda problem: (problem.line, problem.column, problem.code))


def unreadable(line: int, message: str) -> Problem:
    """CK001: the document cannot be read at all."""
    return error("CK001", line, message)
