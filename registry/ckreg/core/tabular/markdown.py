"""Tables as GitHub's Markdown has them: https://github.github.com/gfm/#tables-extension-."""

import re
from collections.abc import Collection, Iterable, Sequence

from ckreg.core.tabular.cells import shown
from ckreg.core.text import one_line

# What would be read as a mark; an underscore within a word, as in `Llama_rank4`, is none.
_MARK = re.compile(r"[\\`*<>\[\]|~&]|(?<![^\W_])_|_(?![^\W_])")
_NARROWEST = 3


def as_markdown(columns: Sequence[str], rows: Iterable[Sequence[object]], right: Collection[int] = ()) -> str:
    """A table that reads as one before it is rendered, too; the columns at the places `right` right-aligned.

    What a cell says is text, whatever it looks like: marks of Markdown are escaped, line ends are spaces.
    """
    cells = [[markdown_cell(cell) for cell in row] for row in (columns, *rows)]
    widths = [max(_NARROWEST, *map(len, column)) for column in zip(*cells, strict=True)]
    rule = ["-" * (width - 1) + ":" if place in right else "-" * width for place, width in enumerate(widths)]
    lines = [cells[0], rule, *cells[1:]]
    return "".join(_line(line, widths, right) for line in lines)


def markdown_cell(value: object) -> str:
    """A value as text in a cell of a table; null is `-`."""
    return _MARK.sub(r"\\\g<0>", one_line(shown(value)))


def _line(cells: Sequence[str], widths: Sequence[int], right: Collection[int]) -> str:
    padded = (
        cell.rjust(width) if place in right else cell.ljust(width)
        for place, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return f"| {' | '.join(padded)} |\n"
