"""Merges lines as git does, and takes its answer apart into what agrees and what clashes."""

import re

from ckreg.core.merge.values import Clash, LineMerge, Piece, Sides

_RUN = re.compile(r"[<|=>]{7,}")
_PARTS = ("ours", "base", "theirs")


def merged_lines(sides: Sides, merge_lines: LineMerge) -> list[Piece]:
    """The three texts merged line by line, `merge_lines` being asked only where it must."""
    if sides.ours in (sides.theirs, sides.base):
        return [sides.theirs]
    if sides.theirs == sides.base:
        return [sides.ours]
    # Longer than any in the texts: a heading's underline or an old marker is none of ours.
    size = 1 + max((len(run) for text in sides for run in _RUN.findall(text)), default=7)
    return parted(merge_lines(sides, size), size)


def parted(text: str, size: int) -> list[Piece]:
    """A text with markers of this size as pieces."""
    markers = {
        f"{'<' * size} ours": "ours",
        f"{'|' * size} base": "base",
        "=" * size: "theirs",
        f"{'>' * size} theirs": "",
    }
    pieces: list[Piece] = []
    part = ""
    lines: dict[str, list[str]] = {"": []}
    for line in re.split(r"(?<=\n)", text):
        found = markers.get(line.rstrip("\r\n"))
        if found is None:
            lines[part].append(line)
            continue
        if found == "ours":
            pieces.append("".join(lines[""]))
            lines = {"": [], **{name: [] for name in _PARTS}}
        elif not found:
            pieces.append(Clash(*("".join(lines[name]) for name in Clash._fields)))
            lines = {"": []}
        part = found
    return [*pieces, "".join(lines[""])]
