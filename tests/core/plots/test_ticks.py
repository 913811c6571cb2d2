"""Round numbers and moments, worked out by hand."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckreg.core.plots.ticks import (
    date_labels,
    date_ticks,
    duration_label,
    duration_ticks,
    linear_ticks,
    log_ticks,
    number_label,
    widened,
)


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0, 10, (0, 2, 4, 6, 8, 10)),
        (0, 1000, (0, 200, 400, 600, 800, 1000)),
        (0.31, 2.4, (0.5, 1, 1.5, 2)),
        (-3, 3, (-2, 0, 2)),
        (7, 7, (7,)),
        (0, 0.3, (0, 0.1, 0.2, 0.3)),
    ],
)
def test_multiples_of_one_two_or_five(low: float, high: float, ticks: tuple[float, ...]) -> None:
    assert linear_ticks(low, high) == ticks


@pytest.mark.parametrize(
    ("low", "high", "span"), [(0.31, 2.4, (0, 2.5)), (3, 3, (2.7, 3.3)), (0, 0, (-1, 1)), (12, 88, (0, 100))]
)
def test_an_axis_ends_at_full_steps(low: float, high: float, span: tuple[float, float]) -> None:
    assert widened(low, high) == pytest.approx(span)


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0.8, 30, (1, 2, 5, 10, 20)),
        (1, 100_000, (1, 10, 100, 1000, 10_000, 100_000)),
        (3, 4, ()),
    ],
)
def test_powers_of_ten(low: float, high: float, ticks: tuple[float, ...]) -> None:
    assert log_ticks(low, high) == ticks


def test_times_that_people_count_in() -> None:
    assert duration_ticks(50, 4000) == (60, 120, 300, 600, 1200, 1800, 3600)
    assert duration_ticks(1, 86_400) == (1, 10, 60, 600, 3600, 8 * 3600)  # every third of eighteen
    assert [duration_label(tick) for tick in duration_ticks(50, 700)] == ["1 min", "2 min", "5 min", "10 min"]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (1, "1 s"),
        (30, "30 s"),
        (60, "1 min"),
        (5400, "1.5 h"),
        (14400, "4 h"),
        (86400, "1 d"),
        (604800, "7 d"),
    ],
)
def test_a_round_time_in_few_letters(seconds: float, words: str) -> None:
    assert duration_label(seconds) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "0"),
        (0.25, "0.25"),
        (1500, "1,500"),
        (20_000, "20k"),
        (3_000_000, "3M"),
        (2e9, "2G"),
        (1e-5, "1e-05"),
        (-4, "-4"),
        (1e15, "1e+15"),
    ],
)
def test_a_number_in_few_letters(value: float, words: str) -> None:
    assert number_label(value) == words


def moment(words: str) -> datetime:
    return datetime.fromisoformat(words)


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2025-10-22 14:20", "2025-10-22 16:05", ["22 Oct 14:30", "15:00", "15:30", "16:00"]),
        ("2025-10-22 20:10", "2025-10-23 10:00", ["22 Oct 21:00", "23 Oct 00:00", "03:00", "06:00", "09:00"]),
        ("2025-12-30 00:00", "2026-01-03 00:00", ["30 Dec 2025", "31 Dec", "1 Jan 2026", "2 Jan", "3 Jan"]),
        # Weeks begin on Mondays.
        ("2025-10-22 00:00", "2025-11-20 00:00", ["27 Oct 2025", "3 Nov", "10 Nov", "17 Nov"]),
        ("2025-01-15 00:00", "2025-06-20 00:00", ["1 Feb 2025", "1 Mar", "1 Apr", "1 May", "1 Jun"]),
        (
            "2019-05-05 00:00",
            "2025-06-20 00:00",
            [f"1 Jan {year}" for year in (2020, 2021, 2022, 2023, 2024, 2025)],
        ),
    ],
)
def test_round_moments(first: str, last: str, words: list[str]) -> None:
    ticks = date_ticks(moment(first), moment(last), most=7 if "2019" in first else 6)
    assert list(date_labels(ticks)) == words


@given(st.datetimes(), st.datetimes())
def test_any_span_has_few_marks_within_it(one: datetime, other: datetime) -> None:
    first, last = sorted((one, other))
    ticks = date_ticks(first, last)
    assert len(ticks) <= 8
    assert all(first <= tick <= last for tick in ticks)
    assert len(date_labels(ticks)) == len(ticks)


@given(st.floats(-1e12, 1e12), st.floats(1e-9, 1e12))
def test_any_span_of_numbers_has_few_marks_within_it(low: float, width: float) -> None:
    ticks = linear_ticks(low, low + width)
    assert len(ticks) <= 7
    assert list(ticks) == sorted(ticks)
