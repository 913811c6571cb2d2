"""Many rows of one document, found and changed in one reading: the work grows with the rows alone."""

from collections.abc import Iterable, Mapping, Sequence

from ckreg.core.markdown import Document, Row, Table, read
from ckreg.core.summary.edit import cell_splices, refuse_other_meaning
from ckreg.core.summary.rows import FoundRow, RowKey, find_row, fits, table_and_columns
from ckreg.core.summary.tables import EVALUATIONS, FINE_TUNING, Shape, name
from ckreg.core.text import spliced
from ckreg.errors import MalformedError


class Sheet:
    """A document's Status tables, read once; `where` is the file's name for messages."""

    def __init__(self, text: str, where: str) -> None:
        self._text, self._where = text, where
        self._document = read(text)
        self._known: dict[Shape, tuple[Table, dict[str, int], dict[str | None, list[Row]]]] = {}

    def find(self, key: RowKey) -> FoundRow:
        """The row that `key` means.

        Raises:
            CkregError: as `find_row`.
        """
        table, columns, by_run = self._table(FINE_TUNING if key.task is None else EVALUATIONS)
        rows = [row for row in by_run.get(key.run, ()) if fits(row, columns, key)]
        if len(rows) != 1 or len(rows[0].texts) != len(table.header.texts):
            return find_row(self._text, key, self._where)  # which says what is wrong
        return FoundRow(table, rows[0], columns)

    def _table(self, shape: Shape) -> tuple[Table, dict[str, int], dict[str | None, list[Row]]]:
        if shape not in self._known:
            table, columns = table_and_columns(self._document, shape, self._where)
            by_run: dict[str | None, list[Row]] = {}
            for row in table.rows():
                by_run.setdefault(name(row, columns["Run Name"]), []).append(row)
            self._known[shape] = (table, columns, by_run)
        return self._known[shape]


def with_rows(text: str, edits: Iterable[tuple[RowKey, Mapping[str, str]]], where: str) -> str:
    """The document with these cells of these rows changed and nothing else; no row may be named twice.

    Raises:
        CkregError: a row cannot be found, or cannot hold what it should.
    """
    sheet = Sheet(text, where)
    changes = [(sheet.find(key), cells) for key, cells in edits if cells]
    splices = [splice for found, cells in changes for splice in cell_splices(text, found, cells)]
    try:
        edited = spliced(text, splices)
    except ValueError:
        raise MalformedError(
            f"{where}: a row was to be changed twice at once; nothing was changed."
        ) from None
    _refuse_changed_meaning(changes, read(edited), where)
    return edited


def _refuse_changed_meaning(
    changes: Sequence[tuple[FoundRow, Mapping[str, str]]], after: Document, where: str
) -> None:
    """Read the document again: what was set must be what is read in its row, and the tables as before."""
    tables = {(table.first, table.after): table for table in after.tables}
    for found, cells in changes:
        table = tables.get((found.table.first, found.table.after))
        texts = None if table is None else table.row(found.row.line - 1).texts
        refuse_other_meaning(found, texts, cells, where)
