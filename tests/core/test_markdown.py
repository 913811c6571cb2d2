"""markdown-it itself is the judge: what it calls a table, row and cell is one here."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ckreg.core.markdown import escaped, plain, read, unmarked
from ckreg.core.text import BOM


def tables_of_markdown_it(text: str) -> list[list[list[str]]]:
    """Each top-level table as rows of raw cell texts."""
    tables: list[list[list[str]]] = []
    inside = False
    for token in MarkdownIt("commonmark").enable("table").parse(text.removeprefix(BOM)):
        if token.type == "table_open":
            inside = token.level == 0
            if inside:
                tables.append([])
        elif token.type == "table_close":
            inside = False
        elif inside and token.type == "tr_open":
            tables[-1].append([])
        elif inside and token.type == "inline":
            tables[-1][-1].append(token.content)
    return tables


def tables_read(text: str) -> list[list[list[str]]]:
    tables = []
    for table in read(text).tables:
        width = len(table.header.cells)
        rows = [list(table.header.texts)]
        # GFM: missing cells are empty, excess cells are ignored
        rows += [[*row.texts[:width], *[""] * (width - len(row.cells))] for row in table.rows()]
        tables.append(rows)
    return tables


fragments = st.sampled_from(
    ["|", "| a | b |", "|---|---|", "a | b", "-|-", r"\|", "`|`", "\n", "\r\n", "\n\n", "# H", "```", "> q",
     "<!--", "-->", "- item", "    ", "  ", "\t", "text", "|:-:|", "é", "\x0c", "1. x", "***", "|-|", "| x |"]
)  # fmt: skip
documents = st.lists(fragments, max_size=30).map("".join)


@given(documents)
@example("| a |\n|---|\n| x |\nunder\n\n| b |\n|---|\n")
@example("```\n| a |\n|---|\n```\n")
@example("text\n| a | b |\n|---|---|\n| 1 | 2 |\n> q\n")
@example("| a |\n|---|\n| \\| |\n|| |\n|\n")
def test_tables_are_those_of_markdown_it(text: str) -> None:
    assert tables_read(text) == tables_of_markdown_it(text)


@given(documents)
def test_cells_stand_where_they_say(text: str) -> None:
    for table in read(text).tables:
        for row in table.rows():
            for cell in row.cells:
                raw = text[cell.start : cell.end]
                assert raw.strip(" \t\n\v\f\r").replace(r"\|", "|") == cell.text
                assert not re.search(r"[\r\n]", raw)


def test_headings_fields_and_tables_know_what_stands_above_them() -> None:
    document = read("# T\n\n## A\n- **Key:** v\n\n### B\n\n| x |\n|---|\n\n## C\nSub\n---\n**Other**: w\n")
    assert [(heading.path, heading.title, heading.line) for heading in document.headings] == [
        ((), "T", 1),
        (("T",), "A", 3),
        (("T", "A"), "B", 6),
        (("T",), "C", 11),
        (("T",), "Sub", 12),
    ]
    assert [(field.path[-1], field.key, field.value, field.line) for field in document.fields] == [
        ("A", "Key", "v", 4),
        ("Sub", "Other", "w", 14),
    ]
    assert [(table.path, table.line) for table in document.tables] == [(("T", "A", "B"), 8)]


def test_a_bom_hides_nothing() -> None:
    assert read(BOM + "# T\n\n| a |\n|---|\n| b |\n").tables[0].path == ("T",)


@pytest.mark.parametrize(
    ("cell", "name"), [("`a_b`", "a_b"), (r"a\_b", "a_b"), ("**a**", "a"), (" a ", "a"), ("`", "`")]
)
def test_marks_around_a_name_are_not_part_of_it(cell: str, name: str) -> None:
    assert unmarked(cell) == name


def test_headers_are_compared_by_their_words() -> None:
    assert plain("**Run Name**") == plain("run name") == plain("Run_Name")
    assert escaped("a|b") == r"a\|b"
