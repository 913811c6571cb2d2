"""Changes cells of one row of a document; every other byte stays.

The edit is a function of text, so that it can be applied to what is committed, to what is staged and to what
lies in the folder, each for itself.
"""

from collections.abc import Mapping, Sequence

from ckreg.core.markdown import Cell, Row, Table, escaped, padded, read
from ckreg.core.status import FINISHED, Source, Status, StatusRequest, cell_time, is_legal
from ckreg.core.summary.rows import FoundRow, RowKey, find_row
from ckreg.core.text import Splice, one_line, spliced
from ckreg.errors import MalformedError, RefusedError, UsageError

NONE = "-"


def key_of(request: StatusRequest) -> RowKey:
    """The row that a request is about."""
    return RowKey(request.run, request.task, request.epoch)


def changed_cells(row: FoundRow, request: StatusRequest, where: str) -> dict[str, str]:
    """The cells that the request changes, by column; empty where the row says all of it already.

    Raises:
        RefusedError: the transition is not legal, or `best` is resolved already, and nothing is forced.
        MalformedError: the row's status is none of the four.
        UsageError: `resolved` for a row whose epoch is not `best`.
    """
    wanted: dict[str, str] = {}
    if request.status is not None:
        wanted |= _transition(row, request, request.status, where)
    if request.job is not None:
        wanted["Job ID"] = request.job
    if request.note is not None:
        wanted["Notes"] = _note(row, request) or NONE
    if request.resolved is not None:
        wanted["Epoch"] = _resolved(row, request, request.resolved, where)
    return {column: text for column, text in wanted.items() if (row.value(column) or NONE) != text}


def touched(request: StatusRequest, *, times: bool) -> list[str]:
    """The columns that a request is about; with `times` those that follow the status, too."""
    said = {"Status": request.status, "Job ID": request.job, "Notes": request.note, "Epoch": request.resolved}
    columns = [column for column, wish in said.items() if wish is not None]
    return [*columns, "Started", "Completed"] if times and request.status is not None else columns


def old_status(row: FoundRow, where: str) -> Status:
    """The row's status.

    Raises:
        MalformedError: it is none of the four.
    """
    text = row.value("Status") or ""
    try:
        return Status(text)
    except ValueError:
        raise MalformedError(
            f"{where}:{row.row.line}: the status {text!r} is none of {', '.join(Status)}. Correct it first."
        ) from None


def with_cells(text: str, key: RowKey, cells: Mapping[str, str], where: str) -> str:
    """The document with these cells of the row changed and nothing else.

    Raises:
        NotFoundError: no row fits, or several do.
        MalformedError: the table or row is broken.
    """
    if not cells:
        return text
    found = find_row(text, key, where)
    edited = spliced(text, cell_splices(text, found, cells))
    _refuse_changed_meaning(found, edited, cells, where)
    return edited


def cell_splices(text: str, found: FoundRow, cells: Mapping[str, str]) -> list[Splice]:
    """The splices of a text that change these cells of a row in it."""
    return [_splice(text, found, column, value) for column, value in cells.items()]


def refuse_other_meaning(
    found: FoundRow, after: Sequence[str] | None, cells: Mapping[str, str], where: str
) -> None:
    """See that the texts of an edited row are what was set, and the rest as before; None is no such row.

    Raises:
        MalformedError: they are not.
    """
    before = list(found.row.texts)
    for column, value in cells.items():
        before[found.columns[column]] = value
    if after is None or list(after) != before:
        raise MalformedError(
            f"{where}:{found.row.line}: this row cannot hold {dict(cells)}; nothing was changed."
        )


def _transition(row: FoundRow, request: StatusRequest, new: Status, where: str) -> dict[str, str]:
    old = old_status(row, where)
    if old == new:
        return {}
    by_scheduler = request.by is Source.SACCT
    if not (request.forced or by_scheduler or is_legal(old, new)):
        raise RefusedError(
            f"{where}:{row.row.line}: {key_of(request)} is {old}; it cannot become {new}. "
            f"Where that is really so, say --force; it is recorded as forced."
        )
    at = cell_time(request.at)
    cells = {"Status": str(new)}
    if new is Status.RUNNING:
        cells |= {"Started": at, "Completed": NONE}
    elif new in FINISHED:
        cells |= {"Completed": at}
    else:
        cells |= {"Job ID": NONE, "Started": NONE, "Completed": NONE}
    if request.started is not None:
        cells["Started"] = cell_time(request.started)
    return {column: text for column, text in cells.items() if column in row.columns}


def _note(row: FoundRow, request: StatusRequest) -> str:
    """A job's own note leaves alone what people wrote, and what became of earlier attempts."""
    note = one_line(request.note or "")
    if request.by is not Source.JOB:
        return note
    from ckreg.core.scheduler.notes import with_notes  # noqa: PLC0415  # only for jobs that report themselves

    return with_notes(row.value("Notes"), (note,))


def _resolved(row: FoundRow, request: StatusRequest, epoch: str, where: str) -> str:
    old, new = row.value("Epoch") or NONE, f"best ({epoch})"
    if not old.startswith("best"):
        raise UsageError(
            f"{where}:{row.row.line}: --resolved is for rows whose epoch is `best`, this one's is {old}."
        )
    if old not in {"best", new} and not request.forced:
        raise RefusedError(f"{where}:{row.row.line}: the epoch is {old} already; --force makes it {new}.")
    return new


def _splice(text: str, found: FoundRow, column: str, value: str) -> Splice:
    place = found.columns[column]
    cell = found.row.cells[place]
    raw = text[cell.start : cell.end]
    return Splice(cell.start, cell.end, padded(raw, escaped(value), _column_width(found.table, place, cell)))


def _column_width(table: Table, place: int, cell: Cell) -> int | None:
    """The column's width in characters where this cell is aligned with the dashes above, else `None`."""
    dashes = table.delimiter.cells
    width = cell.end - cell.start
    return width if place < len(dashes) and dashes[place].end - dashes[place].start == width else None


def _refuse_changed_meaning(found: FoundRow, edited: str, cells: Mapping[str, str], where: str) -> None:
    """Read the edited row again: what was set must be what is read, and the rest as before."""
    refuse_other_meaning(found, _same_row(found, edited).texts, cells, where)
    begins_with_pipe = found.table.source(found.row).lstrip().startswith("|")
    if not begins_with_pipe and _extents(edited) != _extents(found.table.text):
        # Its first cell begins the line: `- | x` is a list item, `<!-- | x` a comment.
        raise MalformedError(
            f"{where}:{found.row.line}: {dict(cells)} would end the table at this row, which begins "
            f"without a pipe. Put a pipe before its first cell; nothing was changed."
        )


def _extents(text: str) -> list[tuple[int, int]]:
    return [(table.first, table.after) for table in read(text).tables]


def _same_row(found: FoundRow, edited: str) -> Row:
    table = found.table
    index = found.row.line - 1
    grown = len(edited) - len(table.text)
    starts = [start if place <= index else start + grown for place, start in enumerate(table.starts)]
    return Table(table.path, edited, starts, table.first, table.after).row(index)
