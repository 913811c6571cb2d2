"""Comma-separated values, as RFC 4180 has them, but for lines that end in a newline alone."""

import csv
import io
from collections.abc import Iterable, Sequence

from ckreg.core.text import printable


def as_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A header and a line a row; nothing for null, numbers with all their digits.

    Line ends and control codes within a cell become spaces: many a reader takes a line for a row, and a
    terminal obeys the others. JSON keeps them.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row in (columns, *rows):
        writer.writerow([printable(cell) if isinstance(cell, str) else cell for cell in row])
    return text.getvalue()
