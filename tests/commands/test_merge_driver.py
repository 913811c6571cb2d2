"""The merge driver, called by git itself."""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ckreg.adapters.git import install_driver, open_repo, remove_driver
from ckreg.adapters.tree import Home
from ckreg.cli.main import main
from ckreg.commands.hooks import hooks_install, hooks_preview, hooks_uninstall
from ckreg.commands.seal import seal
from ckreg.commands.status_set import Wish, status_set
from ckreg.core.status import Status
from tests.documents import EXPERIMENT, SUMMARY

Git = Callable[..., str]
DOCUMENT = f"experiments/{EXPERIMENT}/experiment_summary.md"
FOUR = "| L1B_rank4 | pending | - | - | - | - |"
SIXTY_FOUR = "| L1B_rank64 | pending | - | - | - | - |"
RAN_4 = FOUR.replace("pending | -", "running | 4")
RAN_64 = SIXTY_FOUR.replace("pending | -", "running | 64")
BOTH = SUMMARY.replace(FOUR, RAN_4).replace(SIXTY_FOUR, RAN_64)


def run(folder: Path, *words: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["git", "-C", str(folder), *words],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **variables},
    )


def change(home: Home, git: Git, old: str, new: str) -> str:
    """Commit another text in the document; gives the commit."""
    path = home.root / DOCUMENT
    text = path.read_bytes().decode()
    assert old in text
    path.write_bytes(text.replace(old, new).encode())
    git(home.root, "commit", "-qam", f"{new[:20]}")
    return git(home.root, "rev-parse", "HEAD").strip()


@pytest.fixture
def forked(home: Home, git: Git) -> Home:
    """`main` has run rank 4, the branch `side` rank 64: neighbouring rows."""
    git(home.root, "switch", "-qc", "side")
    change(home, git, SIXTY_FOUR, RAN_64)
    git(home.root, "switch", "-q", "main")
    change(home, git, FOUR, RAN_4)
    return home


def text(home: Home) -> str:
    return (home.root / DOCUMENT).read_bytes().decode()


def test_git_alone_would_conflict(forked: Home) -> None:
    remove_driver(open_repo(forked.root))
    assert run(forked.root, "merge", "side").returncode == 1
    assert "<<<<<<<" in text(forked)


def test_merge(forked: Home, git: Git) -> None:
    git(forked.root, "merge", "-q", "--no-edit", "side")
    assert text(forked) == BOTH
    assert git(forked.root, "status", "--porcelain") == ""


def test_rebase_cherry_pick_revert_and_stash_pop(forked: Home, git: Git) -> None:
    root = forked.root
    git(root, "switch", "-q", "side")
    git(root, "rebase", "-q", "main")
    assert text(forked) == BOTH
    git(root, "reset", "-q", "--hard", "side@{1}")
    git(root, "cherry-pick", "main")
    assert text(forked) == BOTH
    git(root, "revert", "--no-edit", "HEAD~1")
    assert text(forked) == SUMMARY.replace(FOUR, RAN_4)
    (root / DOCUMENT).write_text(text(forked).replace(SIXTY_FOUR, RAN_64))
    git(root, "stash", "-q")
    change(forked, git, RAN_4, FOUR)
    git(root, "stash", "pop")
    assert text(forked) == SUMMARY.replace(SIXTY_FOUR, RAN_64)


def test_merge_tree_worktrees_subfolders_and_renames(forked: Home, git: Git, tmp_path: Path) -> None:
    root = forked.root
    tree = git(root, "merge-tree", "--write-tree", "main", "side").strip()
    assert git(root, "show", f"{tree}:{DOCUMENT}") == BOTH
    git(root, "worktree", "add", "-q", "-b", "third", str(tmp_path / "wt"), "main")
    git(tmp_path / "wt" / "experiments", "merge", "-q", "--no-edit", "side")
    assert (tmp_path / "wt" / DOCUMENT).read_text() == BOTH
    git(root, "mv", f"experiments/{EXPERIMENT}", "experiments/other")
    git(root, "commit", "-qm", "rename")
    git(root, "merge", "-q", "--no-edit", "side")
    assert (root / "experiments/other/experiment_summary.md").read_text() == BOTH


def test_a_conflict_stays_unmerged_with_markers_around_its_row(forked: Home, git: Git) -> None:
    root = forked.root
    change(forked, git, RAN_4, FOUR.replace("pending", "completed"))
    git(root, "switch", "-q", "side")
    change(forked, git, FOUR, FOUR.replace("pending", "failed"))
    done = run(root, "merge", "main")
    assert done.returncode == 1
    assert text(forked) == SUMMARY.replace(SIXTY_FOUR, RAN_64).replace(
        FOUR,
        "<<<<<<< ours\n| L1B_rank4 | failed | - | - | - | - |\n=======\n"
        "| L1B_rank4 | completed | - | - | - | - |\n>>>>>>> theirs",
    )
    assert git(root, "diff", "--name-only", "--diff-filter=U").strip() == DOCUMENT
    git(root, "-c", "merge.conflictStyle=diff3", "checkout", "--merge", "--", DOCUMENT)
    assert f"||||||| base\n{FOUR}\n=======\n" in text(forked)


FAILURES = {
    "the interpreter is gone": None,
    "the interpreter lacks ckreg": "exit 1",
    "ckreg fails": "exit 70",
    "an older ckreg": "exit 2",
    "killed": "kill -9 $$",
}


@pytest.mark.parametrize("how", FAILURES.values(), ids=FAILURES.keys())
@pytest.mark.parametrize("beside", [False, True], ids=["clash", "clean"])
def test_when_ckreg_fails_git_merges_lines_and_theirs_is_not_lost(
    forked: Home, git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str | None, beside: bool
) -> None:
    root = forked.root
    stand_in = tmp_path / "bin" / "python"
    stand_in.parent.mkdir()
    monkeypatch.setattr("sys.executable", str(stand_in))
    install_driver(open_repo(root))
    git_alone = shutil.which("git")
    assert git_alone
    (stand_in.parent / "git").symlink_to(git_alone)
    if how is not None:
        stand_in.write_text(f"#!/bin/sh\n{how}\n")
        stand_in.chmod(0o755)
    if beside:
        git(root, "switch", "-q", "side")
        change(forked, git, RAN_64, SIXTY_FOUR)
        change(forked, git, "None.", "Watch it.")
        git(root, "switch", "-q", "main")
    done = run(root, "merge", "--no-edit", "side", PATH=f"{stand_in.parent}:/usr/bin:/bin")
    assert "git merges its lines" in done.stdout + done.stderr
    if beside:
        assert done.returncode == 0
        assert text(forked) == SUMMARY.replace(FOUR, RAN_4).replace("None.", "Watch it.")
    else:
        assert done.returncode == 1
        assert git(root, "ls-files", "--unmerged")
        assert f"<<<<<<< ours\n{RAN_4}\n{SIXTY_FOUR}\n=======\n{FOUR}\n{RAN_64}\n>>>>>>> theirs" in text(
            forked
        )


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_as_it_writes_the_result_it_loses_neither_side(
    forked: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    stand_in = tmp_path / "python"
    work = f'{shlex.quote(sys.executable)} "$@"'
    stand_in.write_text(f"#!/bin/sh\n{work if when == 'after' else ':'}\nkill -9 $$\n")
    stand_in.chmod(0o755)
    monkeypatch.setattr("sys.executable", str(stand_in))
    install_driver(open_repo(forked.root))
    assert run(forked.root, "merge", "--no-edit", "side").returncode == 1
    assert text(forked).count("<<<<<<<") == 1
    assert RAN_4 in text(forked)
    assert RAN_64 in text(forked)


def test_the_sides_have_the_names_that_git_knows_and_no_control_codes(home: Home, tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("base", "ours", "theirs")]
    for file, status in zip(files, ("pending", "completed", "failed"), strict=True):
        file.write_text(SUMMARY.replace("| L1B_rank4 | pending", f"| L1B_rank4 | {status}"))
    words = ["merge-driver", *map(str, files), "7", DOCUMENT, "%S", "HEAD", "side \x1b[31m"]
    assert main(["-C", str(home.root), *words]) == 65
    assert "<<<<<<< HEAD\n| L1B_rank4 | completed" in files[1].read_text()
    assert ">>>>>>> side [31m\n" in files[1].read_text()
    assert main(["-C", str(home.root), *words[:3], str(tmp_path / "none"), *words[4:]]) == 3


def test_a_file_that_is_not_utf_8_is_left_to_git(home: Home, git: Git) -> None:
    path = home.root / DOCUMENT
    path.write_bytes(SUMMARY.encode() + b"\xff\n")
    git(home.root, "commit", "-qam", "latin")
    git(home.root, "switch", "-qc", "side")
    path.write_bytes(path.read_bytes().replace(b"None.", b"Some."))
    git(home.root, "commit", "-qam", "some")
    git(home.root, "switch", "-q", "main")
    path.write_bytes(path.read_bytes().replace(b"| 16 min |", b"| 61 min |"))
    git(home.root, "commit", "-qam", "min")
    git(home.root, "merge", "-q", "--no-edit", "side")
    assert b"Some." in path.read_bytes()
    assert b"| 61 min |" in path.read_bytes()


def test_a_registry_from_somebody_else_runs_nothing(forked: Home, git: Git, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    for name in ("click.py", "ckreg/__init__.py", "ckreg/__main__.py", "sitecustomize.py"):
        path = forked.root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"open({str(ran)!r}, 'w').close()\n")
    git(forked.root, "merge", "-q", "--no-edit", "side")
    assert text(forked) == BOTH
    assert not ran.exists()


def test_the_hooks_let_a_merge_pass(forked: Home, git: Git) -> None:
    hooks_install(forked)
    git(forked.root, "merge", "-q", "--no-edit", "side")
    assert text(forked) == BOTH
    change(forked, git, "None.", "None")
    git(forked.root, "merge", "--no-commit", "--no-ff", "-q", "side")
    git(forked.root, "commit", "-q", "--allow-empty", "-m", "merged")


def test_two_branches_seal_the_same_plan_with_their_first_run(home: Home, git: Git) -> None:
    hooks_install(home)
    git(home.root, "switch", "-qc", "side")
    status_set(home, EXPERIMENT, Wish(run="L1B_rank64", status=Status.RUNNING, job="64"))
    git(home.root, "switch", "-q", "main")
    status_set(home, EXPERIMENT, Wish(run="L1B_rank4", status=Status.RUNNING, job="4"))
    seal(home, EXPERIMENT)
    git(home.root, "switch", "-q", "side")
    seal(home, EXPERIMENT)
    git(home.root, "merge", "-q", "--no-edit", "main")
    assert text(home).count("| running |") == 2
    git(home.root, "rebase", "-q", "main")


def test_journals_keep_their_entries_whole_and_prior_runs_all_their_lines(home: Home, git: Git) -> None:
    log = home.root / "experiments" / EXPERIMENT / "design-experiment.log"
    runs = home.root / "prior-runs.jsonl"
    first = "[2025-10-22 14:00:00] VERIFY: model\nCommand: ls\nResult: there\n"
    log.write_text(first)
    runs.write_text('{"a": 1}\n')
    git(home.root, "add", ".")
    git(home.root, "commit", "-qm", "log")
    entries = [f"\n[2025-10-22 15:0{n}:00] AMEND: {n}\nCommand: ls\nResult: there\n" for n in (2, 1)]
    for branch, entry in zip(("side", "main"), entries, strict=True):
        git(home.root, "switch", "-q", *(["-c", "side"] if branch == "side" else ["main"]))
        log.write_text(first + entry)
        runs.write_text(runs.read_text() + f'{{"branch": "{branch}"}}')
        git(home.root, "commit", "-qam", branch)
    git(home.root, "merge", "-q", "--no-edit", "side")
    assert log.read_text() == first + entries[1] + entries[0]
    assert sorted(runs.read_text().split("\n"))[-3:] == [
        '{"a": 1}',
        '{"branch": "main"}',
        '{"branch": "side"}',
    ]


def test_a_hunk_says_its_section_and_a_patch_applies(home: Home, git: Git) -> None:
    path = home.root / DOCUMENT
    old = "| L1B_base | cap | - | pending"
    path.write_text(SUMMARY.replace(old, "| L1B_base | cap | - | running"))
    patch = git(home.root, "diff")
    assert "@@ ### Evaluations\n" in patch
    git(home.root, "stash", "-q")
    (home.root.parent / "a.patch").write_text(patch)
    git(home.root, "apply", str(home.root.parent / "a.patch"))
    assert "| L1B_base | cap | - | running" in path.read_text()
    assert "[-pending-]{+running+}" in git(home.root, "diff", "--word-diff")


def test_installed_by_init_and_by_hooks_taken_away_by_uninstall(home: Home, git: Git) -> None:
    config = home.root / ".git" / "config"
    before = config.read_text()
    assert install_driver(open_repo(home.root)) is False
    assert "merge driver" in hooks_uninstall(home).changed
    assert "ckreg" not in config.read_text()
    assert hooks_preview(home)[config] == before
    assert "ckreg" not in config.read_text()
    assert "merge driver" in hooks_install(home).changed
    assert config.read_text() == before
    assert git(home.root, "check-attr", "merge", DOCUMENT) == f"{DOCUMENT}: merge: ckreg\n"
