"""Dates as people write them; what they mean is worked out by hand, from a Tuesday afternoon."""

from datetime import UTC, datetime

import pytest

from ckreg.adapters.git import since
from ckreg.adapters.tree import Home
from ckreg.errors import UsageError

NOW = datetime(2025, 10, 21, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("2025-10-20", "2025-10-20T00:00:00+00:00"),
        ("2025-10-20 12:30", "2025-10-20T12:30:00+00:00"),
        ("2025-10-20T12:30:00+02:00", "2025-10-20T10:30:00+00:00"),
        ("2025-10", "2025-10-01T00:00:00+00:00"),
        ("yesterday", "2025-10-20T15:30:00+00:00"),
        ("2 weeks ago", "2025-10-07T15:30:00+00:00"),
        ("3.hours.ago", "2025-10-21T12:30:00+00:00"),
        ("last friday", "2025-10-17T15:30:00+00:00"),
        ("noon yesterday", "2025-10-20T12:00:00+00:00"),
    ],
)
def test_a_date(home: Home, word: str, meant: str) -> None:
    assert since(home, word, NOW) == datetime.fromisoformat(meant)


@pytest.mark.parametrize(
    "word", ["", "12", "soon", "2025-13-01", "2025-13", "two weeks of rain", "-1", "yesterday; ls"]
)
def test_what_git_would_take_for_now_is_no_date(home: Home, word: str) -> None:
    with pytest.raises(UsageError, match="neither a revision nor a date"):
        since(home, word, NOW)
