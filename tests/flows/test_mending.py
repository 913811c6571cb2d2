"""What merges left that the driver had no part in."""

from collections.abc import Callable

import pytest

from ckreg.adapters.tree import Home
from ckreg.flows.mending import find, mend
from tests.documents import EXPERIMENT, SUMMARY

Git = Callable[..., str]
DOCUMENT = f"experiments/{EXPERIMENT}/experiment_summary.md"
FOUR = "| L1B_rank4 | pending | - | - | - | - |"
SIXTY_FOUR = "| L1B_rank64 | pending | - | - | - | - |"
RAN_4 = FOUR.replace("pending | -", "running | 4")
RAN_64 = SIXTY_FOUR.replace("pending | -", "completed | 64")
BOTH = SUMMARY.replace(FOUR, RAN_4).replace(SIXTY_FOUR, RAN_64)
OURS, THEIRS = SUMMARY.replace(FOUR, RAN_4), SUMMARY.replace(SIXTY_FOUR, RAN_64)
MARKED = SUMMARY.replace(
    f"{FOUR}\n{SIXTY_FOUR}",
    f"<<<<<<< main\n{RAN_4}\n{SIXTY_FOUR}\n=======\n{FOUR}\n{RAN_64}\n>>>>>>> side",
)
UNION = SUMMARY.replace(f"{FOUR}\n{SIXTY_FOUR}", f"{RAN_4}\n{SIXTY_FOUR}\n{FOUR}\n{RAN_64}")


def merge_as(home: Home, git: Git, committed: str) -> str:
    """A merge of neighbouring rows that somebody committed so, by a page that knows nothing of rows."""
    root, path = home.root, home.root / DOCUMENT
    git(root, "switch", "-qc", "side")
    path.write_text(THEIRS)
    git(root, "commit", "-qam", "side")
    git(root, "switch", "-q", "main")
    path.write_text(OURS)
    git(root, "commit", "-qam", "main")
    git(root, "merge", "-q", "-s", "ours", "--no-commit", "side")
    path.write_text(committed)
    git(root, "commit", "-qam", "Merge branch 'side'")
    return git(root, "rev-parse", "HEAD").strip()


CASES = {
    "markers": (MARKED, 69, "conflict markers, to line 75, were committed"),
    "rows of both": (UNION, 71, "L1B_rank4 has a row in line 69 already"),
    "ours taken": (OURS, 70, "L1B_rank64 was completed (job 64); a merge made it pending"),
    "a row lost": (OURS.replace(f"{SIXTY_FOUR}\n", ""), 69, "the row of L1B_rank64 was lost in a merge"),
}


@pytest.mark.parametrize(("committed", "line", "message"), CASES.values(), ids=CASES.keys())
def test_found_and_mended(home: Home, git: Git, committed: str, line: int, message: str) -> None:
    commit = merge_as(home, git, committed)
    found = find(home)
    assert (found[0].path, found[0].line, found[0].fixable) == (DOCUMENT, line, True)
    assert found[0].message == f"{message} (merge {commit[:10]})"
    [shown] = mend(home, dry_run=True)
    assert (shown.before, shown.after, shown.commit) == (committed, BOTH, None)
    assert git(home.root, "rev-parse", "HEAD").strip() == commit
    [done] = mend(home)
    assert (home.root / DOCUMENT).read_text() == BOTH
    assert git(home.root, "rev-parse", "HEAD").strip() == done.commit
    assert find(home) == []
    assert mend(home) == []


@pytest.mark.parametrize(("committed", "line", "message"), CASES.values(), ids=CASES.keys())
def test_what_was_written_since_stays_unfinished_edits_too(
    home: Home, git: Git, committed: str, line: int, message: str
) -> None:
    del line, message
    merge_as(home, git, committed)
    path = home.root / DOCUMENT
    path.write_text(committed.replace("None.", "Written since."))
    git(home.root, "commit", "-qam", "since")
    path.write_text(path.read_text().replace("Does LoRA rank matter?", "Half a li"))
    [done] = mend(home)
    assert done.commit
    wanted = BOTH.replace("None.", "Written since.")
    assert git(home.root, "show", f"HEAD:{DOCUMENT}") == wanted
    assert path.read_text() == wanted.replace("Does LoRA rank matter?", "Half a li")


def test_a_right_merge_and_a_decision_since_are_no_fault(home: Home, git: Git) -> None:
    merge_as(home, git, OURS)
    path = home.root / DOCUMENT
    path.write_text(OURS.replace(SIXTY_FOUR, RAN_64.replace("completed", "failed")))
    git(home.root, "commit", "-qam", "decided")
    assert find(home) == []


def test_markers_without_a_merge_are_for_a_person(home: Home, git: Git) -> None:
    (home.root / DOCUMENT).write_text(MARKED)
    git(home.root, "commit", "-qam", "squashed")
    [finding, *_] = find(home)
    assert (finding.line, finding.fixable, finding.merge) == (69, False, None)
    assert "by hand" in finding.remedy or "Keep the right lines" in finding.remedy
    assert mend(home) == []


def test_prior_runs_keep_the_lines_of_both_sides(home: Home, git: Git) -> None:
    runs = home.root / "prior-runs.jsonl"
    runs.write_text(
        '{"a": 1}\n<<<<<<< main\n{"b": 1}\n||||||| base\n{"z": 0}\n=======\n{"c": 1}\n>>>>>>> side\n'
    )
    git(home.root, "add", ".")
    git(home.root, "commit", "-qm", "web")
    [finding] = find(home)
    assert (finding.path, finding.line, finding.fixable) == ("prior-runs.jsonl", 2, True)
    mend(home)
    assert runs.read_text() == '{"a": 1}\n{"b": 1}\n{"c": 1}\n'
    assert find(home) == []


def test_what_people_wrote_in_the_same_rows_is_left_to_them(home: Home, git: Git) -> None:
    merge_as(home, git, MARKED)
    path = home.root / DOCUMENT
    path.write_text(MARKED.replace(RAN_64, RAN_64.replace("64 |", "65 |")))
    git(home.root, "commit", "-qam", "since")
    [done] = mend(home)
    assert done.commit is None
    assert "stands in the way" in (done.refused or "")
    assert path.read_text() == MARKED.replace(RAN_64, RAN_64.replace("64 |", "65 |"))
