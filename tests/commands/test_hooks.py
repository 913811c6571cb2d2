import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from ckreg.adapters.tree import Home
from ckreg.commands.hooks import hooks_install, hooks_uninstall
from ckreg.commands.status_set import Wish, status_set
from ckreg.core.status import Status
from ckreg.errors import RefusedError
from tests.documents import EXPERIMENT

Git = Callable[..., str]


def commit(home: Home, **variables: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["git", "-C", str(home.root), "commit", "-m", "x"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **variables},
    )


def break_document(home: Home, git: Git) -> None:
    path = home.summary(EXPERIMENT)
    path.write_text(path.read_text().replace("| L1B_rank4 | pending", "| L1B_rank4 | done"))
    git(home.root, "add", ".")


def test_a_broken_document_is_not_committed(home: Home, git: Git) -> None:
    assert hooks_install(home).changed == ("pre-commit", "pre-merge-commit", "commit-msg")
    assert hooks_install(home).changed == ()
    break_document(home, git)
    done = commit(home)
    assert done.returncode == 1
    path = f"experiments/{EXPERIMENT}/experiment_summary.md"
    assert f"{path}:69:15: error CK301: the status 'done' is none of" in done.stdout + done.stderr


def test_what_is_staged_counts_not_what_lies_in_the_folder(home: Home, git: Git) -> None:
    hooks_install(home)
    path = home.summary(EXPERIMENT)
    good = path.read_text()
    path.write_text(good + "\nmore\n")
    git(home.root, "add", ".")
    path.write_text("broken")
    assert commit(home).returncode == 0
    break_path = good.replace("## Notes", "## Remarks")
    path.write_text(break_path)
    git(home.root, "add", ".")
    path.write_text(good)
    assert "CK101" in commit(home).stderr + commit(home).stdout


def test_commit_of_one_file_uses_the_index_of_that_commit(home: Home, git: Git) -> None:
    hooks_install(home)
    break_document(home, git)
    (home.root / "other.txt").write_text("x\n")
    git(home.root, "add", "other.txt")
    done = subprocess.run(
        ["git", "-C", str(home.root), "commit", "-m", "x", "--", "other.txt"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_a_hook_that_was_there_goes_on_working_and_comes_back(home: Home, git: Git) -> None:
    hook = home.root / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    theirs = "#!/bin/sh\necho theirs ran >&2\n"
    hook.write_text(theirs)
    hook.chmod(0o755)
    hooks_install(home)
    (home.root / "x").write_text("x\n")
    git(home.root, "add", "x")
    assert "theirs ran" in commit(home).stderr
    status_set(home, EXPERIMENT, Wish(run="L1B_rank4", status=Status.RUNNING))
    assert hooks_uninstall(home).changed == ("pre-commit", "pre-merge-commit", "commit-msg", "merge driver")
    assert hook.read_text() == theirs
    assert hooks_uninstall(home).changed == ()


def test_a_hook_that_refuses_goes_on_refusing(home: Home, git: Git) -> None:
    hook = home.root / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    hooks_install(home)
    head = git(home.root, "rev-parse", "HEAD")
    with pytest.raises(RefusedError, match="refused the commit"):
        status_set(home, EXPERIMENT, Wish(run="L1B_rank4", status=Status.RUNNING))
    assert git(home.root, "rev-parse", "HEAD") == head
    assert git(home.root, "status", "--porcelain") == ""


def test_without_ckreg_the_commit_passes_with_a_word(home: Home, git: Git) -> None:
    hooks_install(home)
    hook = home.root / ".git" / "hooks" / "pre-commit"
    lines = hook.read_text().splitlines(keepends=True)
    hook.write_text(
        "".join("python=/nowhere/python\n" if line.startswith("python=") else line for line in lines)
    )
    break_document(home, git)
    done = commit(home, PATH="/usr/bin:/bin")
    assert (done.returncode, "were not checked" in done.stderr) == (0, True)


def test_in_a_worktree_and_below_the_top(tmp_path: Path, home: Home, git: Git) -> None:
    git(home.root, "worktree", "add", "--quiet", "-b", "side", str(tmp_path / "side"))
    side = Home(tmp_path / "side")
    hooks_install(side)
    break_document(side, git)
    assert commit(side).returncode == 1


def test_hooks_of_all_repositories_are_left_alone(home: Home, git: Git, tmp_path: Path) -> None:
    git(home.root, "config", "core.hooksPath", str(tmp_path / "everywhere"))
    with pytest.raises(RefusedError, match="outside this repository"):
        hooks_install(home)


def test_the_staged_spec_counts_with_the_staged_document(home: Home, git: Git) -> None:
    hooks_install(home)
    spec = home.summary(EXPERIMENT).parent / "spec.yaml"
    spec.write_text("tasks: x\n")
    git(home.root, "add", ".")
    spec.unlink()
    done = commit(home)
    assert done.returncode == 1
    assert f"experiments/{EXPERIMENT}/spec.yaml:1:1: error CK701" in done.stdout + done.stderr


def merged(home: Home, git: Git, theirs: dict[str, str], ours: dict[str, str]) -> int:
    """Both sides replace texts in the document, committed without hooks; the exit code of `git merge`."""
    path = home.summary(EXPERIMENT)
    for branch, changes in (("theirs", theirs), ("main", ours)):
        git(home.root, "checkout", "-q", *(["-b"] if branch != "main" else []), branch)
        text = path.read_text()
        for old, new in changes.items():
            assert old in text
            text = text.replace(old, new)
        path.write_text(text)
        git(home.root, "commit", "-qa", "--no-verify", "-m", branch)
    return subprocess.run(
        ["git", "-C", str(home.root), "merge", "-q", "--no-edit", "theirs"], check=False
    ).returncode


def test_a_merge_is_not_stopped_by_what_was_wrong_before(home: Home, git: Git) -> None:
    hooks_install(home)
    wrong = {"| L1B_rank4 | pending": "| L1B_rank4 | done"}
    assert merged(home, git, wrong, {"## Notes": "## Notes\n\nOurs.\n"}) == 0
    assert "done" in home.summary(EXPERIMENT).read_text()


def test_concluding_a_merge_is_not_stopped_by_what_was_wrong_before(home: Home, git: Git) -> None:
    hooks_install(home)
    theirs = {"| L1B_rank4 | pending": "| L1B_rank4 | done", "## Notes": "## Notes\n\nTheirs.\n"}
    assert merged(home, git, theirs, {"## Notes": "## Notes\n\nOurs.\n"}) == 1
    text = home.summary(EXPERIMENT).read_text()
    home.summary(EXPERIMENT).write_text(re.sub(r"(?m)^[<=>]{7}.*\n", "", text))
    git(home.root, "add", ".")
    assert commit(home).returncode == 0


def test_a_merge_of_two_right_sides_that_goes_wrong_is_held(home: Home, git: Git) -> None:
    """Here by a driver that puts a word into a cell that neither side had."""
    hooks_install(home)
    remark = "## Notes\n\nOurs.\n"
    git(home.root, "config", "merge.ckreg.driver", "sed -i 's/| L1B_rank4 | pending/| L1B_rank4 | done/' %A")
    assert merged(home, git, {"## Notes": "## Notes\n\nTheirs.\n"}, {"## Notes": remark}) != 0
    assert "MERGE_HEAD" in {path.name for path in (home.root / ".git").iterdir()}
