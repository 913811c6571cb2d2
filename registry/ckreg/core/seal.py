"""The seal of a plan: the plan itself in canonical form with its hash, and that of its estimates.

It has no date and no person, which its commit has: equal plans give equal bytes.
"""

import hashlib
import json
from dataclasses import dataclass

from ckreg.core.shown.canonical import Tree, canonical_json, canonical_plan
from ckreg.core.shown.changes import Change, changes
from ckreg.core.shown.reading import shown_in
from ckreg.core.summary import Summary, parse
from ckreg.core.text import LINE_END
from ckreg.errors import MalformedError

SEAL = "plan.seal"


@dataclass(frozen=True, slots=True)
class Seal:
    """What `plan.seal` holds; `estimates` is None where there was no `estimates.json`."""

    hash: str
    estimates: str | None
    plan: dict[str, Tree]

    @property
    def text(self) -> str:
        """The file's text: JSON with sorted names."""
        told = {"hash": self.hash, "estimates": self.estimates, "plan": self.plan}
        return json.dumps(told, ensure_ascii=False, sort_keys=True, indent=1) + "\n"


def seal_of(document: str, estimates: str | None, where: str) -> Seal:
    """The seal of a document's plan.

    Raises:
        MalformedError: the document shows no runs, so that there is no plan to seal.
    """
    return seal_plan(parse(document), estimates, where)


def seal_plan(summary: Summary, estimates: str | None, where: str) -> Seal:
    """The same of a document that was read already."""
    if not summary.runs:
        raise MalformedError(
            f"{where} shows no plan: there is no row under 'All Runs'. `ckreg check` says more."
        )
    plan = canonical_plan(shown_in(summary))
    return Seal(plan_hash(plan), None if estimates is None else text_hash(estimates), plan)


def read_seal(text: str, where: str) -> Seal:
    """The seal that a file holds.

    Raises:
        MalformedError: it is no seal, or was changed by hand: its hash is not that of its plan.
    """
    try:
        told = json.loads(text)
        plan, said, estimates = told["plan"], told["hash"], told["estimates"]
        sound = isinstance(plan, dict) and isinstance(estimates, str | None) and said == plan_hash(plan)
    except (ValueError, TypeError, KeyError, RecursionError):
        sound = False
    if not sound:
        raise MalformedError(
            f"{where} is no seal, or was changed: its hash is not that of its plan. "
            f"`git log -- {where}` has the earlier one; `git restore` brings it back."
        )
    return Seal(said, estimates, plan)


def plan_hash(plan: Tree) -> str:
    """SHA-256 of the canonical JSON in UTF-8: `jq -jcS .plan plan.seal | sha256sum` gives it, too."""
    return _hash(canonical_json(plan))


def broken(seal: Seal, summary: Summary) -> list[Change]:
    """How the plan of a document differs from the sealed one."""
    return changes(seal.plan, canonical_plan(shown_in(summary)))


def text_hash(text: str) -> str:
    """SHA-256 of a text; line endings do not count: git may change them on the way."""
    return _hash(LINE_END.sub("\n", text))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
