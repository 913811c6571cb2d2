"""The cases of GFM's section on tables, as status tables: what is edited, what is refused with its line."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckreg.core.status import Status, StatusRequest
from ckreg.core.summary.edit import with_cells
from ckreg.core.summary.rows import RowKey
from ckreg.errors import CkregError
from tests.core.summary import judge
from tests.core.summary.test_commonmark import ASKED, applied, edit_or_refuse

ROW = dataclasses.replace(ASKED, run="x", note=None)
PLACE = "## Status\n### Fine-tuning\n"
HEADER = "| Run Name | Status | Job ID | Started | Completed | Notes |\n|-|-|-|-|-|-|\n"

EDITED = {
    "the plain table": (
        HEADER + "| x | pending | - | - | - | - |\n",
        "| x | running | 12345 | 2025-10-22 14:23:15 | - | - |",
    ),
    "alignment row": (
        "|Run Name|Status|Job ID|Started|Completed|Notes|\n|:-|-:|:-:|---|:---|---:|\n|x|pending|-|-|-|-|",
        "|x|running|12345|2025-10-22 14:23:15|-|-|",
    ),
    "aligned cells of unequal width": (
        (
            "| Run Name | Status | Job ID | Started | Completed | Notes |\n| :-- | -- | --: | -- | -- | - |\n"
            "|x|  pending|-  |   -   | - | - |\n"
        ),
        "|x|  running|12345  |   2025-10-22 14:23:15   | - | - |",
    ),
    "no leading pipe": (
        (
            "Run Name | Status | Job ID | Started | Completed | Notes |\n---|---|---|---|---|---|\n"
            "x | pending | - | - | - | - |\n"
        ),
        "x | running | 12345 | 2025-10-22 14:23:15 | - | - |",
    ),
    "no trailing pipe": (
        (
            "| Run Name | Status | Job ID | Started | Completed | Notes\n|---|---|---|---|---|---\n"
            "| x | pending | - | - | - | -\n"
        ),
        "| x | running | 12345 | 2025-10-22 14:23:15 | - | -",
    ),
    "no pipe at either end": (
        (
            "Run Name | Status | Job ID | Started | Completed | Notes\n---|---|---|---|---|---\n"
            "x | pending | - | - | - | -"
        ),
        "x | running | 12345 | 2025-10-22 14:23:15 | - | -",
    ),
    "the status first, without a leading pipe": (
        (
            "Status | Run Name | Job ID | Started | Completed | Notes\n---|---|---|---|---|---\n"
            "pending | x | - | - | - | -"
        ),
        "running | x | 12345 | 2025-10-22 14:23:15 | - | -",
    ),
    "the job last, without a trailing pipe": (
        (
            "Run Name | Status | Started | Completed | Notes | Job ID\n---|---|---|---|---|---\n"
            "x | pending | - | - | - | -\n"
        ),
        "x | running | 2025-10-22 14:23:15 | - | - | 12345",
    ),
    "header and rows pipe differently": (
        (
            "| Run Name | Status | Job ID | Started | Completed | Notes |\n-|-|-|-|-|-\n"
            "x | pending | - | - | - | -"
        ),
        "x | running | 12345 | 2025-10-22 14:23:15 | - | -",
    ),
    "escaped pipes": (
        HEADER + r"| x | pending | a \| b | - | \| | \|\| |",
        r"| x | running | 12345 | 2025-10-22 14:23:15 | - | \|\| |",
    ),
    "escaped pipe in a code span": (
        HEADER + r"| x | pending | `a \| b` | - | - | **`\|`** |",
        r"| x | running | 12345 | 2025-10-22 14:23:15 | - | **`\|`** |",
    ),
    "an escaped pipe at the end, no trailing pipe": (
        (
            "Run Name | Status | Job ID | Started | Completed | Notes\n-|-|-|-|-|-\n"
            "x | pending | - | - | - | a \\|"
        ),
        "x | running | 12345 | 2025-10-22 14:23:15 | - | a \\|",
    ),
    "empty cells": (
        HEADER + "|x|pending|||||",
        "|x|running| 12345 | 2025-10-22 14:23:15 |||",
    ),
    "emphasised name and code": (
        HEADER + "| **x** | pending | - | - | - | - |\n",
        "| **x** | running | 12345 | 2025-10-22 14:23:15 | - | - |",
    ),
    "indented by three": (
        HEADER + "   | x | pending | - | - | - | - |\n",
        "   | x | running | 12345 | 2025-10-22 14:23:15 | - | - |",
    ),
    "after a paragraph line": (
        "text directly above\n" + HEADER + "| x | pending | - | - | - | - |\n",
        "| x | running | 12345 | 2025-10-22 14:23:15 | - | - |",
    ),
    "ended by a quote": (
        HEADER + "| x | pending | - | - | - | - |\n> | x | running | - | - | - | - |\n",
        "| x | running | 12345 | 2025-10-22 14:23:15 | - | - |",
    ),
    "ended by a heading": (
        HEADER + "| x | pending | - | - | - | - |\n# | x | running | - | - | - | - |\n",
        "| x | running | 12345 | 2025-10-22 14:23:15 | - | - |",
    ),
    "ended by a fence": (
        HEADER + "| x | pending | - | - | - | - |\n```\n| x | running | - | - | - | - |\n```\n",
        "| x | running | 12345 | 2025-10-22 14:23:15 | - | - |",
    ),
    "ended by a comment": (
        HEADER + "| x | pending | - | - | - | - |\n<!--\n| x | running | - | - | - | - |\n-->\n",
        "| x | running | 12345 | 2025-10-22 14:23:15 | - | - |",
    ),
    "ended by a list": (
        HEADER + "| x | pending | - | - | - | - |\n- | x | running | - | - | - | - |\n",
        "| x | running | 12345 | 2025-10-22 14:23:15 | - | - |",
    ),
    "ended by a blank line": (
        HEADER + "| x | pending | - | - | - | - |\n\n| x | running | - | - | - | - |\n",
        "| x | running | 12345 | 2025-10-22 14:23:15 | - | - |",
    ),
    "ended by code": (
        HEADER + "| x | pending | - | - | - | - |\n    | x | running | - | - | - | - |\n",
        "| x | running | 12345 | 2025-10-22 14:23:15 | - | - |",
    ),
    "a line without pipes is a row, too": (
        HEADER + "bar\n| x | pending | - | - | - | - |\nbaz\n\nbar\n",
        "| x | running | 12345 | 2025-10-22 14:23:15 | - | - |",
    ),
    "short and long rows beside it": (
        HEADER
        + "| y | pending |\n| x | pending | - | - | - | - |\n| z | pending | - | - | - | - | 7 | 8 |\n",
        "| x | running | 12345 | 2025-10-22 14:23:15 | - | - |",
    ),
    "the same in a quote and in a list item": (
        "> "
        + (HEADER + "| x | pending | - | - | - | - |\n").replace("\n", "\n> ")
        + "\n- "
        + (HEADER + "| x | pending | - | - | - | - |\n").replace("\n", "\n  ")
        + "\n# e\n"
        + PLACE
        + HEADER
        + "| x | pending | - | - | - | - |\n",
        "| x | running | 12345 | 2025-10-22 14:23:15 | - | - |",
    ),
    "in another table's cell": (
        HEADER
        + "| x | pending | - | - | - | - |\n\n## Mine\n| a | b |\n|-|-|\n| \\| x \\| pending \\| | - |\n",
        "| x | running | 12345 | 2025-10-22 14:23:15 | - | - |",
    ),
    "the cells' padding is tabs": (
        HEADER + "|\tx\t|\tpending\t|\t-\t|\t-\t|\t-\t|\t-\t|\n",
        "|\tx\t|\trunning\t|\t12345\t|\t2025-10-22 14:23:15\t|\t-\t|\t-\t|",
    ),
}


@pytest.mark.parametrize("case", EDITED)
def test_a_table_that_is_one_is_edited(case: str) -> None:
    table, line = EDITED[case]
    text = PLACE + table
    edited = edit_or_refuse(text, ROW)
    assert edited is not None
    changed = [new for old, new in zip(text.split("\n"), edited.split("\n"), strict=True) if old != new]
    assert changed == [line]


REFUSED = {
    "fewer delimiters than headers": (HEADER.replace("|-|-|-|", "|-|-|") + "| x |\n", "no table under"),
    "more delimiters than headers": (HEADER.replace("|-|-|-|", "|-|-|-|-|") + "| x |\n", "no table under"),
    "no delimiter row": (HEADER.replace("|-|-|-|-|-|-|\n", "") + "| x | pending |\n", "no table under"),
    "header without a pipe": ("Run Name\n---\n| x | pending |\n", "no table under"),
    "letters in the delimiter row": (HEADER.replace("|-|-|", "|a|-|") + "| x |\n", "no table under"),
    "in a quote": (
        "> " + HEADER.replace("\n", "\n> ") + "| x | pending | - | - | - | - |\n",
        "no table under",
    ),
    "in a list item": (
        "- " + HEADER.replace("\n", "\n  ") + "| x | pending | - | - | - | - |\n",
        "no table under",
    ),
    "indented by four": ("    " + HEADER.replace("\n", "\n    ") + "| x |\n", "no table under"),
    "a short row": (HEADER + "| y |\n| x | pending | - |\n", r"s\.md:6: the row has 3 cells, its table 6"),
    "a long row": (
        HEADER + "| x | pending | - | - | - | a | b |\n",
        r"s\.md:5: the row has 7 cells, its table 6",
    ),
    "a pipe in a code span splits the cell": (
        HEADER + "| x | pending | - | - | - | `a | b` |\n",
        r"s\.md:5: the row has 7 cells.*as \\\|",
    ),
    "two rows of one name": (
        HEADER + "| x | pending | - | - | - | - |\nx | pending | - | - | - | -\n",
        r"s\.md:6: 2 rows say x \(lines 5, 6\)",
    ),
    "cut in two by a blank line": (HEADER + "\n| x | pending | - | - | - | - |\n", "no row for the run 'x'"),
    "cut in two by a rule": (HEADER + "***\n| x | pending | - | - | - | - |\n", "no row for the run 'x'"),
    "two tables": (
        HEADER + "| x | pending | - | - | - | - |\n\n" + HEADER + "| x | pending | - | - | - | - |\n",
        r"s\.md:7: there are 2 tables under .* \(lines 3, 7\)",
    ),
    "a column twice": (
        "| Run Name | Status | Status | Job ID | Started | Completed | Notes |\n|-|-|-|-|-|-|-|\n| x |\n",
        r"s\.md:3: .*'Status', or has it twice",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_table_that_is_none_or_doubtful_is_refused(case: str) -> None:
    table, message = REFUSED[case]
    with pytest.raises(CkregError, match=message):
        applied(PLACE + table, ROW)


FIRST = "{first} | Run Name | Status | {others}\n---|---|---|---|---|---\n{cell} | x | {status} | - | - | -\n"


@pytest.mark.parametrize(
    "note", ["-", "# title", "> quote", "- item", "1. item", "```", "<!-- open", "<div>", "* item", "~~~ x"]
)
def test_a_value_that_would_end_the_table_is_refused(note: str) -> None:
    """Where a row begins without a pipe, its first cell begins the line, and could begin another block."""
    text = PLACE + FIRST.format(
        first="Notes", others="Job ID | Started | Completed", cell="n", status="pending"
    )
    text += "y | z | pending | - | - | -\n"
    with pytest.raises(CkregError, match=r"s\.md:5: .*[Pp]ut a pipe"):
        with_cells(text, RowKey("x"), {"Notes": note}, "s.md")
    piped = text.replace("n | x", "| n | x")
    assert edit_or_refuse(piped, dataclasses.replace(ROW, note=note)) is not None


def test_a_retry_empties_no_cell_that_begins_a_line() -> None:
    """`- | x` would be a list item, and the end of the table."""
    text = PLACE + FIRST.format(
        first="Job ID", others="Notes | Started | Completed", cell="7", status="failed"
    )
    with pytest.raises(CkregError, match=r"s\.md:5: .*[Pp]ut a pipe"):
        applied(text, StatusRequest(id="1", experiment="e", run="x", at=ROW.at, status=Status.PENDING))


texts = st.text(alphabet="ab|\\`*-_<>#~=+1.): \t&;é", min_size=1, max_size=9)
orders = st.permutations(["Run Name", "Status", "Job ID", "Started", "Completed", "Notes", "Mine"])


@given(
    order=orders,
    others=st.lists(texts, min_size=7, max_size=7),
    edges=st.sampled_from([("| ", " |"), ("", ""), ("| ", ""), ("", " |"), ("   |", "|  "), ("", "|")]),
    note=texts,
    newline=st.sampled_from(["\n", "\r\n"]),
)
def test_tables_of_any_shape(
    order: list[str], others: list[str], edges: tuple[str, str], note: str, newline: str
) -> None:
    cells = {name: text.replace("|", r"\|") for name, text in zip(order, others, strict=True)}
    cells |= {"Run Name": "x", "Status": "pending"}
    lines = [order, ["---"] * 7, [cells[name] for name in order], ["y"] * 7]
    rows = [" | ".join(line).join(edges) for line in lines]
    text = newline.join(["## Status", "### Fine-tuning", "", *rows, "", "end"])
    edit_or_refuse(text, dataclasses.replace(ROW, note=note))


def test_the_judge_is_no_echo() -> None:
    """It sees what the engine must not do: a changed neighbour, a lost row, another line."""
    text = PLACE + EDITED["the plain table"][0] + "| y | pending | - | - | - | - |\n"
    row = judge.editable(text, "x")
    assert row is not None
    good = applied(text, ROW)
    cells = {"status": "running", "job id": "12345", "started": "2025-10-22 14:23:15"}
    judge.refuse_other_changes(text, good, row, cells)
    for bad in (
        good.replace("| y |", "|  y |"),
        good.replace("| x |", "| x  |"),
        good.replace("12345", "1234"),
        good.replace("12345", "1 | 2"),
        good.replace("\n| y", "\n\n| y"),
    ):
        with pytest.raises(AssertionError):
            judge.refuse_other_changes(text, bad, row, cells)
