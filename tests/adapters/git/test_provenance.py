from collections.abc import Callable
from pathlib import Path

import pytest

from ckreg.adapters.git import commit_of

Git = Callable[..., str]


@pytest.fixture
def script(tmp_path: Path, git: Git) -> Path:
    git(tmp_path, "init", "--quiet")
    (tmp_path / "evals").mkdir()
    script = tmp_path / "evals" / "cap.py"
    script.write_text("x = 1\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "evals")
    return script


def test_it_is_the_commit_that_last_changed_the_file(script: Path, git: Git) -> None:
    first = git(script.parent, "rev-parse", "HEAD").strip()
    git(script.parent, "commit", "--quiet", "--allow-empty", "-m", "later")
    assert commit_of(script) == first


def test_what_was_changed_since_is_dirty(script: Path, git: Git) -> None:
    commit = git(script.parent, "rev-parse", "HEAD").strip()
    script.write_text("x = 2\n")
    assert commit_of(script) == f"{commit}-dirty"
    git(script.parent, "add", ".")
    assert commit_of(script) == f"{commit}-dirty"


def test_a_link_is_of_the_commit_of_its_file(script: Path, tmp_path: Path) -> None:
    (tmp_path / "link.py").symlink_to(script)
    assert commit_of(tmp_path / "link.py") == commit_of(script)


def test_what_git_does_not_know_has_no_commit(script: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    (script.parent / "new.py").write_text("x = 1\n")
    outside = tmp_path_factory.mktemp("outside") / "cap.py"
    outside.write_text("x = 1\n")
    for path in (script.parent / "new.py", outside, Path("/nowhere/at/all.py"), Path("a\0b")):
        assert commit_of(path) is None


def test_a_repository_cannot_make_git_run_its_programs(script: Path, git: Git, tmp_path: Path) -> None:
    trap = tmp_path / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\ncat\n")
    trap.chmod(0o755)
    for key in ("core.fsmonitor", "filter.x.clean", "gpg.program", "core.pager", "diff.external"):
        git(script.parent, "config", key, str(trap))
    git(script.parent, "config", "log.showSignature", "true")
    (script.parent.parent / ".git" / "info" / "attributes").write_text("*.py filter=x\n")
    script.write_text("x = 3\n")
    assert (commit_of(script) or "").endswith("-dirty")
    assert not (tmp_path / "sprung").exists()
