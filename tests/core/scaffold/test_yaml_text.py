"""YAML that people and every reader take alike."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from ckreg.core.scaffold.yaml_text import yaml_text

SCALARS = (
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
    | st.integers(-(10**9), 10**9)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.booleans()
    | st.none()
)
KEYS = st.from_regex(r"[a-z_]{1,8}", fullmatch=True)


@given(
    st.dictionaries(
        KEYS, SCALARS | st.lists(SCALARS, max_size=3) | st.dictionaries(KEYS, SCALARS, max_size=3)
    )
)
def test_what_is_written_is_read_back(tree: dict[str, object]) -> None:
    assert YAML(typ="safe", pure=True).load(yaml_text(tree)) == tree


@given(SCALARS)
def test_a_single_value_is_one_line(value: object) -> None:
    text = yaml_text(value)
    assert "\n" not in text
    assert YAML(typ="safe", pure=True).load(text) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1e-5, "1.0e-05"),
        (3e-4, "0.0003"),
        (8, "8"),
        (True, "true"),
        (None, "null"),
        ("yes", '"yes"'),
        ("null", '"null"'),
        ("0:59:00", '"0:59:00"'),
        ("1e-5", '"1e-5"'),
        ("/a/b.c-d", "/a/b.c-d"),
        ("a: b", '"a: b"'),
        ("a\n# b", '"a\\n# b"'),
        ("", '""'),
    ],
)
def test_text_that_some_reader_takes_for_something_else_is_quoted(value: object, text: str) -> None:
    """PyYAML follows YAML 1.1: `yes` is true, `0:59:00` is 3540, and `1e-05` is a text."""
    assert yaml_text(value) == text
