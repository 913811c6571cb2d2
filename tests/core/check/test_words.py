"""Numbers as people write them; and that lines of any length are read in their own time."""

import pytest

from ckreg.core.check.words import gib_of, span_of


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("~16 min", (930, 990)),
        ("1 h 05 min", (3870, 3930)),
        ("2.5 h", (8820, 9180)),
        ("45 s", (44.5, 45.5)),
        ("soon", None),
    ],
)
def test_a_time_stands_for_what_rounds_to_it(text: str, span: tuple[float, float] | None) -> None:
    assert span_of(text) == span


def test_sizes_are_gib() -> None:
    assert [gib_of(text) for text in ("2,150 GiB", "512 MiB free", ".5 TiB", "none")] == [
        2150,
        0.5,
        512,
        None,
    ]


@pytest.mark.parametrize("part", ["1,", "1", "1.1", ".", "1 ", ","])
def test_a_line_of_a_hundred_thousand_digits_ends(part: str) -> None:
    # Looked at from every place to every other it would take hours.
    assert span_of(part * 100_000) is None
    assert gib_of(part * 100_000) is None
