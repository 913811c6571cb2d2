"""CK1xx: are the document's sections, tables and columns there, once, and its rows whole?"""

from collections.abc import Iterator

from ckreg.core.check.problem import Problem, error, warning
from ckreg.core.markdown import Document, Table, plain
from ckreg.core.summary.tables import SECTIONS, SHAPES, Shape, is_stray, tables_of, under


def check_title(document: Document, experiment: str) -> Iterator[Problem]:
    """CK100: the title names another experiment than the folder."""
    for heading in document.headings[:1]:
        words, _, name = heading.title.partition(":")
        if plain(words) == "experiment" and name.strip() not in {"", experiment}:
            yield warning(
                "CK100", heading.line, f"the title says {name.strip()!r}, the folder {experiment!r}"
            )


def check_sections(document: Document) -> Iterator[Problem]:
    """CK101, CK102: a section of the template is missing, or there twice."""
    for section in SECTIONS:
        there = [heading for heading in document.headings if under((*heading.path, heading.title), section)]
        title = " > ".join(section)
        if not there:
            mark = "#" * (len(section) + 1)
            yield error("CK101", 1, f"the section '{title}' is missing; add a line '{mark} {section[-1]}'")
        for heading in there[1:]:
            yield error("CK102", heading.line, f"the section '{title}' is there twice (line {there[0].line})")


def check_tables(document: Document) -> Iterator[Problem]:
    """CK103 to CK105: a table is missing, there twice, or lacks a column."""
    for shape in SHAPES:
        tables = tables_of(document, shape)
        if not tables:
            line = _line_of(document, shape)
            if line is not None:
                columns = " | ".join(shape.columns)
                yield error("CK103", line, f"'{shape.title}' has no table; its columns are {columns}")
            continue
        for table in tables[1:]:
            yield error("CK104", table.line, f"a second table under '{shape.title}' (line {tables[0].line})")
        yield from _check_columns(tables[0], shape)


def check_rows(document: Document) -> Iterator[Problem]:
    """CK106, CK107: a row has too few or too many cells; a line of prose stands directly under a table."""
    for shape in SHAPES:
        for table in tables_of(document, shape)[:1]:
            width = len(table.header.cells)
            for row in table.rows():
                if is_stray(table, row):
                    yield error(
                        "CK107", row.line, "this line counts as a table row; put an empty line above it"
                    )
                elif len(row.cells) != width:
                    remedy = (
                        r"write a pipe in a cell as \|" if len(row.cells) > width else "add the missing cells"
                    )
                    yield error(
                        "CK106", row.line, f"the row has {len(row.cells)} cells, its table {width}; {remedy}"
                    )


def _check_columns(table: Table, shape: Shape) -> Iterator[Problem]:
    headers = [plain(text) for text in table.header.texts]
    for column in shape.columns:
        times = headers.count(plain(column))
        if times != 1:
            what = "is missing" if times == 0 else "is there twice"
            yield error("CK105", table.line, f"the column {column!r} of '{shape.title}' {what}")


def _line_of(document: Document, shape: Shape) -> int | None:
    for heading in document.headings:
        if under((*heading.path, heading.title), shape.section):
            return heading.line
    return None
