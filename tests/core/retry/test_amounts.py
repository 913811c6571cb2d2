"""Amounts as sbatch's manual gives them."""

import pytest

from ckreg.core.retry.amounts import doubled, rounded_up, time_seconds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        pytest.param("30", 1800, id="minutes"),
        pytest.param("1:30", 90, id="minutes:seconds"),
        pytest.param("0:59:00", 3540, id="hours:minutes:seconds"),
        pytest.param("2-3", 51 * 3600, id="days-hours"),
        pytest.param("1-1:30", 25 * 3600 + 1800, id="days-hours:minutes"),
        pytest.param("1-00:00:01", 86401, id="days-hours:minutes:seconds"),
        pytest.param("UNLIMITED", None, id="a word"),
        pytest.param("0", None, id="no limit"),
        pytest.param("1:2:3:4", None, id="too many"),
        pytest.param(None, None, id="nothing"),
    ],
)
def test_times(text: str | None, seconds: int | None) -> None:
    assert time_seconds(text) == seconds


def test_five_minutes() -> None:
    assert [rounded_up(seconds) for seconds in (1, 300, 300.5, 5400)] == [300, 300, 600, 5400]


@pytest.mark.parametrize(
    ("before", "after"),
    [("64G", "128G"), ("500", "1000"), ("3t", "6t"), ("0", None), ("all", None), ("1.5G", None)],
)
def test_memory(before: str, after: str | None) -> None:
    assert doubled(before) == after
