"""The hook commit-msg, called by real git, holds statuses: no row is lost, none goes where it may not."""

import itertools
import os
import subprocess
from collections.abc import Callable

import pytest

from ckreg.adapters.tree import Home
from ckreg.commands.hooks import check_message, hooks_install
from ckreg.commands.init import init
from ckreg.commands.status_set import Wish, status_set
from ckreg.core.spec.amending import Amendment
from ckreg.core.status import Status
from ckreg.flows.amending import amend_experiment
from tests.documents import EXPERIMENT, SUMMARY

Git = Callable[..., str]
Done = subprocess.CompletedProcess[str]
FOLDER = f"experiments/{EXPERIMENT}"
DOCUMENT = f"{FOLDER}/experiment_summary.md"
ROW = "| L1B_rank4 | pending | - | - | - | - |"
LINE = SUMMARY.split("\n").index(ROW) + 1
EVALUATION = "| L1B_rank4 | cap | 1 | pending | - | - | - |"


@pytest.fixture
def done(home: Home) -> Home:
    """A registry with hooks, in which L1B_rank4 is completed and its plan sealed."""
    status_set(home, EXPERIMENT, Wish(run="L1B_rank4", status=Status.RUNNING, job="12"))
    status_set(home, EXPERIMENT, Wish(run="L1B_rank4", status=Status.COMPLETED))
    hooks_install(home)
    return home


def run(home: Home, *words: str, **variables: str) -> Done:
    return subprocess.run(
        ["git", "-C", str(home.root), *words],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | variables,
    )


def edit(home: Home, old: str, new: str) -> None:
    path = home.summary(EXPERIMENT)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


_NUMBERS = itertools.count(1)  # two messages alike within a second would look like an amended commit


def commit(home: Home, message: str = "", *words: str) -> Done:
    return run(home, "commit", "-a", "-m", message or f"by hand, {next(_NUMBERS)}", *words)


def back_to_pending(home: Home) -> None:
    edit(home, "| L1B_rank4 | completed |", "| L1B_rank4 | pending |")


def test_a_completed_run_does_not_become_pending(done: Home) -> None:
    back_to_pending(done)
    refused = commit(done)
    assert refused.returncode == 1
    assert f"{DOCUMENT}:{LINE}: L1B_rank4 is completed; it cannot become pending." in refused.stderr
    assert f"`ckreg status set {EXPERIMENT} L1B_rank4 --status pending --force`" in refused.stderr


def faults(home: Home, git: Git) -> list[str]:
    """What commit-msg alone would say: `check` finds some of it as well, and comes first."""
    git(home.root, "add", "-A")
    return check_message(home, "tidy")


def test_a_status_is_not_emptied(done: Home, git: Git) -> None:
    edit(done, "| L1B_rank4 | completed |", "| L1B_rank4 | - |")
    assert faults(done, git) == [
        f"{DOCUMENT}:{LINE}: L1B_rank4 is completed; its status is gone. Put it back."
    ]


def test_what_the_rules_allow_goes_in(done: Home) -> None:
    edit(done, "| L1B_rank64 | pending |", "| L1B_rank64 | running |")
    assert commit(done).returncode == 0
    edit(done, "| L1B_rank64 | running | - | - | - | - |", "| L1B_rank64 | failed | - | - | - | TIMEOUT |")
    assert commit(done).returncode == 0


TRAILER = (
    'Ckreg-Status: {"experiment": "%s", "run": "L1B_rank4", "task": null, "epoch": null, '
    '"from": "completed", "to": "pending", "by": "%s", "forced": %s}'
)


@pytest.mark.parametrize(
    ("by", "forced", "taken"),
    [("person", "true", True), ("person", "false", False), ("sacct", "false", True), ("job", "false", False)],
)
def test_a_trailer_says_that_it_was_forced_or_seen(done: Home, by: str, forced: str, taken: bool) -> None:
    back_to_pending(done)
    trailer = TRAILER % (EXPERIMENT, by, forced)
    assert (commit(done, f"status: back\n\n{trailer}\n").returncode == 0) is taken


def test_another_runs_trailer_does_not_count(done: Home) -> None:
    back_to_pending(done)
    trailer = TRAILER.replace("L1B_rank4", "L1B_rank64") % (EXPERIMENT, "person", "true")
    assert commit(done, f"status: back\n\n{trailer}\n").returncode == 1


def test_a_lost_row_is_refused_with_the_line_that_it_was_on(done: Home, git: Git) -> None:
    text = done.summary(EXPERIMENT).read_text()
    row = next(line for line in text.split("\n") if line.startswith("| L1B_rank4 | completed"))
    edit(done, f"{row}\n", "")
    [fault] = faults(done, git)
    assert fault.startswith(
        f"{DOCUMENT}:{LINE}: the status row of L1B_rank4 (completed, job 12) was on this line and is gone."
    )
    assert commit(done, "tidy").returncode == 1


def test_a_lost_evaluation_is_refused_with_its_epoch(done: Home, git: Git) -> None:
    edit(done, f"{EVALUATION}\n", "")
    [fault] = faults(done, git)
    assert "the status row of L1B_rank4, cap, epoch 1 (pending) was on this line and is gone" in fault


def test_best_may_find_out_which_epoch_it_was(done: Home) -> None:
    edit(done, "| L1B_rank64 | cap | best |", "| L1B_rank64 | cap | best (1) |")
    assert commit(done).returncode == 0


def test_rows_of_a_plan_that_is_still_made_go_with_it(home: Home) -> None:
    hooks_install(home)
    text = home.summary(EXPERIMENT).read_text()
    smaller = "\n".join(line for line in text.split("\n") if "L1B_rank64" not in line)
    smaller = smaller.replace("| lora_rank | 4, 64 |", "| lora_rank | 4 |")
    smaller = smaller.replace("3 (2 fine-tuned + 1", "2 (1 fine-tuned + 1")
    smaller = smaller.replace("evaluations:** 4", "evaluations:** 3")
    home.summary(EXPERIMENT).write_text(smaller)
    taken = commit(home)
    assert taken.returncode == 0, taken.stderr


def test_a_run_that_is_renamed_keeps_its_row(home: Home) -> None:
    hooks_install(home)
    text = home.summary(EXPERIMENT).read_text()
    home.summary(EXPERIMENT).write_text(text.replace("L1B_rank64", "L1B_r64_rank64"))
    taken = commit(home)
    assert taken.returncode == 0, taken.stderr


def test_a_whole_experiment_may_go_or_be_renamed(done: Home, git: Git) -> None:
    git(done.root, "mv", FOLDER, "experiments/cap_8L_renamed_2025-10-22")
    path = done.summary("cap_8L_renamed_2025-10-22")
    path.write_text(path.read_text().replace(EXPERIMENT, "cap_8L_renamed_2025-10-22"))
    taken = commit(done)
    assert taken.returncode == 0, taken.stderr
    git(done.root, "rm", "-rq", "experiments/cap_8L_renamed_2025-10-22")
    assert commit(done).returncode == 0


def test_a_document_does_not_go_alone(done: Home, git: Git) -> None:
    git(done.root, "rm", "-q", DOCUMENT)
    refused = commit(done)
    assert (refused.returncode, "the document is gone, and with it every status" in refused.stderr) == (
        1,
        True,
    )


def test_a_revert_takes_back_a_status_and_the_seal_that_came_with_it(home: Home, git: Git) -> None:
    hooks_install(home)
    status_set(home, EXPERIMENT, Wish(run="L1B_rank4", status=Status.RUNNING, job="12"))
    assert (home.root / FOLDER / "plan.seal").exists()
    reverted = run(home, "revert", "--no-edit", "HEAD", GIT_EDITOR="true")
    assert reverted.returncode == 0, reverted.stderr
    assert git(home.root, "show", f"HEAD:{DOCUMENT}") == SUMMARY


def test_an_amendment_may_take_back_what_the_last_commit_said(done: Home) -> None:
    edit(done, "| L1B_rank64 | pending |", "| L1B_rank64 | completed |")
    assert commit(done, "wrong").returncode == 0
    edit(done, "| L1B_rank64 | completed |", "| L1B_rank64 | pending |")
    amended = run(done, "commit", "-a", "--amend", "--no-edit", "--allow-empty")
    assert amended.returncode == 0, amended.stderr


def test_an_amendment_may_not_take_back_what_was_there_before(done: Home) -> None:
    (done.root / "x").write_text("x\n")
    run(done, "add", "x")
    assert commit(done, "x").returncode == 0
    back_to_pending(done)
    assert run(done, "commit", "-a", "--amend", "--no-edit").returncode == 1


def test_only_what_is_committed_now_counts(done: Home) -> None:
    """`git commit -o`, and a staged change that this commit leaves out."""
    back_to_pending(done)
    run(done, "add", DOCUMENT)
    (done.root / "README.md").write_text("x\n")
    run(done, "add", "README.md")
    assert run(done, "commit", "-q", "-o", "-m", "x", "README.md").returncode == 0
    assert run(done, "commit", "-q", "-m", "x").returncode == 1


def test_a_part_that_is_added_with_p_counts_and_the_rest_does_not(done: Home) -> None:
    edit(done, "## Notes\nNone.", "## Notes\nSome.")
    back_to_pending(done)
    added = subprocess.run(
        ["git", "-C", str(done.root), "commit", "-p", "-m", "notes"],
        input="n\ny\n", capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert added.returncode == 0, added.stderr
    assert commit(done).returncode == 1


def test_below_the_top_in_a_worktree_and_before_the_first_commit(home: Home, git: Git) -> None:
    root = home.root.parent / "mono"
    root.mkdir()
    git(root, "init", "-q")
    below = Home(root / "deep" / "registry")
    init(below.root)
    hooks_install(below)
    (below.experiments / EXPERIMENT).mkdir()
    below.summary(EXPERIMENT).write_text(SUMMARY.replace(ROW, ROW.replace("pending", "completed")))
    git(root, "add", ".")
    assert run(Home(root), "commit", "-qm", "plan").returncode == 0
    git(root, "worktree", "add", "-q", "-b", "side", str(root.parent / "side"))
    side = Home(root.parent / "side" / "deep" / "registry")
    back_to_pending(side)
    refused = commit(side)
    assert (refused.returncode, f"{DOCUMENT}:{LINE}: L1B_rank4 is completed" in refused.stderr) == (1, True)


def test_an_orphan_branch_without_the_registry_is_left_alone(done: Home, git: Git) -> None:
    git(done.root, "switch", "-q", "--orphan", "pages")
    (done.root / "index.html").write_text("x\n")
    git(done.root, "add", "index.html")
    assert run(done, "commit", "-qm", "pages").returncode == 0


def side_by_side(home: Home, git: Git) -> None:
    """On `side` L1B_rank4 is completed; on main L1B_rank64 runs."""
    git(home.root, "switch", "-qc", "side")
    status_set(home, EXPERIMENT, Wish(run="L1B_rank4", status=Status.COMPLETED))
    git(home.root, "switch", "-q", "main")
    edit(home, "| L1B_rank64 | cap | best | pending |", "| L1B_rank64 | cap | best | failed |")
    edit(home, "## Notes\nNone.", "## Notes\nSome.")
    assert commit(home, "beside", "--no-verify").returncode == 0


def test_a_merge_brings_both_sides(home: Home, git: Git) -> None:
    hooks_install(home)
    side_by_side(home, git)
    merged = run(home, "merge", "--no-edit", "side", GIT_EDITOR="true")
    assert merged.returncode == 0, merged.stderr + merged.stdout


def test_a_merge_does_not_drop_theirs(home: Home, git: Git) -> None:
    hooks_install(home)
    side_by_side(home, git)
    merged = run(home, "merge", "--no-edit", "-s", "ours", "side", GIT_EDITOR="true")
    assert merged.returncode != 0
    assert f"{DOCUMENT}:{LINE}: L1B_rank4 is completed; it cannot become pending" in merged.stderr
    git(home.root, "merge", "--abort")


def test_where_both_sides_said_something_a_person_decides(home: Home, git: Git) -> None:
    hooks_install(home)
    git(home.root, "switch", "-qc", "side")
    status_set(home, EXPERIMENT, Wish(run="L1B_rank4", status=Status.COMPLETED))
    git(home.root, "switch", "-q", "main")
    status_set(home, EXPERIMENT, Wish(run="L1B_rank4", status=Status.FAILED))
    run(home, "merge", "--no-edit", "side", GIT_EDITOR="true")  # completed against failed: a conflict
    git(home.root, "checkout", "--ours", DOCUMENT)
    git(home.root, "add", DOCUMENT)
    assert run(home, "commit", "--no-edit", GIT_EDITOR="true").returncode == 0
    assert "| L1B_rank4 | failed |" in home.summary(EXPERIMENT).read_text()


def test_a_squashed_branch_tells_its_forced_steps_in_its_message(home: Home, git: Git) -> None:
    status_set(home, EXPERIMENT, Wish(run="L1B_rank4", status=Status.COMPLETED))
    hooks_install(home)
    git(home.root, "switch", "-qc", "side")
    status_set(home, EXPERIMENT, Wish(run="L1B_rank4", status=Status.PENDING, forced=True))
    status_set(home, EXPERIMENT, Wish(run="L1B_rank4", status=Status.RUNNING))
    git(home.root, "switch", "-q", "main")
    git(home.root, "merge", "-q", "--squash", "side")
    assert run(home, "commit", "-m", "all at once").returncode == 1
    assert run(home, "commit", "--no-edit", GIT_EDITOR="true").returncode == 0


def test_a_rebase_and_a_cherry_pick_of_statuses_go_on(home: Home, git: Git) -> None:
    hooks_install(home)
    git(home.root, "switch", "-qc", "side")
    status_set(home, EXPERIMENT, Wish(run="L1B_rank4", status=Status.RUNNING))
    status_set(home, EXPERIMENT, Wish(run="L1B_rank4", status=Status.COMPLETED))
    git(home.root, "switch", "-q", "main")
    edit(home, "## Notes\nNone.", "## Notes\nSome.")
    assert commit(home).returncode == 0
    picked = run(home, "cherry-pick", "side~1", "side", GIT_EDITOR="true")
    assert picked.returncode == 0, picked.stderr
    git(home.root, "switch", "-q", "side")
    rebased = run(home, "rebase", "main", GIT_EDITOR="true")
    assert rebased.returncode == 0, rebased.stderr


def test_an_amended_plan_may_lose_rows(done: Home) -> None:
    edit(done, f"{EVALUATION}\n", "")
    edit(done, "| L1B_rank4 | ✓ epoch 0,1 |", "| L1B_rank4 | ✓ epoch 0 |")
    assert amend_experiment(done, EXPERIMENT, Amendment(), "one is enough").commit
    edit(done, "| L1B_base | cap | - | pending | - | - | Base model |\n", "")
    edit(done, "| L1B_base | ✓ |", "| L1B_base | - |")
    assert commit(done, "less\n\nCkreg-Amend: no time\n").returncode == 0
