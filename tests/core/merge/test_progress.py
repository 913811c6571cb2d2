"""How far a run is, said differently on two sides."""

import pytest

from ckreg.core.merge.progress import COLUMNS, merged_progress
from ckreg.core.merge.rows import merged_row


def cells(row: str) -> dict[str, str]:
    """`running 12 10:00 -` is a row's status, job, start and end."""
    return dict(zip(COLUMNS, row.split(), strict=True))


NEW = "pending - - -"
BEGAN = "running 12 10:00 -"
ENDED = "completed 12 10:00 11:00"


@pytest.mark.parametrize(
    ("base", "one", "two", "merged"),
    [
        # The further one wins, with its job and times.
        (NEW, BEGAN, ENDED, ENDED),
        (NEW, BEGAN, "failed 12 10:00 10:30", "failed 12 10:00 10:30"),
        (NEW, "running 12 10:00 -", "completed 99 09:00 09:30", "completed 99 09:00 09:30"),
        (BEGAN, BEGAN, ENDED, ENDED),
        ("pending 12 - -", "running 12 10:00 -", "completed 12 - 11:00", "completed 12 10:00 11:00"),
        # What only the other side knew of the same run comes along, if it can be of the same job.
        (NEW, BEGAN, "completed - - 11:00", "completed 12 10:00 11:00"),
        (NEW, "running 12 10:00 -", "completed - - 09:00", "completed - - 09:00"),
        (NEW, "pending 12 - -", "running - 10:00 -", "running 12 10:00 -"),
        # The same status of the same job: the first who said so has the time.
        (NEW, "running 12 10:00 -", "running 12 10:05 -", "running 12 10:00 -"),
        (NEW, "running - 10:00 -", "running 12 10:05 -", "running 12 10:00 -"),
        (BEGAN, "completed 12 10:00 11:00", "completed 12 10:00 11:02", "completed 12 10:00 11:00"),
        (NEW, BEGAN, BEGAN, BEGAN),
        # A retry alone is no conflict; neither is the same retry on both sides.
        ("failed 12 10:00 11:00", "pending - - -", "failed 12 10:00 11:00", "pending - - -"),
        ("failed 12 10:00 11:00", "running 13 12:00 -", "running 13 12:00 -", "running 13 12:00 -"),
        # What only a person can decide.
        (BEGAN, "completed 12 10:00 11:00", "failed 12 10:00 11:00", None),
        (NEW, "completed 12 10:00 11:00", "failed 13 10:00 11:00", None),
        ("failed 12 10:00 11:00", "pending - - -", "completed 12 10:00 11:00", None),
        ("failed 12 10:00 11:00", "pending - - -", "running 13 12:00 -", None),
        ("failed 12 10:00 11:00", "running 13 12:00 -", "failed 12 10:00 11:01", None),
        ("running 12 10:00 -", "running 13 12:00 -", "completed 12 10:00 11:00", None),
        ("running 12 10:00 -", "pending - - -", "completed 12 10:00 11:00", None),
        (NEW, "running 12 10:00 -", "running 13 10:00 -", None),
        (NEW, "pending 12 - -", "completed 13 10:00 11:00", None),
        (BEGAN, "running 12 10:01 -", "running 12 10:02 -", None),
        (NEW, "done 12 10:00 -", BEGAN, None),
    ],
)
def test_two_sides(base: str, one: str, two: str, merged: str | None) -> None:
    wanted = None if merged is None else cells(merged)
    assert merged_progress(cells(base), cells(one), cells(two)) == wanted
    assert merged_progress(cells(base), cells(two), cells(one)) == wanted


@pytest.mark.parametrize(
    ("base", "one", "two", "merged"),
    [
        ("-", "a", "-", "a"),
        ("-", "a", "b", "a; b"),
        ("-", "b", "a", "a; b"),
        ("x", "x; b", "x; a", "x; a; b"),
        ("x", "x; a", "x; a; b", "x; a; b"),
        ("x", "y", "x; a", None),
        ("x", "-", "x", "-"),
        ("x", "-", "x; a", None),
    ],
)
def test_notes_that_both_added_stand_side_by_side(base: str, one: str, two: str, merged: str | None) -> None:
    texts = [{"notes": text} for text in (base, one, two)]
    row = merged_row(["notes"], *texts, progress=True)
    assert row == (({"notes": merged}, {"notes": merged}) if merged else (texts[1], texts[2]))
