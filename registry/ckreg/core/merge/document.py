"""Merges a document: its tables by row and cell, all else as git merges lines.

A table that can be merged by row stands in the three texts as one line, the same in all three, while git's
way is taken with the rest. So neither knows of the other, and a table may be moved as a whole.
"""

from itertools import count
from typing import NamedTuple

from ckreg.core.markdown import Document, Table, plain, read
from ckreg.core.merge.envelope import opened
from ckreg.core.merge.grids import Place, extent, read_grids, tables_by_place
from ckreg.core.merge.plain import merged_lines
from ckreg.core.merge.table import merged_table
from ckreg.core.merge.values import (
    CannotMergeError,
    Clash,
    LineMerge,
    Markers,
    Merged,
    Piece,
    Sides,
    chosen,
    written,
)
from ckreg.core.summary.tables import EVALUATIONS, FINE_TUNING
from ckreg.core.text import Splice, spliced

_STATUS = {tuple(map(plain, shape.section)) for shape in (FINE_TUNING, EVALUATIONS)}


class _MergedTable(NamedTuple):
    """A table that was merged by row, where it stands in the three texts."""

    place: Place
    tables: tuple[Table, Table, Table]
    pieces: list[Piece]


def merge_document(sides: Sides, merge_lines: LineMerge, markers: Markers) -> Merged:
    """The document with the changes of both sides; what clashes has markers around it, and nothing else has.

    `merge_lines` merges lines as git does.
    """
    if sides.ours in (sides.theirs, sides.base):
        return Merged(sides.theirs)
    if sides.theirs == sides.base:
        return Merged(sides.ours)
    bodies, envelope = opened(sides)
    by_tables = _by_tables(bodies, merge_lines, for_base=markers.for_base)
    pieces = merged_lines(bodies, merge_lines) if by_tables is None else by_tables
    merged = written(pieces, markers)
    return Merged(envelope.put_around(merged.text, clashes=merged.conflicts > 0), merged.conflicts)


def _by_tables(sides: Sides, merge_lines: LineMerge, *, for_base: bool) -> list[Piece] | None:
    """The pieces with tables merged by row; None where that does not come out right."""
    documents = [read(text) for text in sides]
    merged = _merged_tables(documents)
    if not merged:
        return None
    stands = _stand_ins(sides, len(merged))
    texts = [
        spliced(
            text, [_stand_in(table.tables[side], stand) for table, stand in zip(merged, stands, strict=True)]
        )
        for side, text in enumerate(sides)
    ]
    pieces = merged_lines(Sides(*texts), merge_lines)
    for table, stand in zip(merged, stands, strict=True):
        rows: list[Piece] = [chosen(table.pieces, "base")] if for_base else table.pieces
        put = _put(pieces, f"{stand}\n", rows)
        if put is None:
            return None
        pieces = put
    return pieces if for_base or _reads_as_meant(pieces, merged) else None


def _merged_tables(documents: list[Document]) -> list[_MergedTable]:
    base, ours, theirs = (tables_by_place(document) for document in documents)
    merged = []
    for place, table in base.items():
        if place not in ours or place not in theirs or not _as_many(place, base, ours, theirs):
            continue
        tables = (table, ours[place], theirs[place])
        try:
            pieces = merged_table(*read_grids(place, tables), progress=place.section in _STATUS)
        except CannotMergeError:
            continue
        merged.append(_MergedTable(place, tables, pieces))
    return merged


def _as_many(place: Place, *documents: dict[Place, Table]) -> bool:
    """Whether all three have as many tables in this section: else it is not known which is which."""
    return len({sum(other.section == place.section for other in document) for document in documents}) == 1


def _stand_ins(sides: Sides, number: int) -> list[str]:
    """Lines that occur in none of the texts."""
    for salt in count():
        mark = f"ckreg-table-{salt}-"
        if not any(mark in text for text in sides):
            return [f"{mark}{index}-" for index in range(number)]
    raise AssertionError


def _stand_in(table: Table, stand: str) -> Splice:
    start, end = extent(table)
    return Splice(start, end, f"{stand}\n")


def _put(pieces: list[Piece], stand: str, table: list[Piece]) -> list[Piece] | None:
    """The pieces with the table in the place of its stand-in.

    Where that is in the midst of a clash, either side has the table as it is for this side. None where the
    stand-in is not there exactly once.
    """
    outside = sum(piece.count(stand) for piece in pieces if isinstance(piece, str))
    clashes = [piece for piece in pieces if isinstance(piece, Clash)]
    inside = [sum(getattr(clash, side).count(stand) for clash in clashes) for side in ("ours", "theirs")]
    if (outside, inside) not in ((1, [0, 0]), (0, [1, 1])):
        return None
    put: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, Clash):
            texts = (getattr(piece, side).replace(stand, chosen(table, side)) for side in Clash._fields)
            put.append(Clash(*texts))
        elif stand in piece:
            before, _, behind = piece.partition(stand)
            put += [before, *table, behind]
        else:
            put.append(piece)
    return put


def _reads_as_meant(pieces: list[Piece], merged: list[_MergedTable]) -> bool:
    """Read the result again, as either side would decide: every merged table must be there, row for row."""
    for side in ("ours", "theirs"):
        found = [_texts(table) for table in read(chosen(pieces, side)).tables]
        for table in merged:
            alone = read(chosen(table.pieces, side)).tables
            if len(alone) != 1 or not any(
                texts[: len(_texts(alone[0]))] == _texts(alone[0]) for texts in found
            ):
                return False
    return True


def _texts(table: Table) -> list[tuple[str, ...]]:
    return [table.header.texts, *(row.texts for row in table.rows())]
