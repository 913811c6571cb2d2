"""A sealed plan as history holds it: it changes with `Ckreg-Amend: reason`, or by a revert to what it was."""

from typing import NamedTuple

from ckreg.core.guard.message import Words
from ckreg.core.guard.reading import parsed
from ckreg.core.seal import broken, read_seal
from ckreg.core.shown.canonical import Tree, canonical_plan
from ckreg.core.shown.changes import Lines, told
from ckreg.core.shown.reading import shown_in
from ckreg.errors import CkregError


class Sides(NamedTuple):
    """An experiment's document and seal as committed, and as the next commit has them."""

    document: str | None
    seal: str | None
    new_document: str | None
    new_seal: str | None


def plan_fault(sides: Sides, path: str, words: Words, *, merging: bool) -> str | None:
    """Why a commit is refused that changes a sealed plan; None where it may go in.

    In a merge the plan may have been amended on the other side: then its new seal fits it.
    """
    if sides.seal is None or sides.new_document is None or words.amends or words.reverts:
        return None
    try:
        sealed = read_seal(sides.seal, path)
    except CkregError:
        return None  # a seal that is none holds nothing; `ckreg drift` says so
    if merging and sides.new_seal is not None and _fits(sides.new_seal, sides.new_document, path):
        return None
    summary = parsed(sides.new_document)
    changed = broken(sealed, summary)
    if changed and not same_plan(sides.document, sides.new_document):
        return f"{told(changed, Lines(summary), path)}. {_remedy(path)}"
    if sides.new_seal != sides.seal:
        return (
            f"{path}: its plan.seal was {'removed' if sides.new_seal is None else 'changed'}. {_remedy(path)}"
        )
    return None


def same_plan(one: str | None, other: str | None) -> bool:
    """Whether two documents show the same plan; there may be none."""
    if one is None or other is None:
        return one is other
    return one == other or _plan(one) == _plan(other)


def _plan(document: str) -> Tree:
    return canonical_plan(shown_in(parsed(document)))


def _fits(seal: str, document: str, path: str) -> bool:
    try:
        return not broken(read_seal(seal, path), parsed(document))
    except CkregError:
        return False


def _remedy(path: str) -> str:
    experiment = path.split("/")[-2]
    return f"The plan is sealed: `ckreg amend {experiment} --reason TEXT` commits it with the reason."
