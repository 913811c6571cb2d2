"""Rows as text, read back by other programs: Python's csv and json, and markdown-it."""

import csv
import io
import json
import re
from html import unescape
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ckreg.core.tabular import (
    as_csv,
    as_json,
    as_json_lines,
    as_latex,
    as_markdown,
    json_text,
    numeric_columns,
    shown,
)

COLUMNS = ("run", "accuracy")
ROWS = (("a_rank4", 0.5), ("b", None))
OBEYED = {"Cc", "Cf", "Cs", "Zl", "Zp"}  # Unicode's control and formatting codes, and line separators
NASTY = 'a|b\\|c\n\x1b[31m"x", <b>*y*</b> `z` &amp; _w_'


def test_csv() -> None:
    assert as_csv(COLUMNS, ROWS) == "run,accuracy\na_rank4,0.5\nb,\n"


def test_csv_quotes_what_needs_it_and_obeys_nothing() -> None:
    [_, row] = csv.reader(io.StringIO(as_csv(("x", "y"), [('say "hi", \x1b[31m', "two\r\nlines")])))
    assert row == ['say "hi",  [31m', "two  lines"]


def test_json_is_one_object_a_line() -> None:
    assert as_json(COLUMNS, ROWS) == (
        '[{"run": "a_rank4", "accuracy": 0.5},\n {"run": "b", "accuracy": null}]\n'
    )
    assert as_json(COLUMNS, ()) == "[]\n"


def test_json_lines() -> None:
    assert as_json_lines(COLUMNS, ROWS) == (
        '{"run": "a_rank4", "accuracy": 0.5}\n{"run": "b", "accuracy": null}\n'
    )


def test_json_has_no_infinity() -> None:
    assert json.loads(as_json(("x", "y"), [(float("inf"), float("nan"))])) == [{"x": None, "y": None}]


def test_markdown() -> None:
    assert as_markdown(COLUMNS, ROWS, right={1}) == (
        "| run     | accuracy |\n| ------- | -------: |\n| a_rank4 |      0.5 |\n| b       |        - |\n"
    )


def test_latex() -> None:
    assert as_latex(COLUMNS, ROWS, right={1}).splitlines()[1:] == [
        r"\begin{tabular}{lr}",
        r"\toprule",
        r"run & accuracy \\",
        r"\midrule",
        r"a\_rank4 & 0.5 \\",
        r"b & -- \\",
        r"\bottomrule",
        r"\end{tabular}",
    ]


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        (r"\input{/etc/passwd}", r"\textbackslash{}input\{/etc/passwd\}"),
        ("50 % & $5 #1 ~x ^y", r"50 \% \& \$5 \#1 \textasciitilde{}x \textasciicircum{}y"),
        ("[2cm]", "{[}2cm{]}"),
        ("*", "{*}"),
        ("a--b", "a-{}-b"),
        ("a---b", "a-{}-{}-b"),
        ("0.5 ± 0.1", r"0.5 \ensuremath{\pm} 0.1"),
        ("two\nlines", "two lines"),
    ],
)
def test_latex_says_what_the_cell_says(text: str, escaped: str) -> None:
    assert as_latex(("x",), [(text,)]).splitlines()[5] == escaped + r" \\"


def rendered(markdown: str) -> list[str]:
    """The words of the cells, as markdown-it renders them."""
    html = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(markdown)
    cells = re.findall(r"<t[hd](?: [^>]*)?>(.*?)</t[hd]>", html, re.DOTALL)
    assert not any("<" in cell for cell in cells)  # no mark became one
    return [unescape(cell) for cell in cells]


@given(st.lists(st.text(max_size=12), min_size=1, max_size=4))
def test_markdown_renders_to_what_the_cells_say(cells: list[str]) -> None:
    names = [f"c{place}" for place in range(len(cells))]
    markdown = as_markdown(names, [cells])
    assert markdown.count("\n") == 3
    assert rendered(markdown) == [*names, *(" ".join(shown(cell).split()) for cell in cells)]


def test_markdown_takes_nothing_for_a_mark() -> None:
    said = rendered(as_markdown(("x",), [(NASTY,)]))[1]
    assert said == 'a|b\\|c [31m"x", <b>*y*</b> `z` &amp; _w_'


def test_names_with_underscores_stay_as_they_are() -> None:
    assert "Llama-3.2-1B_rank4" in as_markdown(("run",), [("Llama-3.2-1B_rank4",)])


@given(st.lists(st.tuples(st.text(max_size=9), st.integers() | st.floats() | st.none()), max_size=4))
def test_every_form_is_safe_to_look_at_and_can_be_read(rows: list[tuple[object, ...]]) -> None:
    told = [as_csv(COLUMNS, rows), as_json(COLUMNS, rows), as_json_lines(COLUMNS, rows)]
    told += [as_markdown(COLUMNS, rows), as_latex(COLUMNS, rows)]
    assert {category(char) for char in "".join(told).replace("\n", "")}.isdisjoint(OBEYED)
    assert [row["run"] for row in json.loads(told[1])] == [row[0] for row in rows]
    assert len(list(csv.reader(io.StringIO(told[0])))) == len(rows) + 1
    assert len(told[2].split("\n")) == len(rows) + 1


def test_json_keeps_control_codes_as_escapes() -> None:
    assert json_text("\x1b[31m\u202e") == '"\\u001b[31m\\u202e"'


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"),
        (True, "true"),
        (3, "3"),
        (0.1 + 0.2, "0.3"),
        (1e-05, "1e-05"),
        (1234567.8, "1234568"),
        (1e30, "1e+30"),
        ("a\x1bb", "a b"),
    ],
)
def test_values_as_people_read_them(value: object, text: str) -> None:
    assert shown(value) == text


def test_columns_of_numbers() -> None:
    assert numeric_columns(("a", "b", "c"), [(1, "x", None), (None, 2, None)]) == {0}
