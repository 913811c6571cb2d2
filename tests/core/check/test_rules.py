"""Each rule: a document that is well, and the one change that breaks it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckreg.core.check import Beside, Selection, Severity, check_document
from ckreg.core.check.fixing import fixed
from tests.documents import EDITED, EXPERIMENT, SUMMARY


def problems(text: str) -> list[tuple[str, int, int]]:
    return [(problem.code, problem.line, problem.column) for problem in check_document(text, EXPERIMENT)]


def test_a_document_that_is_well_has_no_problems() -> None:
    assert problems(SUMMARY) == []
    assert problems(SUMMARY.replace("\n", "\r\n")) == []


# Lines are those of tests/documents.py, counted with `grep -n`.
@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("# Experiment: cap", "# Experiment: cup", [("CK100", 1, 1)]),
        ("## Notes", "## Remarks", [("CK101", 1, 1)]),
        ("## Notes", "## Overview\n\n## Notes", [("CK102", 83, 1)]),
        ("| Factor | Levels |\n|--------|--------|\n| lora_rank | 4, 64 |\n", "", [("CK103", 9, 1)]),
        ("### Evaluations\n", "| Run Name |\n|---|\n\n### Evaluations\n", [("CK104", 72, 1)]),
        ("| Levels |", "| Values |", [("CK105", 10, 1)]),
        ("| L1B_base | L1B | - | - | Control | - |", "| L1B_base | L1B | - |", [("CK106", 19, 1)]),
        ("| Control | - |\n", "| Control | - |\nhi\n", [("CK107", 20, 1)]),
        ("| L1B_rank64 | L1B |", "| L1B_rank4 | L1B |",
         [("CK201", 18, 1), ("CK207", 18, 1), ("CK401", 43, 1), ("CK204", 70, 1)]),
        ("| L1B_rank64 | pending | - | - | - | - |\n", "", [("CK203", 18, 1)]),
        ("| L1B_base | cap | - | pending | - | - | Base model |\n", "",
         [("CK203", 19, 1), ("CK405", 44, 1), ("CK411", 56, 26)]),
        ("| L1B_rank4 | pending", "| L1B_rank4 | done", [("CK301", 69, 15)]),
        ("| L1B_rank4 | pending", "| L1B_rank4 | ", [("CK301", 69, 16)]),
        ("| L1B_rank4 | cap | 1 |", "| L1B_rank4 | cap | 0 |", [("CK405", 42, 1), ("CK302", 76, 1)]),
        ("| L1B_rank4 | pending | - | - |", "| L1B_rank4 | pending | - | today |",
         [("CK307", 69, 1), ("CK303", 69, 29)]),
    ],
)  # fmt: skip
def test_one_change_one_problem(old: str, new: str, expected: list[tuple[str, int, int]]) -> None:
    assert old in SUMMARY
    assert problems(SUMMARY.replace(old, new, 1)) == expected


def test_a_bad_run_name_is_a_problem_once_wherever_it_stands() -> None:
    found = problems(SUMMARY.replace("L1B_rank4 ", "L1B/rank4 "))
    assert [problem for problem in found if problem[0] == "CK202"] == [("CK202", 17, 1)]
    assert {code for code, _, _ in found} == {"CK202", "CK207"}


def test_only_errors_are_errors() -> None:
    text = SUMMARY.replace("| L1B_rank4 | pending | - | - |", "| L1B_rank4 | running | - | today |")
    assert [problem.severity for problem in check_document(text, EXPERIMENT)] == [Severity.WARNING]


@pytest.mark.parametrize("text", ["", "\ufeff", EDITED, "\x00", "| a |\n|---|\n" * 3, "#" * 7])
def test_any_text_is_checked_without_a_defect(text: str) -> None:
    assert check_document(text, EXPERIMENT)


odd = st.sampled_from(
    ["|", "\n", "`", "**", "-", "0", "9" * 5000, "\x1b[1m", "\0", "\ud800", "\u0661", "epoch ", "best", "GiB",
     ",", "1e999", "<!-- ckreg: ignore CK2 -->", "<!-- ckreg: ignore", "2025-13-45 99:99:99", "A: ", "×", "(",
     ")", "\r", "\u2028"]
)  # fmt: skip


@given(
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 12), odd), max_size=12), st.none() | st.text() | odd
)
def test_no_document_is_too_odd_to_be_checked(edits: list[tuple[float, int, str]], other: str | None) -> None:
    text = SUMMARY
    for share, gone, new in edits:
        place = int(share * len(text))
        text = text[:place] + new + text[place + gone :]
    for problem in check_document(text, EXPERIMENT, Beside(other, other, other)):
        assert problem.line >= 1
        assert problem.column >= 1
        assert "\n" not in problem.message
    after, _ = fixed(text, EXPERIMENT, Beside(), Selection())
    again, mended = fixed(after, EXPERIMENT, Beside(), Selection())
    assert (again, mended) == (after, [])
