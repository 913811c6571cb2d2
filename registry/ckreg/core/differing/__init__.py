"""How one state of a document differs from another, as people would tell it: statuses, plan, wording."""

from dataclasses import dataclass

from ckreg.core.differing.statuses import StatusDifference, status_differences
from ckreg.core.differing.wording import SectionDifference, wording_differences
from ckreg.core.shown.canonical import canonical_plan
from ckreg.core.shown.changes import Change, Lines, changes
from ckreg.core.shown.reading import shown_in
from ckreg.core.summary import Summary, parse

__all__ = ["Difference", "PlanDifference", "SectionDifference", "StatusDifference", "difference"]


@dataclass(frozen=True, slots=True)
class PlanDifference:
    """An item of the plan that differs; `line` is that of the later document, None where it is gone."""

    item: str
    before: str | None
    after: str | None
    words: str
    line: int | None


@dataclass(frozen=True, slots=True)
class Difference:
    """All that differs; with `layout` alone there are other spaces, line endings or another order."""

    status: tuple[StatusDifference, ...] = ()
    plan: tuple[PlanDifference, ...] = ()
    wording: tuple[SectionDifference, ...] = ()
    layout: bool = False


def difference(before: str, after: str) -> Difference:
    """How the later of two texts of a document differs from the earlier one."""
    if before == after:
        return Difference()
    old, new = parse(before), parse(after)
    status = tuple(status_differences(old, new))
    changed = changes(canonical_plan(shown_in(old)), canonical_plan(shown_in(new)))
    lines = Lines(new)
    plan = tuple(
        PlanDifference(
            ", ".join(change.item), change.before, change.after, change.words, lines.of(change.item)
        )
        for change in changed
    )
    told = (_told(old, changed, status, new=False), _told(new, changed, status, new=True))
    wording = tuple(wording_differences(before, after, told))
    return Difference(status, plan, wording, layout=not (status or plan or wording))


def _told(
    summary: Summary, changed: list[Change], status: tuple[StatusDifference, ...], *, new: bool
) -> frozenset[int]:
    """The lines of a document whose differences are told as such of the status or the plan."""
    lines = Lines(summary)
    rows = (row.line if new else row.line_before for row in status)
    items = (lines.of(change.item) for change in changed)
    return frozenset(line for line in (*rows, *items) if line is not None)
