"""A section of somebody's AGENTS.md, and a skill that is known again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckreg.core.assistant import BEGIN, END, Whose, skill_text, whose_skill, with_section, without_section
from ckreg.errors import MalformedError

SECTION = "## Ours\n\ntext\n"
TEMPLATE = "---\nname: x\n---\n\n# X\n"
texts = st.lists(
    st.sampled_from(["# Mine", "", "- a", "\ufeff", "\u2028", "word ", "\r\n", "\r", "\n", "\n\n"])
).map("".join)


@given(texts)
def test_what_was_there_stays_to_the_byte(text: str) -> None:
    with_ours = with_section(text, SECTION)
    assert with_ours.startswith(text)
    assert with_section(with_ours, SECTION) == with_ours
    assert without_section(with_ours) == text


@given(texts, texts)
def test_a_new_section_takes_the_place_of_an_old_one(before: str, after: str) -> None:
    old = f"{before}{BEGIN}\nold\n{END}{after}"
    new = with_section(old, SECTION)
    assert new.startswith(before)
    assert new.endswith(after)
    assert new.count(BEGIN) == 1
    assert "old" not in new
    assert with_section(new, SECTION) == new


def test_its_lines_end_as_those_around_it() -> None:
    assert with_section("# Mine\r\n", "a\n") == f"# Mine\r\n\r\n{BEGIN}\r\na\r\n{END}\r\n"
    assert with_section(None, "a\n") == f"{BEGIN}\na\n{END}\n"


@pytest.mark.parametrize("text", [BEGIN, END, f"{END}\n{BEGIN}\n", f"{BEGIN}{END}{BEGIN}{END}"])
def test_marks_that_do_not_fit_are_refused(text: str) -> None:
    with pytest.raises(MalformedError, match=r"AGENTS\.md has"):
        with_section(text, SECTION)
    with pytest.raises(MalformedError, match=r"AGENTS\.md has"):
        without_section(text)


def test_whose_a_skill_is() -> None:
    written = skill_text(TEMPLATE)
    assert written.startswith("---\nname: x\n---\n<!-- written by `ckreg skill install`")
    assert whose_skill(written) is Whose.OURS
    assert whose_skill(written + "more\n") is Whose.EDITED
    assert whose_skill(TEMPLATE) is Whose.FOREIGN
