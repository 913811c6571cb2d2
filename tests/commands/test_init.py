from collections.abc import Callable
from pathlib import Path

import pytest

from ckreg.commands.init import init, init_preview
from ckreg.errors import MalformedError, OutsideError, RefusedError

Git = Callable[..., str]


def test_an_empty_folder_becomes_a_registry(tmp_path: Path, git: Git) -> None:
    root = tmp_path / "lab" / "registry"
    done = init(root)
    assert done.new_repository
    assert sorted(git(root, "ls-files").split()) == [
        ".gitattributes",
        ".gitignore",
        "ckreg.toml",
        "experiments/.gitkeep",
    ]
    assert git(root, "status", "--porcelain") == ""
    assert (root / ".gitignore").read_text() == ".ckreg/\nckreg.local.toml\nclaude.local.md\n"
    assert (root / ".gitattributes").read_text() == (
        "experiment_summary.md merge=ckreg diff=ckreg\n"
        "design-experiment.log merge=ckreg\n"
        "prior-runs.jsonl merge=union\n"
        "experiments/*/results.csv merge=union\n"
    )


def test_twice_changes_nothing(tmp_path: Path, git: Git) -> None:
    init(tmp_path)
    head = git(tmp_path, "rev-parse", "HEAD")
    assert init(tmp_path).commit is None
    assert git(tmp_path, "rev-parse", "HEAD") == head
    assert init_preview(tmp_path) == []


def test_a_repository_with_content_keeps_it_as_it_is(tmp_path: Path, git: Git) -> None:
    git(tmp_path, "init", "--quiet")
    (tmp_path / ".gitignore").write_text("*.pt")  # no newline at its end
    (tmp_path / "code.py").write_text("1\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "theirs")
    (tmp_path / ".gitignore").write_text("*.pt\nunfinished\n")
    (tmp_path / "code.py").write_text("2\n")
    (tmp_path / "new.py").write_text("3\n")
    git(tmp_path, "add", "new.py")
    assert not init(tmp_path).new_repository
    changed = git(tmp_path, "show", "--format=", "--name-only", "HEAD").split()
    assert changed == [".gitattributes", ".gitignore", "ckreg.toml", "experiments/.gitkeep"]
    assert git(tmp_path, "show", "HEAD:.gitignore") == "*.pt\n.ckreg/\nckreg.local.toml\nclaude.local.md\n"
    assert (tmp_path / ".gitignore").read_text() == (
        "*.pt\nunfinished\n.ckreg/\nckreg.local.toml\nclaude.local.md\n"
    )
    assert git(tmp_path, "status", "--porcelain") == " M .gitignore\n M code.py\nA  new.py\n"


def test_settings_and_experiments_that_are_there_stay(tmp_path: Path, git: Git) -> None:
    git(tmp_path, "init", "--quiet")
    (tmp_path / "ckreg.toml").write_text("gpus = 2\n")
    (tmp_path / "experiments" / "a").mkdir(parents=True)
    (tmp_path / "experiments" / "a" / "experiment_summary.md").write_text("# x\n")
    init(tmp_path)
    assert git(tmp_path, "show", "HEAD:ckreg.toml") == "gpus = 2\n"
    assert not (tmp_path / "experiments" / ".gitkeep").exists()


def test_inside_another_registry_is_refused(tmp_path: Path) -> None:
    init(tmp_path)
    with pytest.raises(RefusedError, match="lies in the registry"):
        init(tmp_path / "experiments" / "inner")


def test_without_an_identity_nothing_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nobody = tmp_path / "nobody"
    nobody.mkdir()
    monkeypatch.setenv("HOME", str(nobody))
    with pytest.raises(
        OutsideError, match=r"git config --global user\.name 'Your Name'` and `git config --global user"
    ):
        init(tmp_path / "registry")
    assert not (tmp_path / "registry").exists()


def test_without_git_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(OutsideError, match="git is not on PATH"):
        init(tmp_path / "registry")


def test_links_out_of_the_folder_are_not_written_through(tmp_path: Path, git: Git) -> None:
    root, outside = tmp_path / "registry", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    git(root, "init", "--quiet")
    (root / "experiments").symlink_to(outside)
    (root / ".gitignore").symlink_to(outside / "ignored")
    with pytest.raises(RefusedError, match="writes through no links"):
        init(root)
    assert list(outside.iterdir()) == []
    assert not (root / ".ckreg").exists()


def test_a_malformed_ckreg_toml_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ckreg.toml").write_text("gpus = [\n")
    with pytest.raises(MalformedError, match=r"ckreg\.toml"):
        init(tmp_path)
    assert not (tmp_path / ".git").exists()


def test_a_bare_repository_is_refused(tmp_path: Path, git: Git) -> None:
    git(tmp_path, "init", "--quiet", "--bare")
    with pytest.raises(RefusedError, match="bare repository"):
        init(tmp_path)
    assert not (tmp_path / ".git").exists()
