"""Finds the one row of a Status table that somebody means, or says with line numbers why there is none."""

from dataclasses import dataclass
from typing import NamedTuple

from ckreg.core.markdown import Document, Row, Table, read, unmarked
from ckreg.core.summary.tables import EVALUATIONS, FINE_TUNING, Shape, name, tables_of, value
from ckreg.errors import MalformedError, NotFoundError


class RowKey(NamedTuple):
    """Which row: a run's Fine-tuning row, or with `task` (and `epoch`) one of its Evaluations."""

    run: str
    task: str | None = None
    epoch: str | None = None

    def __str__(self) -> str:
        """The row as people call it: `run, task, epoch 1`."""
        epoch = None if self.epoch is None else f"epoch {self.epoch}"
        return ", ".join(part for part in (self.run, self.task, epoch) if part)


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A row of a Status table, with the position of each column."""

    table: Table
    row: Row
    columns: dict[str, int]

    def value(self, column: str) -> str | None:
        """The cell under this header, `None` for `-`."""
        return value(self.row, self.columns[column])


def find_row(text: str, key: RowKey, where: str) -> FoundRow:
    """The row that `key` means; `where` is the file's name for messages.

    Raises:
        NotFoundError: no row fits, or several do.
        MalformedError: the table is missing, lacks a column, or the row has too few or too many cells.
    """
    document = read(text)
    table, columns = table_and_columns(document, FINE_TUNING if key.task is None else EVALUATIONS, where)
    rows = [row for row in table.rows(containing=key.run) if fits(row, columns, key)]
    if not rows:
        raise NotFoundError(_no_row(document, table, columns, key, where))
    if len(rows) > 1:
        raise NotFoundError(_several(rows, columns, key, where))
    _refuse_broken(table, rows[0], where)
    return FoundRow(table, rows[0], columns)


def table_and_columns(document: Document, shape: Shape, where: str) -> tuple[Table, dict[str, int]]:
    """The one table of this shape, and the place of each of its columns.

    Raises:
        NotFoundError: there are several.
        MalformedError: there is none, or it lacks a column.
    """
    table = _the_table(document, shape, where)
    return table, _columns(table, shape, where)


def _the_table(document: Document, shape: Shape, where: str) -> Table:
    tables = tables_of(document, shape)
    if not tables:
        raise MalformedError(
            f"{where}: there is no table under '{shape.title}'. Put one there with the columns "
            f"{' | '.join(shape.columns)}."
        )
    if len(tables) > 1:
        lines = ", ".join(str(table.line) for table in tables)
        raise NotFoundError(
            f"{where}:{tables[1].line}: there are {len(tables)} tables under '{shape.title}' "
            f"(lines {lines}). Leave one there, or move the others under a heading of their own."
        )
    return tables[0]


def _columns(table: Table, shape: Shape, where: str) -> dict[str, int]:
    columns = {column: table.column(column) for column in shape.columns}
    missing = [column for column, place in columns.items() if place is None]
    if missing:
        raise MalformedError(
            f"{where}:{table.line}: the table under '{shape.title}' lacks the column {missing[0]!r}, "
            f"or has it twice. Its columns are {' | '.join(shape.columns)}, in any order."
        )
    return {column: place for column, place in columns.items() if place is not None}


def fits(row: Row, columns: dict[str, int], key: RowKey) -> bool:
    """Whether a row is one that `key` means."""
    if name(row, columns["Run Name"]) != key.run:
        return False
    if key.task is None:
        return True
    return name(row, columns["Task"]) == key.task and (
        key.epoch is None or _same_epoch(value(row, columns["Epoch"]), key.epoch)
    )


def _same_epoch(cell: str | None, epoch: str) -> bool:
    cell = unmarked(cell or "-")
    return cell == epoch or (epoch == "best" and cell.startswith("best ("))


def _refuse_broken(table: Table, row: Row, where: str) -> None:
    expected, found = len(table.header.texts), len(row.texts)
    if found != expected:
        remedy = r"Write a pipe inside a cell as \|." if found > expected else "Add the missing cells."
        raise MalformedError(f"{where}:{row.line}: the row has {found} cells, its table {expected}. {remedy}")


def _several(rows: list[Row], columns: dict[str, int], key: RowKey, where: str) -> str:
    lines = ", ".join(str(row.line) for row in rows)
    if key.task is not None and key.epoch is None:
        epochs = [value(row, columns["Epoch"]) or "-" for row in rows]
        if len(set(epochs)) == len(epochs):
            return f"{where}:{rows[0].line}: {key} has several epochs; give --epoch {' or '.join(epochs)}."
    return (
        f"{where}:{rows[1].line}: {len(rows)} rows say {key} (lines {lines}). Remove or rename all but one; "
        f"nothing was changed."
    )


def _no_row(document: Document, table: Table, columns: dict[str, int], key: RowKey, where: str) -> str:
    if key.task is None:
        tasks = _tasks_of(document, key.run)
        if tasks:
            choice = " or ".join(tasks)
            return f"{where}: {key.run} is not fine-tuned, it is only evaluated; give --task {choice}."
    runs = {name(row, columns["Run Name"]) or "" for row in table.rows()}
    if key.run in runs:
        there = sorted({_evaluation(row, columns) for row in table.rows() if _is_run(row, columns, key.run)})
        return f"{where}:{table.line}: no evaluation {key}; there are {'; '.join(there)}."
    from difflib import get_close_matches  # noqa: PLC0415  # only for somebody's typing error

    near = get_close_matches(key.run, sorted(runs), n=1)
    hint = f"Did you mean {near[0]}?" if near else "`ckreg status show` lists the runs."
    return f"{where}:{table.line}: no row for the run {key.run!r}. {hint}"


def _tasks_of(document: Document, run: str) -> list[str]:
    tasks: set[str] = set()
    for table in tables_of(document, EVALUATIONS):
        runs, names = table.column("Run Name"), table.column("Task")
        tasks.update(name(row, names) or "" for row in table.rows() if name(row, runs) == run)
    return sorted(tasks - {""})


def _is_run(row: Row, columns: dict[str, int], run: str) -> bool:
    return name(row, columns["Run Name"]) == run


def _evaluation(row: Row, columns: dict[str, int]) -> str:
    epoch = value(row, columns["Epoch"])
    return f"{name(row, columns['Task'])}" + (f" epoch {epoch}" if epoch else "")
