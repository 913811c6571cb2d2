"""What a merge by lines leaves in a file, and what the same merge by rows would have kept."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from ckreg.core.markdown import Table, read
from ckreg.core.status import Status
from ckreg.core.summary.rows import RowKey
from ckreg.core.summary.tables import EVALUATIONS, FINE_TUNING, Shape, name, tables_of, value
from ckreg.core.text import lines_of

_OPENS = re.compile(r"<{7,} \S.*")
_CLOSES = re.compile(r">{7,} \S.*")
_BASE = re.compile(r"\|{7,}( \S.*)?")
_MIDDLE = re.compile(r"={7,}")
_RANK = {Status.PENDING: 0, Status.RUNNING: 1, Status.COMPLETED: 2, Status.FAILED: 2}


class Fault(NamedTuple):
    """What is wrong in a line, 1-based."""

    line: int
    message: str


class _Row(NamedTuple):
    line: int
    status: str | None
    job: str | None


def marker_faults(text: str) -> list[Fault]:
    """The conflicts that were committed with their markers: each by its first line."""
    opened: int | None = None
    faults: list[Fault] = []
    for number, line in enumerate(lines_of(text), start=1):
        if _OPENS.fullmatch(line):
            opened = number
        elif opened is not None and _CLOSES.fullmatch(line):
            faults.append(Fault(opened, f"conflict markers, to line {number}, were committed"))
            opened = None
    return faults


def doubled_faults(document: str) -> list[Fault]:
    """The rows of the Status tables that stand there more than once."""
    seen: dict[RowKey, int] = {}
    faults: list[Fault] = []
    for key, row in _status_rows(document):
        if key in seen:
            faults.append(Fault(row.line, f"{key} has a row in line {seen[key]} already"))
        seen.setdefault(key, row.line)
    return faults


def lost_faults(remerged: str, merge: str, now: str) -> list[Fault]:
    """What a merge lost that is still missing: rows, and statuses that fell back.

    `remerged` is what the merge by rows comes to, `merge` what was committed, `now` today's document.
    """
    committed, today = (dict(_status_rows(text)) for text in (merge, now))
    line = min((row.line for row in today.values()), default=1)
    faults: list[Fault] = []
    for key, wanted in _status_rows(remerged):
        was, row = committed.get(key), today.get(key)
        if row is None:
            if was is None:
                faults.append(Fault(line, f"the row of {key} was lost in a merge"))
        elif was is not None and was.status == row.status and _further(wanted.status, row.status):
            job = f" (job {wanted.job})" if wanted.job else ""
            faults.append(Fault(row.line, f"{key} was {wanted.status}{job}; a merge made it {row.status}"))
    return faults


def without_markers(text: str) -> str:
    """The lines of both sides of every conflict, without markers: for files of which every line counts."""
    kept: list[str] = []
    inside, base = False, False
    for line in re.split(r"(?<=\n)", text):
        bare = line.rstrip("\r\n")
        if _OPENS.fullmatch(bare):
            inside, base = True, False
        elif inside and _BASE.fullmatch(bare):
            base = True
        elif inside and _MIDDLE.fullmatch(bare):
            base = False
        elif inside and _CLOSES.fullmatch(bare):
            inside = False
        elif not base:
            kept.append(line)
    return "".join(kept)


def _further(one: str | None, other: str | None) -> bool:
    ranks = [_RANK[Status(status)] if status in set(Status) else -1 for status in (one, other)]
    return -1 not in ranks and ranks[0] > ranks[1]


def _status_rows(document: str) -> Iterator[tuple[RowKey, _Row]]:
    read_document = read(document)
    for shape in (FINE_TUNING, EVALUATIONS):
        for table in tables_of(read_document, shape):
            yield from _rows(table, shape)


def _rows(table: Table, shape: Shape) -> Iterator[tuple[RowKey, _Row]]:
    status, job = table.column("Status"), table.column("Job ID")
    places = [table.column(column) for column in shape.columns[: 1 if shape is FINE_TUNING else 3]]
    for row in table.rows():
        key = [name(row, place) for place in places]
        if key[0] is not None:
            yield RowKey(key[0], *key[1:]), _Row(row.line, value(row, status), value(row, job))
