"""Judges one commit of one experiment against each of its parents.

A merge brings what both sides did. Where it differs from one parent in a way that would be refused, it may
still have taken the other's part: that is so unless the other side had left it as it was before both.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from ckreg.core.guard.message import Words
from ckreg.core.guard.plans import Sides, plan_fault, same_plan
from ckreg.core.guard.reading import parsed
from ckreg.core.guard.statuses import Fault, Rows, status_faults, status_rows
from ckreg.core.summary.rows import RowKey

_SHOWN = 5


class Version(NamedTuple):
    """An experiment in one commit: its document and seal, and whether anything is in its folder at all."""

    document: str | None
    seal: str | None
    folder: bool


NOTHING = Version(None, None, folder=False)
Base = Callable[[int, int], Version]


def judged(path: str, after: Version, parents: Sequence[Version], words: Words, base: Base) -> list[str]:
    """Why a commit is refused, a sentence each with file and line; empty where it may go in.

    `path` is the document's; `base(p, q)` is the experiment where the parents of these numbers parted.
    """
    found: dict[str, None] = {}
    for number, parent in enumerate(parents):
        if parent != after:
            held = _Held(path, after, parents, number, base)
            found.update(dict.fromkeys(_faults(held, words)))
    return [*found]


class _Held(NamedTuple):
    """One parent of a commit, beside the others."""

    path: str
    after: Version
    parents: Sequence[Version]
    number: int
    base: Base

    @property
    def parent(self) -> Version:
        return self.parents[self.number]

    def taken(self, same: Callable[[Version, Version], bool]) -> bool:
        """Whether the commit took what another parent did, in the part that `same` compares."""
        return any(
            same(self.after, other) and self._did(other, number, same)
            for number, other in enumerate(self.parents)
            if number != self.number
        )

    def _did(self, other: Version, number: int, same: Callable[[Version, Version], bool]) -> bool:
        before = self.base(self.number, number)
        return not same(other, before) or same(self.parent, before)


def _faults(held: _Held, words: Words) -> Iterator[str]:
    if held.parent.document is None:
        return
    if held.after.document is None:
        # A whole folder may go: that is no slip, and git keeps it.
        if held.after.folder and not (words.reverts or words.amends or held.taken(_same_document)):
            yield (
                f"{held.path}: the document is gone, and with it every status, but not its folder. "
                f"Put it back, or remove the whole folder."
            )
        return
    sides = Sides(held.parent.document, held.parent.seal, held.after.document, held.after.seal)
    fault = plan_fault(sides, held.path, words, merging=len(held.parents) > 1)
    if fault and not held.taken(_same_sealed):
        yield fault
    yield from _told(held.path, [*_status_faults(held, words)])


def _status_faults(held: _Held, words: Words) -> Iterator[Fault]:
    experiment = held.path.split("/")[-2]
    before, after = _rows_of(held.parent.document), _rows_of(held.after.document)
    if before == after:
        return
    may_go = held.parent.seal is None and not same_plan(held.parent.document, held.after.document)
    for key, fault in status_faults(experiment, before, after, words, blank_may_go=may_go):
        if not held.taken(lambda one, other, key=key: _same_row(key, one, other)):  # type: ignore[misc]  # bound at once
            yield fault


def _told(path: str, faults: Sequence[Fault]) -> Iterator[str]:
    for fault in faults[:_SHOWN]:
        yield f"{path}:{fault.line}: {fault.text}"
    if len(faults) > _SHOWN:
        yield f"{path}: and {len(faults) - _SHOWN} more rows like these."


def _rows_of(document: str | None) -> Rows:
    return {} if document is None else status_rows(parsed(document))


def _same_document(one: Version, other: Version) -> bool:
    return one.document == other.document


def _same_sealed(one: Version, other: Version) -> bool:
    return one.seal == other.seal and same_plan(one.document, other.document)


def _same_row(key: RowKey, one: Version, other: Version) -> bool:
    statuses = [[row.status for row in _rows_of(version.document).get(key, [])] for version in (one, other)]
    return statuses[0] == statuses[1]
