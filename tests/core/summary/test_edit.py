import dataclasses
import difflib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckreg.core.status import Source, Status, StatusRequest
from ckreg.core.summary import parse
from ckreg.core.summary.edit import changed_cells, key_of, with_cells
from ckreg.core.summary.rows import find_row
from ckreg.core.text import BOM, one_line
from ckreg.errors import CkregError, MalformedError, NotFoundError, RefusedError, UsageError
from tests.documents import EDITED, SUMMARY

AT = datetime(2025, 10, 22, 14, 23, 15, tzinfo=UTC)
ASKED = StatusRequest(id="1", experiment="e", run="L1B_rank4", at=AT)


def applied(text: str, **wish: object) -> str:
    request = dataclasses.replace(ASKED, **wish)  # type: ignore[arg-type]  # the tests name real fields
    key = key_of(request)
    cells = changed_cells(find_row(text, key, "s.md"), request, "s.md")
    return with_cells(text, key, cells, "s.md")


def changed_lines(before: str, after: str) -> list[str]:
    lines = difflib.unified_diff(before.split("\n"), after.split("\n"), n=0, lineterm="")
    return [line for line in lines if line[0] in "+-" and line[:3] not in ("+++", "---")]


def test_running_fills_status_job_and_started() -> None:
    assert changed_lines(SUMMARY, applied(SUMMARY, status=Status.RUNNING, job="12345")) == [
        "-| L1B_rank4 | pending | - | - | - | - |",
        "+| L1B_rank4 | running | 12345 | 2025-10-22 14:23:15 | - | - |",
    ]


def test_a_jobs_own_note_leaves_what_others_wrote() -> None:
    noted = applied(SUMMARY, note="slow node; attempt 1: exit 1; exit 1")
    assert "| slow node; attempt 1: exit 1; exit status 3 |" in applied(
        noted, note="exit status 3", by=Source.JOB
    )
    assert "| exit status 3 |" in applied(noted, note="exit status 3")


def test_completed_fills_completed_only() -> None:
    running = applied(SUMMARY, status=Status.RUNNING)
    assert changed_lines(running, applied(running, status=Status.COMPLETED, note="fine | good")) == [
        "-| L1B_rank4 | running | - | 2025-10-22 14:23:15 | - | - |",
        r"+| L1B_rank4 | completed | - | 2025-10-22 14:23:15 | 2025-10-22 14:23:15 | fine \| good |",
    ]


def test_a_retry_empties_job_and_times() -> None:
    failed = applied(SUMMARY, status=Status.FAILED, job="7", note="OUT_OF_MEMORY")
    assert changed_lines(failed, applied(failed, status=Status.PENDING)) == [
        "-| L1B_rank4 | failed | 7 | - | 2025-10-22 14:23:15 | OUT_OF_MEMORY |",
        "+| L1B_rank4 | pending | - | - | - | OUT_OF_MEMORY |",
    ]


def test_evaluations_have_no_started() -> None:
    edited = applied(SUMMARY, run="L1B_base", task="cap", status=Status.RUNNING, job="9")
    assert changed_lines(SUMMARY, edited) == [
        "-| L1B_base | cap | - | pending | - | - | Base model |",
        "+| L1B_base | cap | - | running | 9 | - | Base model |",
    ]


def test_best_is_resolved() -> None:
    edited = applied(SUMMARY, run="L1B_rank64", task="cap", epoch="best", resolved="1")
    assert "| L1B_rank64 | cap | best (1) | pending |" in edited
    assert applied(edited, run="L1B_rank64", task="cap", epoch="best", resolved="1") == edited
    with pytest.raises(RefusedError, match=r"the epoch is best \(1\) already"):
        applied(edited, run="L1B_rank64", task="cap", epoch="best", resolved="2")


def test_an_edited_table_keeps_its_columns_and_alignment() -> None:
    edited = applied(EDITED, status=Status.RUNNING, job="12")
    assert changed_lines(EDITED, edited) == [
        r"-| a    | x \| y     | pending    | `L1B\_rank4` | -      | -       | -         |",
        r"+| a    | x \| y     | running    | `L1B\_rank4` | 12     | 2025-10-22 14:23:15 | -         |",
    ]


@pytest.mark.parametrize("text", [SUMMARY, EDITED, SUMMARY.replace("\n", "\r\n"), BOM + EDITED])
def test_only_the_row_changes_whatever_the_line_endings(text: str) -> None:
    edited = applied(text, status=Status.RUNNING)
    pairs = list(zip(text.split("\n"), edited.split("\n"), strict=True))
    assert sum(before != after for before, after in pairs) == 1


def test_the_same_again_changes_nothing() -> None:
    once = applied(SUMMARY, status=Status.RUNNING, job="5", note="n")
    assert applied(once, status=Status.RUNNING, job="5", note="n") == once


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (Status.RUNNING, Status.PENDING),
        (Status.COMPLETED, Status.RUNNING),
        (Status.COMPLETED, Status.FAILED),
        (Status.COMPLETED, Status.PENDING),
    ],
)
def test_illegal_transitions_are_refused_unless_forced(old: Status, new: Status) -> None:
    text = applied(SUMMARY, status=old)
    with pytest.raises(RefusedError, match=rf"s\.md:69: .* is {old}; it cannot become {new}.*--force"):
        applied(text, status=new)
    assert f"| L1B_rank4 | {new} |" in applied(text, status=new, forced=True)


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        ({"run": "L1B_rank5"}, r"no row for the run 'L1B_rank5'. Did you mean L1B_rank4"),
        ({"run": "L1B_base"}, "only evaluated; give --task cap"),
        ({"task": "cap"}, "several epochs; give --epoch 0 or 1"),
        ({"task": "nope"}, "no evaluation L1B_rank4, nope; there are cap epoch 0; cap epoch 1"),
        ({"task": "cap", "epoch": "7"}, "no evaluation L1B_rank4, cap, epoch 7"),
    ],
)
def test_a_row_that_is_not_there_is_not_found(wish: dict[str, object], message: str) -> None:
    with pytest.raises(NotFoundError, match=message):
        applied(SUMMARY, status=Status.RUNNING, **wish)


def test_two_rows_of_one_name_are_ambiguous() -> None:
    twice = SUMMARY.replace("| L1B_rank64 | pending", "| L1B_rank4 | pending")
    with pytest.raises(NotFoundError, match=r"s\.md:70: 2 rows say L1B_rank4 \(lines 69, 70\)"):
        applied(twice, status=Status.RUNNING)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "| L1B_rank4 | pending | - | - | - | - |",
            "| L1B_rank4 | pending | a|b | - | - | - |",
            "has 7 cells",
        ),
        ("| L1B_rank4 | pending | - | - | - | - |", "| L1B_rank4 | pending |", "2 cells, its table 6"),
        ("| L1B_rank4 | pending | -", "| L1B_rank4 | done | -", r"s\.md:69: the status 'done' is none of"),
        (
            "| Status | Job ID | Started",
            "| State | Job ID | Started",
            r"s\.md:67: .* lacks the column 'Status'",
        ),
        (
            "|--------|--------|---------|-----------|-------|\n| L1B",
            "\n\n| L1B",
            "no table under 'Status > Fine",
        ),
        ("### Fine-tuning", "### Training", "no table under 'Status > Fine-tuning'"),
    ],
)
def test_a_broken_table_is_refused_with_its_line(old: str, new: str, message: str) -> None:
    assert old in SUMMARY
    with pytest.raises(MalformedError, match=message):
        applied(SUMMARY.replace(old, new, 1), status=Status.RUNNING)


def test_resolved_is_for_best_only() -> None:
    with pytest.raises(UsageError, match="--resolved is for rows whose epoch is `best`"):
        applied(SUMMARY, task="cap", epoch="0", resolved="1")


notes = st.text(max_size=40)
jobs = st.from_regex(r"[1-9][0-9]{0,8}(_[0-9]{1,4})?", fullmatch=True)


@given(
    note=notes,
    job=jobs,
    newline=st.sampled_from(["\n", "\r\n", "\r"]),
    document=st.sampled_from([SUMMARY, EDITED]),
)
def test_what_was_set_is_read_back_and_the_rest_stays(
    note: str, job: str, newline: str, document: str
) -> None:
    text = document.replace("\n", newline)
    edited = applied(text, status=Status.RUNNING, note=note, job=job)
    row = parse(edited).fine_tuning[0]
    assert (row.status, row.job_id) == ("running", job)
    before, after = text.split(newline), edited.split(newline)
    assert [b for b, a in zip(before, after, strict=True) if b != a] == [before[row.line - 1]]
    assert applied(edited, status=Status.RUNNING, note=note, job=job) == edited
    found = find_row(edited, key_of(ASKED), "s.md")
    old = find_row(text, key_of(ASKED), "s.md")
    untouched = [place for column, place in old.columns.items() if column in ("Run Name", "Completed")]
    assert [found.row.texts[place] for place in untouched] == [old.row.texts[place] for place in untouched]


cells = st.text(alphabet=st.sampled_from("ab \\|`*-_é\t"), max_size=8)


@given(st.lists(cells, min_size=6, max_size=6), notes)
def test_hostile_neighbours_stay_as_they_are(others: list[str], note: str) -> None:
    quoted = [cell.replace("|", r"\|") for cell in others]
    row = f"| x | pending |{quoted[0]} |{quoted[1]} |{quoted[2]} |{quoted[3]} |{quoted[4]} |{quoted[5]} |"
    header = "| Run Name | Status | Job ID | Started | Completed | Notes | A | B |\n|-|-|-|-|-|-|-|-|\n"
    text = f"## Status\n### Fine-tuning\n{header}{row}\n| y | pending | | | | | | |\n"
    try:
        edited = applied(text, run="x", note=note)
    except CkregError:
        return  # refused: nothing was changed
    old, new = (
        find_row(text, key_of(dataclasses.replace(ASKED, run="x")), ""),
        find_row(edited, key_of(dataclasses.replace(ASKED, run="x")), ""),
    )
    assert old.row.texts[:5] == new.row.texts[:5]
    assert old.row.texts[6:] == new.row.texts[6:]
    assert new.value("Notes") == (one_line(note) if one_line(note) not in ("", "-") else None)
