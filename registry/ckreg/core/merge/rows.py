"""Merges one row, cell by cell."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ckreg.core.merge.progress import COLUMNS, Cells, merged_progress
from ckreg.core.status import Status
from ckreg.core.summary.tables import NOTHING

_NEW = {"status": str(Status.PENDING)}
_BETWEEN = "; "


class MergedRow(NamedTuple):
    """The row's texts by column for either side; they differ where the two sides clash."""

    one: Cells
    two: Cells


def merged_row(
    columns: Sequence[str], base: Cells | None, one: Cells, two: Cells, *, progress: bool
) -> MergedRow:
    """The row with the changes of both sides; `base` is None for a row that both added.

    With `progress` it is a row of a Status table, whose status, job and times belong together.
    """
    old = base if base is not None else {}
    group = [name for name in COLUMNS if name in columns and name in one and name in two]
    together = progress and "status" in group
    first: dict[str, str] = {}
    second: dict[str, str] = {}
    for name in columns:
        if not (together and name in group):
            first[name], second[name] = _cell(name, old.get(name), one.get(name), two.get(name))
    if together:
        was = {name: old.get(name, _NEW.get(name, "-")) for name in group}
        mine, yours = ({name: side[name] for name in group} for side in (one, two))
        merged = merged_progress(was, mine, yours)
        first |= mine if merged is None else merged
        second |= yours if merged is None else merged
    return MergedRow(first, second)


def _cell(column: str, base: str | None, one: str | None, two: str | None) -> tuple[str, str]:
    """A cell for either side; None where this side has no such cell."""
    if one is None or two is None:
        text = one if one is not None else two
        return (text or "", text or "")
    if two in (one, base) or (base is None and two in NOTHING):
        return one, one
    if one == base or (base is None and one in NOTHING):
        return two, two
    if column == "notes":
        notes = _joined_notes(base, one, two)
        if notes is not None:
            return notes, notes
    return one, two


def _joined_notes(base: str | None, one: str, two: str) -> str | None:
    """The notes where both sides added to them, in an order that does not depend on who merges."""
    old = _notes(base or "")
    first, second = _notes(one), _notes(two)
    if first[: len(old)] != old or second[: len(old)] != old:
        return None
    new = sorted({*first[len(old) :], *second[len(old) :]})
    return _BETWEEN.join([*old, *new])


def _notes(text: str) -> list[str]:
    return [] if text in NOTHING else text.split(_BETWEEN)


def changed(base: Mapping[str, str], side: Mapping[str, str]) -> bool:
    """Whether the texts of a row were changed; a cell that is not there says nothing."""
    return any(side.get(name, "-") != base.get(name, "-") for name in {*base, *side})
