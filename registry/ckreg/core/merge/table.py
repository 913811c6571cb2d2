"""Merges one table by row and cell."""

from ckreg.core.merge.grids import Grid, Line, RowName
from ckreg.core.merge.lines import Grids, Layout, Lines
from ckreg.core.merge.order import merged_order
from ckreg.core.merge.rows import changed, merged_row
from ckreg.core.merge.values import CannotMergeError, Clash, Piece
from ckreg.core.summary.tables import NOTHING


def merged_table(base: Grid, ours: Grid, theirs: Grid, *, progress: bool) -> list[Piece]:
    """The lines of the merged table; a row that clashes is a piece of its own.

    Raises:
        CannotMergeError: a column was removed whose cells the other side changed, or its header clashes.
    """
    if theirs.source in (ours.source, base.source):
        return [ours.source]
    if ours.source == base.source:
        return [theirs.source]
    # One of the two goes first, whoever merges: both then come to the same table.
    turned = ours.source > theirs.source
    one, two = (theirs, ours) if turned else (ours, theirs)
    pieces = TableMerge(Grids(base, one, two), progress=progress).pieces()
    if turned:
        return [piece if isinstance(piece, str) else Clash(piece.base, *piece[:0:-1]) for piece in pieces]
    return pieces


class TableMerge:
    """One table's merge; a `Clash` has the side that goes first as `ours`."""

    def __init__(self, grids: Grids, *, progress: bool) -> None:
        self.grids = grids
        self.progress = progress
        self.columns = self._columns()
        self.layout = Layout(grids, self.columns)
        # Where nobody laid the table out anew, a row that one side left is the other's to the byte.
        self.same_layout = len({(grid.columns, grid.dashes.source) for grid in grids}) == 1

    def pieces(self) -> list[Piece]:
        """Header, dashes and rows."""
        header = self._row(Lines(*(grid.header for grid in self.grids)), progress=False)
        if isinstance(header, Clash):
            raise CannotMergeError
        names = merged_order(*(tuple(grid.rows) for grid in self.grids))
        rows = [self._named(name) for name in names]
        return [header, self.layout.dashes(), *rows]

    def _columns(self) -> list[str]:
        base, one, two = self.grids
        gone = {column for column in base.columns if column not in one.columns or column not in two.columns}
        for column in gone:
            for side in (one, two):
                self._refuse_loss(column, side)
        order = merged_order(base.columns, one.columns, two.columns)
        return [column for column in order if column not in gone]

    def _refuse_loss(self, column: str, side: Grid) -> None:
        if column not in side.columns:
            return
        for name, line in side.rows.items():
            old = self.grids.base.rows.get(name)
            text = line.texts[column]
            if text not in NOTHING if old is None else text != old.texts[column]:
                raise CannotMergeError

    def _named(self, name: RowName) -> Piece:
        lines = Lines(*(grid.rows.get(name) for grid in self.grids))
        if lines.one is not None and lines.two is not None:
            return self._left(lines) or self._row(lines, progress=self.progress)
        there = lines.one or lines.two
        if there is None:
            return ""
        if lines.base is None:
            return self.layout.line(lines, self._texts(there))
        if not changed(self._texts(lines.base), self._texts(there)):
            return ""
        old = lines.base.source
        row = self.layout.line(lines, self._texts(there))
        return Clash(old, row, "") if lines.one is not None else Clash(old, "", row)

    def _left(self, lines: Lines) -> str:
        """The row as the one side wrote it, where the other left it; empty where both must be read."""
        base, one, two = ("" if line is None else line.source for line in lines)
        if not self.same_layout:
            return ""
        if two in (base, one):
            return one
        return two if one == base else ""

    def _row(self, lines: Lines, *, progress: bool) -> Piece:
        base, one, two = (None if line is None else line.texts for line in lines)
        merged = merged_row(self.columns, base, one or {}, two or {}, progress=progress)
        first, second = (self.layout.line(lines, texts) for texts in merged)
        if merged.one == merged.two:
            return first
        return Clash("" if lines.base is None else lines.base.source, first, second)

    def _texts(self, line: Line) -> dict[str, str]:
        return {column: line.texts.get(column, "-") for column in self.columns}
