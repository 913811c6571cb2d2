"""The section Results: put in or replaced, and nothing else changes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckreg.core.results.section import MARK, with_section, without_section
from ckreg.core.seal import seal_of
from ckreg.core.summary import parse
from ckreg.core.text import newline_of
from ckreg.errors import CkregError, MalformedError, RefusedError
from tests.documents import SUMMARY

BODY = "accuracy.\n\n| Run | cap |\n| --- | --: |\n| L1B_rank4 | 0.810 |"
OURS = f"## Results\n\n{MARK}\n\n{BODY}\n"


def put(source: str, body: str = BODY) -> str:
    return with_section(source, body, "s.md")


def test_a_new_section_goes_before_the_quick_reference() -> None:
    before, after = SUMMARY.split("## Quick Reference")
    assert put(SUMMARY) == f"{before}{OURS}\n## Quick Reference{after}"


def test_without_such_sections_it_goes_to_the_end() -> None:
    assert put("# E") == f"# E\n\n{OURS}"
    assert put("# E\n") == f"# E\n\n{OURS}"
    assert put("") == OURS


def test_a_section_of_ours_is_replaced_up_to_the_next_of_its_level() -> None:
    old = put(SUMMARY, "old\n\n### Below\ntext")
    assert put(old) == put(SUMMARY)
    assert put(put("# E\n", "old")) == put("# E\n")


def test_a_section_of_a_person_stays() -> None:
    with pytest.raises(RefusedError, match=r"s\.md:3: the section Results was written by hand"):
        put("# E\n\n## Results\nIt works.\n")


def test_two_sections_are_ambiguous() -> None:
    with pytest.raises(MalformedError, match=r"s\.md:2: a second section Results"):
        put("## Results\n## Results\n")


@pytest.mark.parametrize("end", ["```\ncode", "<!-- not closed"])
def test_behind_an_open_fence_or_comment_it_would_be_no_section(end: str) -> None:
    with pytest.raises(MalformedError, match="is not closed"):
        put(f"# E\n\n{end}\n")


def test_the_plan_and_its_seal_are_the_same_with_it() -> None:
    assert seal_of(put(SUMMARY), None, "s").hash == seal_of(SUMMARY, None, "s").hash
    assert parse(put(SUMMARY)).runs == parse(SUMMARY).runs


@given(
    st.lists(
        st.sampled_from(
            [
                "## Notes",
                "## Quick Reference",
                "### Results",
                "Results",
                "-------",
                "# Top",
                "text",
                "| a |",
                "| - |",
                "```",
                "<!--",
                "-->",
                "",
                "- **K:** v",
                "> ## Notes",
                "    ## Notes",
            ]
        )
    ),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["", "\ufeff"]),
    st.booleans(),
)
def test_everything_else_stays_to_the_byte_and_twice_is_a_no_op(
    lines: list[str], newline: str, bom: str, ends: bool
) -> None:
    source = bom + newline.join(lines) + (newline if ends else "")
    try:
        once = put(source)
    except CkregError:
        return
    assert put(once) == once
    assert put(put(once, "other")) == once
    ours = newline_of(source).join(OURS.split("\n"))
    start = once.index(ours.rstrip("\r\n"))
    rest = once[start + len(ours) :]
    assert source.startswith(once[:start].rstrip("\r\n"))
    assert source.endswith(rest.lstrip("\r\n"))
    assert [line for line in without_section(once).replace("\r", "\n").split("\n") if line] == [
        line for line in source.replace("\r", "\n").split("\n") if line
    ]
