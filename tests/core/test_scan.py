"""The line scan says what markdown-it says, or nothing."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ckreg.adapters.assets import render_summary
from ckreg.core.markdown import Document
from ckreg.core.markdown.blocks import read_blocks
from ckreg.core.markdown.scan import scan
from ckreg.core.text import BOM
from tests.core.plan.helpers import basis, planned, sheet
from tests.documents import EDITED, SUMMARY

pieces = st.sampled_from(
    ["# T", "## A", "### B ", "#", "## C ##", "####### D", "text", "**K:** v", "**K**: v `x`", "- item",
     "- **Key:** value | x", "  - nested", "   - deeper", "    - deepest", "1. one", "2. two", "3) three",
     "| a | b |", "|---|---|", "| 1 | 2 |", "|:-:|--:|", "|---|", r"| a \| b |", "| a |", "|", "a | b", "-|-",
     "---", "***", "===", "- - -", "-", "- ", "```", "```py", "~~~", "````", "<!-- c -->", "<!--", "-->",
     "<div>", "> q", "+ plus", "* star", "[a]: /u", "    code", "\tcode", "  two", " one", "", "", "", " ",
     "✓ yes", "\\# no", "_x_", "---|", "|-|", "| x", "7. x", "10 runs", "é", "\x0c", "\0", "\u2028", "\xa0"]
)  # fmt: skip
usual = st.sampled_from(
    ["# T", "## A", "### B", "text", "**K:** v", "- item", "- **Key:** v | x", "  - **N:** v", "1. one",
     "| a | b |\n|---|---|\n| 1 | 2 |", "| a |\n|---|", "| x |", "---", "```\n| a |\n|---|\n```", "2. two",
     "<!-- c -->", "<!-- a\n# b\n-->", "", "", "", " "]
)  # fmt: skip
newlines = st.sampled_from(["\n", "\n", "\n", "\r\n", "\r"])
lined = st.lists(st.tuples(pieces, newlines), max_size=25).map(
    lambda lines: "".join(piece + newline for piece, newline in lines)
)
packed = st.lists(
    pieces | newlines | st.sampled_from(["\n", " ", "|", "-", "*", "`", "\\"]), max_size=25
).map("".join)


def told(document: Document) -> tuple[object, ...]:
    tables = [(table.path, table.starts, table.first, table.after) for table in document.tables]
    return document.headings, document.fields, tables


mostly = st.lists(usual, max_size=12).map("\n".join)


@given(st.sampled_from(["", BOM]), mostly | lined | packed)
@example("", "| a | b \\\\|\n|---|\n")
@example("", "- a\n\n| x |\n|---|\n")
@example("", "<!-- a\n\n-->\n| x |\n|---|\n| y |\n")
@example("", "```\n| x |\n|---|\n```\n## A\n")
def test_the_scan_agrees_with_markdown_it_wherever_it_answers(mark: str, text: str) -> None:
    found = scan(mark + text)
    if found is not None:
        assert told(found) == told(read_blocks(mark + text))


@pytest.mark.parametrize("text", [SUMMARY, EDITED, SUMMARY.replace("\n", "\r\n"), BOM + SUMMARY])
def test_usual_documents_need_no_markdown_it(text: str) -> None:
    found = scan(text)
    assert found is not None
    assert told(found) == told(read_blocks(text))


def test_documents_of_design_need_no_markdown_it() -> None:
    found = scan(render_summary(sheet(planned(), basis())))
    assert found is not None


@pytest.mark.parametrize(
    "text", ["> q", "* x", "a\n===", "| a |", "- a\nlazy", "    code", "[a]: b", "<div>", "a\x0cb", "2. x"]
)
def test_what_is_unusual_is_left_to_markdown_it(text: str) -> None:
    assert scan(text) is None
