"""Documents that two people changed at once."""

import pytest

from ckreg.core.merge import Markers
from tests.core.merge.merging import clean, merge, rows
from tests.documents import SUMMARY

FOUR = "| L1B_rank4 | pending | - | - | - | - |"
SIXTY_FOUR = "| L1B_rank64 | pending | - | - | - | - |"
HEADER = "| Run Name | Status | Job ID | Started | Completed | Notes |"
TABLE = f"{HEADER}\n|----------|--------|--------|---------|-----------|-------|\n{FOUR}\n{SIXTY_FOUR}"


def with_(old: str, new: str, text: str = SUMMARY) -> str:
    assert text.count(old) == 1, old
    return text.replace(old, new)


def both(*changes: tuple[str, str]) -> str:
    text = SUMMARY
    for old, new in changes:
        text = with_(old, new, text)
    return text


RUN_4 = (FOUR, "| L1B_rank4 | running | 7 | 2025-10-23 10:00:00 | - | - |")
RUN_64 = (SIXTY_FOUR, "| L1B_rank64 | running | 8 | 2025-10-23 10:00:01 | - | - |")
NOTE_4 = (FOUR, "| L1B_rank4 | pending | - | - | - | try A100 |")


@pytest.mark.parametrize(
    ("one", "two", "merged"),
    [
        pytest.param(RUN_4, RUN_64, both(RUN_4, RUN_64), id="neighbouring rows"),
        pytest.param(
            RUN_4,
            NOTE_4,
            both((FOUR, "| L1B_rank4 | running | 7 | 2025-10-23 10:00:00 | - | try A100 |")),
            id="cells of one row",
        ),
        pytest.param(
            (SIXTY_FOUR, f"{SIXTY_FOUR}\n| L1B_rank128 | pending | - | - | - | - |"),
            (SIXTY_FOUR, f"{SIXTY_FOUR}\n| L1B_rank256 | pending | - | - | - | - |"),
            both(
                (
                    SIXTY_FOUR,
                    (
                        f"{SIXTY_FOUR}\n| L1B_rank128 | pending | - | - | - | - |\n"
                        "| L1B_rank256 | pending | - | - | - | - |"
                    ),
                )
            ),
            id="both append",
        ),
        pytest.param(
            (f"{FOUR}\n{SIXTY_FOUR}", f"{SIXTY_FOUR}\n{FOUR}"),
            RUN_64,
            both((f"{FOUR}\n{SIXTY_FOUR}", f"{RUN_64[1]}\n{FOUR}")),
            id="rows moved",
        ),
        pytest.param(
            (f"{FOUR}\n", ""), RUN_64, both((f"{FOUR}\n{SIXTY_FOUR}", RUN_64[1])), id="a row removed"
        ),
        pytest.param(
            ("### Fine-tuning\n", "### Fine-tuning\nAll on one node.\n\n"),
            RUN_4,
            both(("### Fine-tuning\n", "### Fine-tuning\nAll on one node.\n\n"), RUN_4),
            id="prose above the table",
        ),
        pytest.param(
            (f"{SIXTY_FOUR}\n", f"{SIXTY_FOUR}\nwatch this one\n"),
            RUN_64,
            both((f"{SIXTY_FOUR}\n", f"{RUN_64[1]}\nwatch this one\n")),
            id="a line right under the table",
        ),
        pytest.param(
            ("# Experiment: cap_8L", "# The experiment cap_8L"),
            RUN_4,
            both(("# Experiment: cap_8L", "# The experiment cap_8L"), RUN_4),
            id="another title",
        ),
        pytest.param(
            ("| lora_rank | 4, 64 |", "| lora_rank | 4, 64 |\n| learning_rate | 1e-4 |"),
            ("| lora_rank | 4, 64 |", "| `lora_rank` | 4, 64, 128 |"),
            both(
                (
                    "| lora_rank | 4, 64 |",
                    "| `lora_rank` | 4, 64, 128 |\n| learning_rate | 1e-4 |",
                )
            ),
            id="a table without a status",
        ),
    ],
)
def test_no_conflict(one: tuple[str, str], two: tuple[str, str], merged: str) -> None:
    assert clean(SUMMARY, with_(*one), with_(*two)) == merged


def test_columns_moved_and_added_on_one_side_rows_changed_on_the_other() -> None:
    ours = with_(TABLE,
        "| Notes | Run Name | GPU | Status | Job ID | Started | Completed |\n"
        "|-------|----------|-----|--------|--------|---------|-----------|\n"
        "| - | L1B_rank4 | a100 | pending | - | - | - |\n"
        "| - | L1B_rank64 | h100 | pending | - | - | - |")  # fmt: skip
    theirs = both(RUN_4, (SIXTY_FOUR, f"{SIXTY_FOUR}\n| L1B_rank128 | pending | - | - | - | \\|x |"))
    assert clean(SUMMARY, ours, theirs) == with_(
        TABLE,
        "| Notes | Run Name | GPU | Status | Job ID | Started | Completed |\n"
        "|-------|----------|-----|--------|--------|---------|-----------|\n"
        "| - | L1B_rank4 | a100 | running | 7 | 2025-10-23 10:00:00 | - |\n"
        "| - | L1B_rank64 | h100 | pending | - | - | - |\n"
        "| \\|x | L1B_rank128 | - | pending | - | - | - |",
    )


def test_realigned_on_one_side_changed_on_the_other() -> None:
    ours = with_(TABLE,
        "| Run Name     | Status    | Job ID | Started             | Completed | Notes |\n"
        "|--------------|-----------|--------|---------------------|-----------|-------|\n"
        "| L1B_rank4    | pending   | -      | -                   | -         | -     |\n"
        "| L1B_rank64   | pending   | -      | -                   | -         | -     |")  # fmt: skip
    theirs = both(RUN_4, (SIXTY_FOUR, f"{SIXTY_FOUR}\n| L1B_rank128 | pending | - | - | - | - |"))
    assert clean(SUMMARY, ours, theirs) == with_(
        TABLE,
        "| Run Name     | Status    | Job ID | Started             | Completed | Notes |\n"
        "|--------------|-----------|--------|---------------------|-----------|-------|\n"
        "| L1B_rank4    | running   | 7      | 2025-10-23 10:00:00 | -         | -     |\n"
        "| L1B_rank64   | pending   | -      | -                   | -         | -     |\n"
        "| L1B_rank128  | pending   | -      | -                   | -         | -     |",
    )


def test_a_conflict_is_around_its_row_alone_and_shows_both_sides() -> None:
    ours = both((FOUR, "| L1B_rank4 | completed | 7 | - | t | mine |"), RUN_64)
    theirs = with_(FOUR, "| L1B_rank4 | failed | 7 | - | t | yours |")
    merged = merge(SUMMARY, ours, theirs)
    assert merged.conflicts == 1
    assert merged.text == both(
        (
            FOUR,
            (
                "<<<<<<< ours\n| L1B_rank4 | completed | 7 | - | t | mine; yours |\n=======\n"
                "| L1B_rank4 | failed | 7 | - | t | mine; yours |\n>>>>>>> theirs"
            ),
        ),
        RUN_64,
    )


def test_markers_have_the_size_and_names_that_git_asks_for_and_show_the_base() -> None:
    ours = with_(FOUR, "| L1B_rank4 | completed | 7 | - | t | - |")
    theirs = with_(FOUR, "| L1B_rank4 | failed | 7 | - | t | - |")
    markers = Markers(9, "HEAD", "parent of x", "x", with_base=True)
    assert (
        f"<<<<<<<<< HEAD\n| L1B_rank4 | completed | 7 | - | t | - |\n||||||||| parent of x\n{FOUR}\n"
        "=========\n| L1B_rank4 | failed | 7 | - | t | - |\n>>>>>>>>> x\n"
    ) in merge(SUMMARY, ours, theirs, markers).text


def test_a_row_removed_on_one_side_and_changed_on_the_other_is_a_conflict() -> None:
    removed, changed = with_(f"{FOUR}\n", ""), with_(*RUN_4)
    merged = merge(SUMMARY, removed, changed)
    assert merged.text == with_(FOUR, f"<<<<<<< ours\n=======\n{RUN_4[1]}\n>>>>>>> theirs")
    turned = merge(SUMMARY, changed, removed)
    assert turned.text == with_(FOUR, f"<<<<<<< ours\n{RUN_4[1]}\n=======\n>>>>>>> theirs")


def test_prose_clashes_as_in_git_and_tables_beside_it_do_not() -> None:
    ours = both(("Does LoRA rank matter?", "Does rank matter?"), RUN_4)
    theirs = both(("Does LoRA rank matter?", "Does LoRA matter?"), RUN_64)
    merged = merge(SUMMARY, ours, theirs)
    assert merged.conflicts == 1
    assert merged.text == both(
        (
            "- **Scientific Question:** Does LoRA rank matter?",
            (
                "<<<<<<< ours\n- **Scientific Question:** Does rank matter?\n=======\n"
                "- **Scientific Question:** Does LoRA matter?\n>>>>>>> theirs"
            ),
        ),
        RUN_4,
        RUN_64,
    )


def test_a_section_moved_on_one_side_brings_what_the_other_changed() -> None:
    start, end = SUMMARY.index("## Status"), SUMMARY.index("## Quick Reference")
    moved = SUMMARY.replace("## Overview", SUMMARY[start:end] + "## Overview")
    ours = moved[: len(SUMMARY) - (len(SUMMARY) - end)] + moved[end:]
    ours = moved[: moved.rindex("## Status")] + moved[moved.rindex("## Quick Reference") :]
    assert clean(SUMMARY, ours, with_(*RUN_4)) == with_(*RUN_4, ours)


def test_a_section_removed_on_one_side_and_changed_on_the_other_is_a_conflict() -> None:
    start, end = SUMMARY.index("### Fine-tuning"), SUMMARY.index("### Evaluations")
    merged = merge(SUMMARY, SUMMARY[:start] + SUMMARY[end:], with_(*RUN_4))
    assert merged.conflicts
    assert RUN_4[1] in merged.text


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(f"{FOUR}\n{FOUR}", id="a row twice"),
        pytest.param("| L1B_rank4 | pending | - | - | - | - | - |", id="a cell too many"),
        pytest.param("<<<<<<< HEAD\n| L1B_rank4 | x |\n=======\n>>>>>>> x", id="old markers"),
    ],
)
def test_a_table_that_is_broken_is_merged_by_lines(broken: str) -> None:
    ours, theirs = with_(FOUR, broken), with_(*RUN_64)
    merged = merge(SUMMARY, ours, theirs)
    assert RUN_64[1] in merged.text
    assert all(line in merged.text for line in broken.split("\n"))
    elsewhere = with_("| L1B_base | cap | - | pending", "| L1B_base | cap | - | running")
    assert clean(SUMMARY, ours, elsewhere) == with_(FOUR, broken, elsewhere)


def test_line_endings_bom_and_the_last_newline_are_those_of_the_side_that_changed_them() -> None:
    theirs = with_(*RUN_4)
    for ours, wanted in [
        (SUMMARY.replace("\n", "\r\n"), theirs.replace("\n", "\r\n")),
        ("\ufeff" + SUMMARY, "\ufeff" + theirs),
        (SUMMARY.rstrip("\n"), theirs.rstrip("\n")),
        ("\ufeff" + SUMMARY.replace("\n", "\r\n").rstrip(), "\ufeff" + theirs.replace("\n", "\r\n").rstrip()),
    ]:
        assert clean(SUMMARY, ours, theirs) == wanted
        assert clean(ours, SUMMARY, wanted) == theirs


def test_mixed_line_endings_stay_as_they_are() -> None:
    mixed = SUMMARY.replace("## Notes\n", "## Notes\r\n").replace(f"{FOUR}\n", f"{FOUR}\r\n")
    assert clean(mixed, with_(*RUN_4, mixed), with_(*RUN_64, mixed)) == with_(*RUN_4, with_(*RUN_64, mixed))


def test_a_table_in_a_fence_is_prose() -> None:
    fenced = SUMMARY.replace("None.", f"```\n{HEADER}\n|-|-|-|-|-|-|\n{FOUR}\n```")
    ours = with_("## Notes", "## Notes\nSee below.\n", fenced)
    theirs = fenced.replace(f"{FOUR}\n```", "| L1B_rank4 | x |\n```")
    assert rows(clean(fenced, ours, theirs))[-1] == ("L1B_rank4", "x")


def test_a_run_added_on_both_sides_is_one_row() -> None:
    row = "| L1B_rank128 | {} | - | - | - | - |"
    ours = with_(SIXTY_FOUR, f"{SIXTY_FOUR}\n{row.format('pending')}")
    theirs = with_(SIXTY_FOUR, f"{SIXTY_FOUR}\n{row.format('running')}")
    assert clean(SUMMARY, ours, theirs) == theirs


def test_best_is_the_same_row_after_it_was_resolved() -> None:
    old = "| L1B_rank64 | cap | best | pending | - | - | - |"
    ours = with_(old, "| L1B_rank64 | cap | best (1) | pending | - | - | - |")
    theirs = with_(old, "| L1B_rank64 | cap | best | running | 4 | - | - |")
    wanted = with_(old, "| L1B_rank64 | cap | best (1) | running | 4 | - | - |")
    assert clean(SUMMARY, ours, theirs) == wanted
