import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckreg.core.text import Splice, line_starts, newline_of, one_line, printable, spliced, with_lines


def test_splices_apply_whatever_their_order() -> None:
    assert spliced("abcdef", [Splice(0, 1, "XX"), Splice(3, 5, "-")]) == "XXbc-f"
    assert spliced("abcdef", [Splice(3, 5, "-"), Splice(0, 1, "XX")]) == "XXbc-f"


@pytest.mark.parametrize("splices", [[Splice(0, 3, "x"), Splice(2, 4, "y")], [Splice(5, 9, "z")]])
def test_splices_that_overlap_or_lie_outside_are_refused(splices: list[Splice]) -> None:
    with pytest.raises(ValueError, match="overlaps"):
        spliced("abcdef", splices)


def test_only_cr_and_lf_end_lines() -> None:
    # str.splitlines would cut at each of these
    assert line_starts("a\x0bb\x0cc\x85d\u2028e") == [0]
    assert line_starts("a\r\nb\rc\nd") == [0, 3, 5, 7]


@pytest.mark.parametrize(("text", "newline"), [("a\r\nb\n", "\r\n"), ("a\nb\r\n", "\n"), ("a", "\n")])
def test_newline_is_the_first_one(text: str, newline: str) -> None:
    assert newline_of(text) == newline


def test_control_codes_become_spaces() -> None:
    assert printable("a\x1b[31mb\x9bc\u202ed") == "a [31mb c d"
    assert one_line("  two\nlines\x07 ") == "two lines"


@given(st.text())
def test_printable_text_cannot_steer_a_terminal(text: str) -> None:
    assert not set(printable(text)) & {"\x1b", "\x9b", "\n", "\r", "\x07", "\u202e"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, "x\ny\n"),
        ("", "x\ny\n"),
        ("y\n", "y\nx\n"),
        ("a\r\n", "a\r\nx\r\ny\r\n"),
        ("no end", "no end\nx\ny\n"),
        ("x\n  y\n", "x\n  y\n"),
    ],
)
def test_missing_lines_are_added_in_the_files_own_ending(text: str | None, expected: str) -> None:
    assert with_lines(text, ["x", "y"]) == expected
