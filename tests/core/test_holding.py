from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckreg.core.holding import Holder, Life, life_of, read_holder

SINCE = datetime(2025, 10, 22, 14, 2, 11, tzinfo=UTC)
ADA = Holder("login1", 4711, "ada", SINCE, 5_000_123, "pid:[4026531836]", "00ff")


def test_words_say_who_where_and_since_when() -> None:
    said = ADA.in_words(SINCE + timedelta(minutes=3))
    assert said.startswith("ada on login1, process 4711, since 2025-10-22 ")
    assert said.endswith("(3 min)")


def test_a_clock_that_is_behind_gives_no_negative_time() -> None:
    assert ADA.in_words(SINCE - timedelta(hours=1)).endswith("(0 s)")


def test_it_reads_back() -> None:
    assert read_holder(ADA.text()) == ADA


@pytest.mark.parametrize(
    ("holder", "running", "life"),
    [
        (ADA, 5_000_123, Life.ALIVE),
        (ADA, None, Life.DEAD),
        (ADA, 9_999_999, Life.DEAD),  # the number was given to another process since
        (ADA, 0, Life.ALIVE),  # there, but its start is hidden
        (replace(ADA, started=0), 5, Life.ALIVE),
        (replace(ADA, host="node17"), None, Life.UNKNOWN),
        (replace(ADA, space="pid:[1]"), None, Life.UNKNOWN),  # in another container of this host
    ],
)
def test_a_holder_lives_as_far_as_can_be_told(holder: Holder, running: int | None, life: Life) -> None:
    assert life_of(holder, ADA, running) is life


HOSTILE = [
    "",
    "[]",
    "[" * 10_000,
    "{}",
    ADA.text().replace("4711", '"4711"'),
    ADA.text().replace("4711", "true"),
    ADA.text().replace("4711", "-1"),
    ADA.text().replace("4711", "1" * 400),
    ADA.text().replace('"login1"', "null"),
    ADA.text().replace("+00:00", ""),
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:20])
def test_what_is_none_of_ours_is_nobody(text: str) -> None:
    assert read_holder(text) is None


@given(st.text(), st.text())
def test_words_are_one_harmless_line(host: str, person: str) -> None:
    said = replace(ADA, host=host, person=person).in_words(SINCE)
    assert len(said.splitlines()) == 1
    assert "\x1b" not in said
