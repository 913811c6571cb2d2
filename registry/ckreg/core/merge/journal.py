"""Merges `design-experiment.log`: entries that both sides added stand in the order of their times."""

import re
from collections import Counter
from itertools import pairwise
from typing import NamedTuple

from ckreg.core.merge.envelope import opened
from ckreg.core.merge.plain import merged_lines
from ckreg.core.merge.values import LineMerge, Markers, Merged, Sides, written

_HEAD = re.compile(r"^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\] ", re.MULTILINE)
_GAP = "\n\n"


class _Entry(NamedTuple):
    """An entry's time as written, its text, and which one it is of those that are equal."""

    time: str
    text: str
    number: int


_Entries = dict[_Entry, str]


def merge_journal(sides: Sides, merge_lines: LineMerge, markers: Markers) -> Merged:
    """The journal with the entries of both sides; where one changed older entries, as git merges lines.

    A union of lines would mix the entries: they have lines that are alike.
    """
    if sides.ours in (sides.theirs, sides.base):
        return Merged(sides.theirs)
    if sides.theirs == sides.base:
        return Merged(sides.ours)
    bodies, envelope = opened(sides)
    joined = _joined(*(_entries(text) for text in bodies))
    if joined is not None:
        return Merged(envelope.put_around(joined, clashes=False))
    merged = written(merged_lines(bodies, merge_lines), markers)
    return Merged(envelope.put_around(merged.text, clashes=merged.conflicts > 0), merged.conflicts)


def _joined(base: _Entries, ours: _Entries, theirs: _Entries) -> str | None:
    """All entries of both, in the order of their times; None where one side changed what was there."""
    if not set(base) <= set(ours) or not set(base) <= set(theirs):
        return None
    # One of the two goes first where times are equal, whoever merges.
    first, second = sorted((ours, theirs), key=list)
    order = list(first)
    for entry in second:
        if entry not in first:
            later = (place for place, other in enumerate(order) if other.time > entry.time)
            order.insert(next(later, len(order)), entry)
    gaps = {entry: max(first.get(entry, ""), second.get(entry, "")) for entry in order}
    end = first[next(reversed(first))]
    texts = [f"{entry.text}{max(gaps[entry], _GAP)}" for entry in order[:-1]]
    return "".join([*texts, order[-1].text, end])


def _entries(text: str) -> _Entries:
    """The entries with the line ends behind each; what stands before the first is one, too."""
    edges = [0, *(match.start() for match in _HEAD.finditer(text) if match.start()), len(text)]
    seen: Counter[str] = Counter()
    entries: _Entries = {}
    for start, end in pairwise(edges):
        body = text[start:end].rstrip("\n")
        time = _HEAD.match(body)
        entries[_Entry(time.group() if time else "", body, seen[body])] = text[start + len(body) : end]
        seen[body] += 1
    return entries
