"""Mends a document: applies the safe fixes of its problems, again and again until none is left."""

from collections.abc import Sequence

from ckreg.core.check import Beside, Problem, Selection, check_document
from ckreg.core.text import Splice, spliced

_MOST_ROUNDS = 5


def fixed(text: str, experiment: str, beside: Beside, selection: Selection) -> tuple[str, list[Problem]]:
    """The text with every safe fix of the selected rules, and the problems that were mended."""
    mended: list[Problem] = []
    for _ in range(_MOST_ROUNDS):
        found = check_document(text, experiment, beside)
        chosen = _apart([problem for problem in found if problem.fix and selection.includes(problem)])
        if not chosen:
            break
        text = spliced(text, [splice for problem in chosen for splice in problem.fix])
        mended += chosen
    return text, mended


def _apart(problems: Sequence[Problem]) -> list[Problem]:
    """Those whose fixes do not touch each other; the others have their turn in the next round."""
    chosen: list[Problem] = []
    taken: list[Splice] = []
    for problem in problems:
        if all(one.end < other.start or other.end < one.start for one in problem.fix for other in taken):
            chosen.append(problem)
            taken += problem.fix
    return chosen
