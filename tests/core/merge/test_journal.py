"""Journals that two people wrote into."""

import pytest

from ckreg.adapters.git import merge_file
from ckreg.core.merge import Markers, Sides, merge_journal
from tests.core.merge.merging import ELSEWHERE


def entry(minute: int, what: str = "CHECK") -> str:
    return f"[2025-10-22 14:{minute:02}:00] {what}: {minute}\nCommand: ls\nResult: there\n"


def merged(base: str, ours: str, theirs: str) -> tuple[str, int]:
    results = [
        merge_journal(sides, lambda texts, size: merge_file(ELSEWHERE, texts, size), Markers())
        for sides in (Sides(base, ours, theirs), Sides(base, theirs, ours))
    ]
    if not results[0].conflicts:
        assert results[0] == results[1]
    return results[0].text, results[0].conflicts


ONE, TWO, THREE, FOUR = (entry(minute) for minute in (1, 2, 3, 4))
ALL = f"{ONE}\n{TWO}\n{THREE}\n{FOUR}"


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "wanted"),
    [
        (ONE, f"{ONE}\n{THREE}", f"{ONE}\n{TWO}", f"{ONE}\n{TWO}\n{THREE}"),
        # The next merge, whose base is in the midst of what one side has by now.
        (f"{ONE}\n{THREE}", f"{ONE}\n{TWO}\n{THREE}", f"{ONE}\n{THREE}\n{FOUR}", ALL),
        (ONE, f"{ONE}\n{TWO}\n{THREE}", f"{ONE}\n{TWO}\n{FOUR}", ALL),
        ("Words.\n", f"Words.\n\n{ONE}", f"Words.\n\n{TWO}", f"Words.\n\n{ONE}\n{TWO}"),
        (f"{ONE}\n{ONE}", f"{ONE}\n{ONE}\n{TWO}", f"{ONE}\n{ONE}\n{ONE}", f"{ONE}\n{ONE}\n{ONE}\n{TWO}"),
        (ONE, f"{ONE}\n\n\n{TWO}", f"{ONE}\n{entry(2, 'B')}", f"{ONE}\n\n\n{entry(2, 'B')}\n{TWO}"),
        (f"{ONE}\n{TWO}", ALL.replace("\n", "\r\n"), f"{ONE}\n{TWO}\n{FOUR}", ALL.replace("\n", "\r\n")),
    ],
)  # fmt: skip
def test_entries_of_both_by_their_times(base: str, ours: str, theirs: str, wanted: str) -> None:
    assert merged(base, ours, theirs) == (wanted, 0)


def test_entries_that_were_there_merge_by_lines() -> None:
    old, new = f"{ONE}\n{TWO}", f"{ONE.replace('ls', 'du')}\n{TWO}"
    assert merged(old, new, f"{old}\n{THREE}") == (f"{new}\n{THREE}", 0)
    assert merged(ONE, ONE.replace("there", "gone"), ONE.replace("there", "here"))[1] == 1
