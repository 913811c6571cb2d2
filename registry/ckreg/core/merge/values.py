"""What a merge works on and gives: three texts, pieces that agree or clash, a text with markers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Sides(NamedTuple):
    """A text in three versions: where both began, and what became of it on either side."""

    base: str
    ours: str
    theirs: str


class Clash(NamedTuple):
    """Lines that both sides changed and nobody but a person can join."""

    base: str
    ours: str
    theirs: str


Piece = str | Clash
# Merges the lines of three texts as git does; markers have this size and the labels ours, base, theirs.
LineMerge = Callable[[Sides, int], str]


@dataclass(frozen=True, slots=True)
class Markers:
    """How a conflict is shown: git's markers of this size, the sides' names, the base too or not.

    With `for_base` the merged text is only where another merge begins: then a row on which the sides do not
    agree stays as it was, and that merge decides.
    """

    size: int = 7
    ours: str = "ours"
    base: str = "base"
    theirs: str = "theirs"
    with_base: bool = False
    for_base: bool = False


@dataclass(frozen=True, slots=True)
class Merged:
    """A merged text and the number of conflicts that it has markers around."""

    text: str
    conflicts: int = 0


class CannotMergeError(Exception):
    """This is not to be merged by row and cell; git merges its lines."""


def written(pieces: Sequence[Piece], markers: Markers) -> Merged:
    """The pieces as one text, with markers around those that clash."""
    texts = [piece if isinstance(piece, str) else _marked(piece, markers) for piece in pieces]
    return Merged("".join(texts), sum(isinstance(piece, Clash) for piece in pieces))


def chosen(pieces: Sequence[Piece], side: str) -> str:
    """The pieces as one text, `ours` or `theirs` where they clash."""
    return "".join(piece if isinstance(piece, str) else str(getattr(piece, side)) for piece in pieces)


def _marked(clash: Clash, markers: Markers) -> str:
    size = markers.size
    base = f"{'|' * size} {markers.base}\n{_closed(clash.base)}" if markers.with_base else ""
    return (
        f"{'<' * size} {markers.ours}\n{_closed(clash.ours)}{base}"
        f"{'=' * size}\n{_closed(clash.theirs)}{'>' * size} {markers.theirs}\n"
    )


def _closed(text: str) -> str:
    """The text with its last line ended: a marker begins a line."""
    return text if not text or text.endswith(("\n", "\r")) else f"{text}\n"
