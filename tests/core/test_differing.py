"""Two states of a document, and what people would say of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckreg.core.differing import Difference, difference
from tests.documents import SUMMARY


def words(old: str, new: str) -> list[str]:
    assert SUMMARY.count(old) == 1
    found = difference(SUMMARY, SUMMARY.replace(old, new))
    return [*(row.words for row in found.status), *(item.words for item in found.plan)] + [
        section.words for section in found.wording
    ]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        pytest.param(
            "| L1B_rank4 | pending | - | - | - | - |",
            "| L1B_rank4 | running | 123 | 2025-10-22 14:00:00 | - | - |",
            "run L1B_rank4: pending -> running (job 123)",
            id="a start",
        ),
        pytest.param(
            "| L1B_rank4 | pending | - | - | - | - |",
            "| L1B_rank4 | failed | 123 | - | - | TIMEOUT |",
            "run L1B_rank4: pending -> failed (job 123); notes - -> TIMEOUT",
            id="a failure and its reason",
        ),
        pytest.param(
            "| L1B_rank4 | pending | - | - | - | - |",
            "| L1B_rank4 | pending | 9 | - | - | soon |",
            "run L1B_rank4: job - -> 9; notes - -> soon",
            id="cells beside the status",
        ),
        pytest.param(
            "| L1B_rank64 | cap | best | pending |",
            "| L1B_rank64 | cap | best | completed |",
            "L1B_rank64, cap, epoch best: pending -> completed",
            id="an evaluation",
        ),
        pytest.param(
            "| L1B_rank64 | L1B | 64 | 4 |",
            "| L1B_rank64 | L1B | 64 | 8 |",
            "run L1B_rank64, batch_size: 4 -> 8",
            id="the plan",
        ),
        pytest.param("**Epochs:** 2\n", "**Epochs:** 3\n", "Configuration, epochs: 2 -> 3", id="a setting"),
        pytest.param("| 17 min |", "| 20 min |", "run L1B_rank64, est_time: 17 min -> 20 min", id="a time"),
        pytest.param("\nNone.\n", "\nOne.\nTwo.\n", "Notes: 1 line changed, 1 added", id="notes"),
        pytest.param(
            "| words |\n", "| new words |\n", "Resources > Evaluation Tasks: 1 line changed", id="wording"
        ),
        pytest.param("- **Experiment:** `/x`\n", "", "Quick Reference: 1 line removed", id="a line less"),
    ],
)
def test_one_change_is_one_sentence(old: str, new: str, told: str) -> None:
    assert words(old, new) == [told]


def test_rows_come_and_go() -> None:
    row = "| L1B_rank4 | pending | - | - | - | - |\n"
    assert words(row, f"{row}| r9 | running | 5 | - | - | - |\n") == ["run r9: added, running (job 5)"]
    assert words(row, "") == ["run L1B_rank4: gone, was pending"]
    assert words(row, row * 2) == ["run L1B_rank4: added, pending"]


def test_spaces_line_endings_and_order_are_layout() -> None:
    same = Difference(layout=True)
    assert difference(SUMMARY, SUMMARY.replace("\n", "\r\n")) == same
    assert (
        difference(SUMMARY, SUMMARY.replace("| L1B_rank4 | pending | - |", "|L1B_rank4  |pending|  -  |"))
        == same
    )
    assert difference(SUMMARY, SUMMARY.replace("|--------|", "|------------|")) == same
    assert difference(SUMMARY, SUMMARY) == Difference()


def test_what_is_no_document_differs_all_the_same() -> None:
    assert [part.words for part in difference("", "<<<<<<<\n# a\nx\x1b[31m\n").wording] == [
        "above the first heading: 1 line added",
        "a: 2 lines added",
    ]


LINES = SUMMARY.split("\n")
EDITS = st.lists(
    st.tuples(
        st.integers(0, len(LINES) - 1),
        st.sampled_from(["", "x", "| a | pending |", *LINES]) | st.text(max_size=9),
    ),
    max_size=4,
)


def edited(edits: list[tuple[int, str]]) -> str:
    lines = list(LINES)
    for place, line in edits:
        lines[place] = line
    return "\n".join(lines)


@given(EDITS, EDITS)
def test_nothing_is_told_of_nothing_and_back_again_is_the_other_way_round(
    one: list[tuple[int, str]], other: list[tuple[int, str]]
) -> None:
    before, after = edited(one), edited(other)
    there, back = difference(before, after), difference(after, before)
    assert (there == Difference()) == (before == after)
    assert {(row.run_name, row.task, row.epoch) for row in there.status} == {
        (row.run_name, row.task, row.epoch) for row in back.status
    }
    assert {(item.item, item.before, item.after) for item in there.plan} == {
        (item.item, item.after, item.before) for item in back.plan
    }
    assert {(part.section, part.added, part.removed) for part in there.wording} == {
        (part.section, part.removed, part.added) for part in back.wording
    }
