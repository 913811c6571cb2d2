"""Checks a document; each rule has a code of its own. The rules are loaded when they are asked for."""

from importlib import import_module
from typing import TYPE_CHECKING

from ckreg.core.check.problem import Problem, Severity

if TYPE_CHECKING:
    from ckreg.core.check.document import check_document
    from ckreg.core.check.rule import RULES, Rule
    from ckreg.core.check.selection import Selection, codes_in
    from ckreg.core.check.subject import Beside, Subject

__all__ = [
    "RULES",
    "Beside",
    "Problem",
    "Rule",
    "Selection",
    "Severity",
    "Subject",
    "check_document",
    "codes_in",
]


def __getattr__(name: str) -> object:
    """Everything but the problems, from its room; all of it wants the rules to be loaded."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("ckreg.core.check.document"), name)
