"""Whatever is text stays text."""

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckreg.core.plots.marks import element, ident, joined, number


def test_text_is_escaped_and_marks_are_not() -> None:
    inner = element("b", "<script>")
    assert element("p", inner, ' & "x"', class_="a").source == (
        '<p class="a"><b>&lt;script&gt;</b>&amp; &quot;x&quot;</p>'
    )


def test_attributes_are_escaped_and_none_is_left_out() -> None:
    drawn = element("rect", x=1.25, aria_label='"><script>', height=None, viewBox="0 0 1 1")
    assert drawn.source == '<rect x="1.2" aria-label="&quot;&gt;&lt;script&gt;" viewBox="0 0 1 1"/>'


def test_a_name_that_is_no_attribute_is_a_defect() -> None:
    with pytest.raises(ValueError, match="no attribute"):
        element("p", **{"on click": "x"})


@given(st.text(), st.text())
def test_any_text_is_xml_with_just_that_text(words: str, value: str) -> None:
    tree = ET.fromstring(element("p", words, title=value).source)  # noqa: S314  # our own
    assert len(tree) == 0
    assert list(tree.attrib) == ["title"]


@given(st.text())
def test_any_words_give_an_id(words: str) -> None:
    assert ident(words).replace("-", "").isascii()
    assert ident(words)


def test_coordinates_are_short() -> None:
    assert [number(value) for value in (12, 12.04, 12.06, -0.5)] == ["12", "12", "12.1", "-0.5"]
    assert joined("a", element("b")).source == "a<b></b>"
