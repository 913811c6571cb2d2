"""Merges `design-experiment.log`: entries that both sides added stand in the order of their times."""

import heapq
import re
from itertools import pairwise

from ckreg.core.merge.envelope import opened
from ckreg.core.merge.plain import merged_lines
from ckreg.core.merge.values import LineMerge, Markers, Merged, Sides, written

_HEAD = re.compile(r"^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\] ", re.MULTILINE)


def merge_journal(sides: Sides, merge_lines: LineMerge, markers: Markers) -> Merged:
    """The journal with the entries of both sides; where one changed older entries, as git merges lines.

    A union of lines would mix the entries: they have lines that are alike.
    """
    if sides.ours in (sides.theirs, sides.base):
        return Merged(sides.theirs)
    if sides.theirs == sides.base:
        return Merged(sides.ours)
    bodies, envelope = opened(sides)
    base, ours, theirs = bodies
    added = [text[len(base) :] for text in (ours, theirs) if text.startswith(base)]
    if len(added) == 2 and all(_HEAD.match(text.lstrip("\n")) for text in added):  # noqa: PLR2004  # both
        return Merged(envelope.put_around(base + _joined(*added), clashes=False))
    merged = written(merged_lines(bodies, merge_lines), markers)
    return Merged(envelope.put_around(merged.text, clashes=merged.conflicts > 0), merged.conflicts)


def _joined(ours: str, theirs: str) -> str:
    """The entries of both in the order of their times, each once, parted by blank lines as they were."""
    # One of the two goes first where times are equal, whoever merges.
    first, second = (_entries(text) for text in sorted((ours, theirs)))
    new = [entry for entry in second if entry not in first]
    entries = heapq.merge(first, new, key=_time)
    lead = ours[: len(ours) - len(ours.lstrip("\n"))]
    trail = ours[len(ours.rstrip("\n")) :]
    return lead + "\n\n".join(entries) + trail


def _entries(text: str) -> list[str]:
    edges = [*(match.start() for match in _HEAD.finditer(text)), len(text)]
    return [text[start:end].strip("\n") for start, end in pairwise(edges)]


def _time(entry: str) -> str:
    return entry[: len("[YYYY-MM-DD HH:MM:SS]")]
