from collections.abc import Callable
from pathlib import Path

import pytest

from ckreg.adapters.git import Repo, contents, files_on_branches, open_repo

Git = Callable[..., str]


@pytest.fixture
def repo(tmp_path: Path, git: Git) -> Repo:
    """A registry in a folder of its repository, with branches `main` (current), `one` and `two`."""
    git(tmp_path, "init", "--quiet")
    (tmp_path / "reg" / "experiments" / "a").mkdir(parents=True)
    for branch in ("main", "one", "two"):
        if branch != "main":
            git(tmp_path, "switch", "--quiet", "-c", branch)
        (tmp_path / "reg/experiments/a/spec.yaml").write_text(f"on: {branch}\nümlaut\n")
        git(tmp_path, "add", ".")
        git(tmp_path, "commit", "--quiet", "-m", branch)
    git(tmp_path, "switch", "--quiet", "main")
    return open_repo(tmp_path / "reg")


def test_every_branch_but_the_current_commit_is_looked_at(repo: Repo, git: Git) -> None:
    git(repo.root, "branch", "same")
    git(repo.root, "update-ref", "refs/remotes/origin/three", "two")
    git(repo.root, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/three")
    found = list(files_on_branches(repo, "experiments"))
    assert sorted((one.branch, one.path) for one in found) == [
        ("one", "experiments/a/spec.yaml"),
        ("two", "experiments/a/spec.yaml"),
    ]
    texts = contents(repo, [one.blob for one in found])
    assert {texts[one.blob] for one in found} == {"on: one\nümlaut\n", "on: two\nümlaut\n"}


def test_what_is_large_or_no_text_is_left_out(repo: Repo, git: Git) -> None:
    folder = repo.root / "experiments" / "a"
    git(repo.root, "switch", "--quiet", "two")
    (folder / "large").write_text("x" * 300_000)
    (folder / "bytes").write_bytes(b"\xff\xfe\n")
    (folder / "link").symlink_to("/etc/passwd")
    git(repo.root, "add", ".")
    git(repo.root, "commit", "--quiet", "-m", "more")
    git(repo.root, "switch", "--quiet", "main")
    found = {one.path.rpartition("/")[2]: one.blob for one in files_on_branches(repo, "experiments")}
    assert set(found) == {"spec.yaml", "bytes", "link"}
    assert found["bytes"] not in contents(repo, found.values())
    assert contents(repo, [found["link"]]) == {found["link"]: "/etc/passwd"}


def test_a_repository_without_commits_has_none(tmp_path: Path, git: Git) -> None:
    git(tmp_path, "init", "--quiet")
    assert list(files_on_branches(open_repo(tmp_path), "experiments")) == []
    assert contents(open_repo(tmp_path), []) == {}
    assert contents(open_repo(tmp_path), ["0" * 40]) == {}
