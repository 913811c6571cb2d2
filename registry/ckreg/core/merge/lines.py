"""Puts a merged row into its line: with the spacing of the side that laid the column out last."""

from collections.abc import Sequence
from typing import NamedTuple

from ckreg.core.markdown import Row, escaped, padded
from ckreg.core.merge.envelope import merged_value
from ckreg.core.merge.grids import Grid, Line
from ckreg.core.merge.progress import Cells
from ckreg.core.merge.values import CannotMergeError


class Grids(NamedTuple):
    """The three versions of a table."""

    base: Grid
    one: Grid
    two: Grid


class Lines(NamedTuple):
    """The three versions of a row; None where it is not."""

    base: Line | None
    one: Line | None
    two: Line | None


class _Spacing(NamedTuple):
    """A column's dashes, and whether all of its cells are as wide."""

    dashes: str
    aligned: bool


class Layout:
    """The spacing of a merged table: for each column the side that laid it out last."""

    def __init__(self, grids: Grids, columns: Sequence[str]) -> None:
        self.grids = grids
        self.columns = columns
        self.spacings = {column: [_spacing(grid, column) for grid in grids] for column in columns}
        self.leads = {column: _lead(*self.spacings[column]) for column in columns}

    def line(self, lines: Lines, texts: Cells) -> str:
        """The row with these texts.

        Raises:
            CannotMergeError: it would not be read as they are.
        """
        cells = [self._cell(lines, column, texts[column]) for column in self.columns]
        line = (_merged(lines, "lead") or "") + "|".join(cells) + (_merged(lines, "tail") or "")
        if tuple(cell.text for cell in Row(0, (), line, 0, len(line)).cells) != tuple(
            texts[column] for column in self.columns
        ):
            raise CannotMergeError
        return line

    def dashes(self) -> str:
        """The line under the header, each column's dashes as the side has them that laid it out."""
        lines = Lines(*(grid.dashes for grid in self.grids))
        raws = [self._leading(column).dashes.raws[column] for column in self.columns]
        return (_merged(lines, "lead") or "") + "|".join(raws) + (_merged(lines, "tail") or "")

    def _leading(self, column: str) -> Grid:
        return self.grids[self.leads[column]]

    def _cell(self, lines: Lines, column: str, text: str) -> str:
        raws = [None if line is None else line.raws.get(column) for line in lines]
        texts = [None if line is None else line.texts.get(column) for line in lines]
        lead, spacings = self.leads[column], self.spacings[column]
        same = [side for side in (lead, 3 - lead) if raws[side] is not None and texts[side] == text]
        if len(same) == 2 and raws[lead] == raws[0]:  # noqa: PLR2004  # both sides say it
            same.reverse()  # only the other side changed the space around it
        raw = raws[same[0]] if same else None
        if raw is not None and (same[0] == lead or len(same) == 2 or spacings[1] == spacings[2]):  # noqa: PLR2004
            return raw
        width = self._width(column, raws[lead])
        if raw is not None and width is None:
            return raw
        pattern = raws[lead] or next((raw for raw in raws[1:] if raw is not None), " - ")
        return padded(pattern, escaped(text), width)

    def _width(self, column: str, raw: str | None) -> int | None:
        """The column's width if its cells are aligned with the dashes: this one, all where it is new."""
        spacing = self.spacings[column][self.leads[column]]
        if spacing is None:
            return None
        width = len(spacing.dashes)
        return width if (spacing.aligned if raw is None else len(raw) == width) else None


def _spacing(grid: Grid, column: str) -> _Spacing | None:
    if column not in grid.columns:
        return None
    dashes = grid.dashes.raws[column]
    cells = [line.raws[column] for line in grid.rows.values()]
    return _Spacing(dashes, bool(cells) and all(len(cell) == len(dashes) for cell in cells))


def _lead(base: _Spacing | None, one: _Spacing | None, two: _Spacing | None) -> int:
    """Which side laid the column out last."""
    return 1 if one is not None and (one != base or two in (None, base)) else 2


def _merged(lines: Lines, part: str) -> str | None:
    base, one, two = (None if line is None else str(getattr(line, part)) for line in lines)
    if one is None or two is None:
        return two if one is None else one
    return merged_value(base, one, two)
