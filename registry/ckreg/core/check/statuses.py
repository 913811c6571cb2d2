"""CK3xx: are the statuses legal, is each row there once, are the times times?"""

import re
from collections.abc import Iterator

from ckreg.core.check.problem import Problem, error, warning
from ckreg.core.markdown import Document, Row, Table
from ckreg.core.status import Status
from ckreg.core.summary.tables import EVALUATIONS, FINE_TUNING, Shape, is_stray, name, tables_of, value

_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?")
_KEY = ("Run Name", "Task", "Epoch")
_TIMES = ("Started", "Completed")


def check_statuses(document: Document) -> Iterator[Problem]:
    """All problems with the rows of the Status tables."""
    for shape in (FINE_TUNING, EVALUATIONS):
        for table in tables_of(document, shape)[:1]:
            yield from _check_table(table, shape)


def _check_table(table: Table, shape: Shape) -> Iterator[Problem]:
    columns = {column: table.column(column) for column in shape.columns}
    seen: dict[tuple[str | None, ...], int] = {}
    for row in table.rows():
        if is_stray(table, row):
            continue
        yield from _check_status(table, row, columns["Status"])
        yield from _check_times(table, row, columns)
        key = tuple(name(row, columns[column]) for column in _KEY if column in columns)
        if key in seen:
            said = ", ".join(part or "-" for part in key)
            yield error("CK302", row.line, f"a second row for {said} (line {seen[key]})")
        seen.setdefault(key, row.line)


def _check_status(table: Table, row: Row, place: int | None) -> Iterator[Problem]:
    if place is None:
        return
    text = value(row, place) or ""
    if text not in list(Status):
        wanted = ", ".join(Status)
        yield error("CK301", row.line, f"the status {text!r} is none of {wanted}", table.place(row, place))


def _check_times(table: Table, row: Row, columns: dict[str, int | None]) -> Iterator[Problem]:
    for column in _TIMES:
        place = columns.get(column)
        text = value(row, place)
        if place is not None and text and not _TIME.fullmatch(text):
            yield warning(
                "CK303", row.line, f"{column} {text!r} is not YYYY-MM-DD HH:MM:SS", table.place(row, place)
            )
