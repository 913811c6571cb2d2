"""Merges the order of rows or columns: what was added on both sides stays, what was moved stays moved."""

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def merged_order(base: Sequence[T], one: Sequence[T], two: Sequence[T]) -> list[T]:
    """All of `one` and `two` in one order: that of the side which moved something, else of `one`.

    What only the other side has stands behind the same neighbour as there, after what was added there.
    """
    lead, other = (two, one) if _kept_order(base, one, two) else (one, two)
    there = set(lead)
    after: dict[T | None, list[T]] = {}
    anchor: T | None = None
    for item in other:
        if item in there:
            anchor = item
        else:
            after.setdefault(anchor, []).append(item)
    known = set(base)
    order = list(after.pop(None, ()))
    waiting: list[T] = []
    for item in lead:
        if item in known or item in after:
            order += waiting
            waiting = []
        order.append(item)
        waiting += after.get(item, ())
    return order + waiting


def _kept_order(base: Sequence[T], one: Sequence[T], two: Sequence[T]) -> bool:
    """Whether `one` left the common ones as they stood, and `two` did not."""
    common = set(base) & set(one) & set(two)
    old, first, second = ([item for item in items if item in common] for items in (base, one, two))
    return first == old != second
