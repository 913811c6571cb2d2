import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ckreg.core.markdown.html import to_html
from tests.pages import faults_of, read_page


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "a <svg/onload=alert(1)> b",
        "<!-- --><script>x</script>",
        "| a |\n|---|\n| <script>alert(1)</script> |",
        '| <b onclick=x> |\n|---|\n| `<i>` <http://x"onclick=y> |',
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt&colon;alert(1))",
        "[x](java\tscript:alert(1))",
        "[x](&#x6A;avascript:alert(1))",
        "[x](  javascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](vbscript:msgbox)",
        "[x](file:///etc/passwd)",
        "[x](//evil.example/x)",
        "[x](\\\\evil.example\\x)",
        "<javascript:alert(1)>",
        "![x](http://evil.example/x.png)",
        "![x](javascript:alert(1))",
        "[![x](javascript:a)](javascript:b)",
        "[x]: javascript:alert(1)\n\n[x] ![x]",
        '[x](http://a.example "\\" onmouseover=alert(1)")',
        '```" onclick="alert(1)\ncode\n```',
        "```html\n</code></pre><script>alert(1)</script>\n```",
        "# <script>\n# <script>\n# a\n# a\n# A\n# a-1",
        "- | a |\n  |:-:|\n  | <script> |",
        "\0<script>\0",
        "\x1b]0;x\x07<script>",
    ],
)
def test_nothing_in_a_document_runs_or_fetches(text: str) -> None:
    assert not faults_of(to_html(text).text)


@given(st.lists(st.sampled_from([*"<>\"'`[]()!|#&;:-\n\\ ", "a", "javascript:", "on=", "script", "x.md"])))
def test_no_mixture_of_marks_runs_or_fetches(parts: list[str]) -> None:
    assert not faults_of(to_html("".join(parts), lambda href: f"../{href}").text)


def test_what_raw_html_says_is_shown_as_text() -> None:
    page = read_page(to_html("Does <b>this</b> & that?").text)
    assert "".join(page.text) == "Does <b>this</b> & that?\n"


def test_links_lead_to_the_web_to_headings_and_where_the_caller_says() -> None:
    text = (
        "# One\n[a](http://a.example/?x=1&y=2) [b](mailto:a@b.example) [c](#one) [d](#none) [e](r.csv) [f](t)"
    )
    html = to_html(text, lambda href: f"../x/{href}" if href == "r.csv" else None).text
    assert read_page(html).links == [
        "http://a.example/?x=1&y=2",
        "mailto:a@b.example",
        "#doc-one",
        "../x/r.csv",
    ]


def test_an_image_is_a_link_to_it() -> None:
    html = to_html(
        "![a *curve*](http://a.example/x.png) [![b](http://b.example/i.png)](http://c.example)"
    ).text
    assert read_page(html).links == ["http://a.example/x.png", "http://c.example"]
    assert "[image: a curve]" in html.replace("<em>", "").replace("</em>", "")


def test_headings_go_one_level_down_and_have_ids_of_their_own() -> None:
    found = to_html("# Status\n## Status\n###### Deep\n### A `b` & c")
    assert re.findall(r'<h(\d) id="([^"]+)">', found.text) == [
        ("2", "doc-status"),
        ("3", "doc-status-1"),
        ("6", "doc-deep"),
        ("4", "doc-a-b--c"),
    ]
    assert found.headings == (
        (1, "Status", "doc-status"),
        (2, "Status", "doc-status-1"),
        (3, "A b & c", "doc-a-b--c"),
    )


TABLES = [
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "a | b\n-|-\n1 | 2 | 3\n4",
    "| a |\n|---|\n| x \\| y |\n| `a \\| b` |\n|  |",
    "| **a** | [b](c.md) |\n|---|---|\n| a_b_c | *x* ~~y~~ |\n\nafter",
    "text\n\n| a |\n|---|\nrow under it\n\n> | q |\n> |---|\n> | 1 |",
    "1. | a |\n   |---|\n   | 1 |\n\n| b |\r\n|---|\r\n| 2 |\r\n",
]


@pytest.mark.parametrize("text", TABLES)
def test_tables_have_the_cells_that_markdown_it_finds(text: str) -> None:
    def cells(html: str) -> list[str]:
        return re.findall(r"<(?:th|td)(?: [^>]*)?>(.*?)</(?:th|td)>", html, re.DOTALL)

    reference = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).render(text)
    assert cells(to_html(text, lambda href: href).text) == cells(reference)
    assert cells(reference)


def test_columns_are_aligned_by_class_for_a_page_may_have_no_style() -> None:
    html = to_html("| a | b | c | d |\n|--:|:-:|:--|---|\n| 1 | 2 | 3 | 4 |").text
    assert "style" not in html
    assert re.findall(r"<td([^>]*)>", html) == [' class="right"', ' class="center"', "", ""]
