"""Lines as a terminal would show them in the end."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckreg.core.tail.lines import Folding, last_lines

CASES = {
    "plain lines": (b"one\ntwo\n", ["one", "two"]),
    "an empty line stays": (b"one\n\ntwo\n", ["one", "", "two"]),
    "a line without an end": (b"one\ntwo", ["one", "two"]),
    "foreign line ends": (b"one\r\ntwo\r\n", ["one", "two"]),
    "of a bar the last state": (b"start\n\r 0/9 [00:00<?]\r 5/9 [00:05<00:04]\r 9/9 [00:09<00:00]\nend\n",
                                ["start", " 9/9 [00:09<00:00]", "end"]),
    "a bar that still grows": (b"a\n\r 1/9 [00:01<00:08]\r 2/9 [00:02<00:07]", ["a", " 2/9 [00:02<00:07]"]),
    "frames on lines of their own, as torchtune draws its second bar": (
        b"1|1|Loss: 2:  50%|#| 1/2 [0:01<0:01]\x1b[A\n\r1|2|Loss: 1: 100%|#| 2/2 [00:02<00:00]\x1b[Asaved\n",
        ["1|2|Loss: 1: 100%|#| 2/2 [00:02<00:00]", "saved"],
    ),
    "two bars after each other": (b"2/2 [00:02<00:00]\n1/3 [00:01<00:02]\n",
                                  ["2/2 [00:02<00:00]", "1/3 [00:01<00:02]"]),
    "the same bar from its beginning": (b"2/2 [00:02<00:00]\n0/2 [00:00<?]\n",
                                        ["2/2 [00:02<00:00]", "0/2 [00:00<?]"]),
    "colours and titles": (b"\x1b[31mred\x1b[0m \x1b]0;owned\x07here\n", ["red here"]),
    "codes that are cut": (b"a\x1b[\nb\x9b31m\n", ["a [", "b\ufffd31m"]),
    "what is not UTF-8": (b"\xff\xfe\n", ["\ufffd\ufffd"]),
    "right to left": ("a\u202egnp.exe\n".encode(), ["a gnp.exe"]),
    "tabs": (b"a\tb\n", ["a       b"]),
}  # fmt: skip


@pytest.mark.parametrize(("data", "expected"), CASES.values(), ids=CASES.keys())
def test_lines(data: bytes, expected: list[str]) -> None:
    assert last_lines(data, 10) == expected


@pytest.mark.parametrize(("data", "expected"), CASES.values(), ids=CASES.keys())
def test_byte_by_byte_they_are_the_same(data: bytes, expected: list[str]) -> None:
    folding = Folding()
    lines = [line for byte in data for line in folding.feed(bytes([byte]))]
    assert [*lines, *folding.waiting()] == expected


def test_as_many_as_are_wanted() -> None:
    assert last_lines(b"1\n2\n3\n", 2) == ["2", "3"]
    assert last_lines(b"1\n2\n3\n", 0) == []


def test_a_huge_line_is_cut() -> None:
    (line,) = last_lines(b"x" * 10**6, 1)
    assert len(line) < 5000


@given(st.binary())
def test_nothing_reaches_a_terminal_raw(data: bytes) -> None:
    shown = "".join(last_lines(data, 1000))
    assert not {unicodedata.category(char) for char in shown} & {"Cc", "Cf", "Cs"}


@given(st.lists(st.sampled_from([b"\r", b"\n", b"\x1b[A", b"1/3 [00:01<00:02]", b"2/3 [00:02<00:01]", b"x"])),
       st.integers(1, 9))  # fmt: skip
def test_in_whatever_pieces(parts: list[bytes], size: int) -> None:
    data, folding = b"".join(parts), Folding()
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    lines = [line for piece in pieces for line in folding.feed(piece)]
    assert [*lines, *folding.waiting()] == last_lines(data, 1000)
