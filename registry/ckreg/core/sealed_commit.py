"""May this commit go in? A sealed plan changes with `Ckreg-Amend: reason` only."""

from typing import NamedTuple

from ckreg.core.seal import broken, canonical_plan_of, read_seal
from ckreg.core.shown.changes import Lines, told
from ckreg.core.summary import parse
from ckreg.core.text import LINE_END
from ckreg.errors import CkregError

_TRAILER = "ckreg-amend:"


class Sides(NamedTuple):
    """An experiment's document and seal as committed, and as the next commit has them."""

    document: str | None
    seal: str | None
    new_document: str | None
    new_seal: str | None


def has_reason(message: str) -> bool:
    """Whether a commit's message says why a plan is amended; comment lines of the editor do not count."""
    return any(
        line.casefold().startswith(_TRAILER) and line[len(_TRAILER) :].strip()
        for line in LINE_END.split(message)
    )


def complaint(sides: Sides, path: str, *, merging: bool) -> str | None:
    """Why a commit without a reason is refused; None where it may go in.

    In a merge the plan may have been amended on the other side: then its new seal fits it.
    """
    if sides.seal is None or sides.new_document is None:
        return None
    try:
        sealed = read_seal(sides.seal, path)
    except CkregError:
        return None  # a seal that is none holds nothing; `ckreg drift` says so
    if merging and sides.new_seal is not None and _fits(sides.new_seal, sides.new_document, path):
        return None
    summary = parse(sides.new_document)
    changed = broken(sealed, summary)
    if changed and not _same_plan(sides.document, sides.new_document):
        return f"{told(changed, Lines(summary), path)}. {_remedy(path)}"
    if sides.new_seal != sides.seal:
        return (
            f"{path}: its plan.seal was {'removed' if sides.new_seal is None else 'changed'}. {_remedy(path)}"
        )
    return None


def _fits(seal: str, document: str, path: str) -> bool:
    try:
        return not broken(read_seal(seal, path), parse(document))
    except CkregError:
        return False


def _same_plan(one: str | None, other: str) -> bool:
    return one is not None and canonical_plan_of(one) == canonical_plan_of(other)


def _remedy(path: str) -> str:
    experiment = path.split("/")[-2]
    return f"The plan is sealed: `ckreg amend {experiment} --reason TEXT` commits it with the reason."
