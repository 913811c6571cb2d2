"""What a killed process left is finished or undone, and what a person has done since stays."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from ckreg.adapters.git import (
    Change,
    Repo,
    Texts,
    announcing,
    commit_change,
    fast,
    leftovers,
    open_repo,
    recover,
)
from ckreg.adapters.git.intent import (
    Intent,
    PlannedFile,
    Sides,
    held_open,
    intent_file,
    new_intent,
    write_intent,
)
from ckreg.core.mounts import Mount
from ckreg.errors import BusyError, CkregError, MalformedError, OutsideError, RefusedError

Git = Callable[..., str]
OLD, NEW = "one\ntwo\nthree\nfour\nfive\n", "one\nTWO\nthree\nfour\nfive\n"


@pytest.fixture
def repo(tmp_path: Path, git: Git) -> Repo:
    git(tmp_path, "init", "--quiet")
    (tmp_path / "a.md").write_text(OLD)
    (tmp_path / "b.md").write_text("b\n")
    (tmp_path / ".gitignore").write_text(".ckreg/\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "first")
    return open_repo(tmp_path)


def shout(old: Mapping[str, Texts]) -> Change:
    return Change({"a.md": old["a.md"].map(lambda text: (text or "").replace("two", "TWO"))}, "shout\n")


def left_behind(repo: Repo, git: Git, **changes: object) -> Intent:
    """The record of somebody who was killed while line two of a.md became TWO."""
    intent = new_intent(
        repo, git(repo.root, "rev-parse", "HEAD").strip(), (PlannedFile("a.md", Sides(OLD, NEW)),)
    )
    path = write_intent(repo, intent)
    if changes:
        path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    return intent


def hook(repo: Repo, name: str, script: str) -> None:
    stub = repo.git_dir / "hooks" / name
    stub.parent.mkdir(exist_ok=True)
    stub.write_text(f"#!/bin/sh\n{script}\n")
    stub.chmod(0o755)


def sides(repo: Repo, git: Git) -> tuple[str, str, str]:
    return (
        git(repo.root, "show", "HEAD:a.md"),
        git(repo.root, "show", ":a.md"),
        (repo.root / "a.md").read_text(),
    )


def test_nothing_left_is_nothing_to_do(repo: Repo) -> None:
    assert recover(repo) is None


def test_before_its_commit_the_change_is_undone(repo: Repo, git: Git) -> None:
    left_behind(repo, git)
    (repo.root / "a.md").write_text(NEW)
    assert recover(repo) == "Undid the change of a.md that a killed ckreg had begun."
    assert sides(repo, git) == (OLD, OLD, OLD)
    assert not intent_file(repo).exists()


def test_after_its_commit_the_change_is_finished(repo: Repo, git: Git) -> None:
    left_behind(repo, git)
    (repo.root / "a.md").write_text(NEW)
    git(repo.root, "commit", "--quiet", "-am", "shout")
    git(repo.root, "reset", "--quiet", "HEAD~1", "--", "a.md")  # as if killed between HEAD and index
    assert recover(repo) == "Finished the change of a.md that a killed ckreg had begun."
    assert sides(repo, git) == (NEW, NEW, NEW)


def test_what_a_person_has_written_since_stays_and_only_our_line_goes_back(repo: Repo, git: Git) -> None:
    left_behind(repo, git)
    (repo.root / "a.md").write_text(NEW + "a person's line\n")
    recover(repo)
    assert (repo.root / "a.md").read_text() == OLD + "a person's line\n"


@pytest.mark.parametrize("theirs", ["something else\n", "one\nTWO, or not\nthree\nfour\nfive\n", "\udcff"])
def test_what_is_neither_old_nor_new_is_never_overwritten(repo: Repo, git: Git, theirs: str) -> None:
    left_behind(repo, git)
    content = theirs.encode(errors="surrogateescape")
    (repo.root / "a.md").write_bytes(content)
    recover(repo)
    assert (repo.root / "a.md").read_bytes() == content


def test_a_file_that_a_person_has_removed_since_stays_away(repo: Repo, git: Git) -> None:
    left_behind(repo, git)
    (repo.root / "a.md").unlink()
    recover(repo)
    assert not (repo.root / "a.md").exists()


def test_what_a_person_has_committed_since_stays(repo: Repo, git: Git) -> None:
    left_behind(repo, git)
    (repo.root / "a.md").write_text("mine\n")
    git(repo.root, "commit", "--quiet", "-am", "mine")
    recover(repo)
    assert sides(repo, git) == ("mine\n", "mine\n", "mine\n")


def test_what_a_person_has_staged_since_stays(repo: Repo, git: Git) -> None:
    left_behind(repo, git)
    (repo.root / "a.md").write_text("staged\n")
    git(repo.root, "add", "a.md")
    (repo.root / "a.md").write_text(NEW)
    recover(repo)
    assert sides(repo, git) == (OLD, "staged\n", OLD)


def test_during_a_merge_it_waits(repo: Repo, git: Git) -> None:
    left_behind(repo, git)
    (repo.git_dir / "MERGE_HEAD").write_text(git(repo.root, "rev-parse", "HEAD"))
    with pytest.raises(BusyError, match="a merge"):
        recover(repo)
    assert intent_file(repo).exists()


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "3", '{"version": 2}', '{"version": 1, "files": 3}', "\xff" * 9, "[" * 9999]
)
def test_a_broken_record_is_explained_and_nothing_changes(repo: Repo, git: Git, text: str) -> None:
    left_behind(repo, git)
    intent_file(repo).write_bytes(text.encode("latin-1"))
    with pytest.raises(MalformedError, match=r"intent\.json"):
        commit_change(repo, ["a.md"], shout)
    assert sides(repo, git) == (OLD, OLD, OLD)


@pytest.mark.parametrize(
    "path",
    [
        "../a.md",
        "/etc/passwd",
        "x/../../a.md",
        ".git/hooks/pre-commit",
        ".GIT/config",
        ".ckreg/lock",
        "",
        ".",
        "./a.md",
        3,
    ],
)
def test_a_record_of_places_outside_is_refused(repo: Repo, git: Git, path: object) -> None:
    file = {"path": path, "working": [None, "crafted"], "committed": None, "staged": None}
    left_behind(repo, git, files=[file])
    with pytest.raises(MalformedError):
        recover(repo)


def test_folders_outside_are_refused(repo: Repo, git: Git) -> None:
    left_behind(repo, git, folders=["../elsewhere"])
    with pytest.raises(MalformedError):
        recover(repo)


def test_a_record_that_came_with_a_clone_is_refused(repo: Repo, git: Git) -> None:
    left_behind(repo, git)
    git(repo.root, "add", "--force", ".ckreg/intent.json")
    git(repo.root, "commit", "--quiet", "-m", "crafted")
    (repo.root / "a.md").write_text(NEW)
    with pytest.raises(RefusedError, match="came with a clone"):
        recover(repo)
    assert (repo.root / "a.md").read_text() == NEW


@pytest.mark.parametrize("linked", [".ckreg", ".ckreg/intent.json"])
def test_a_record_behind_a_link_is_refused(
    repo: Repo, git: Git, tmp_path_factory: pytest.TempPathFactory, linked: str
) -> None:
    left_behind(repo, git)
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "moved"
    (repo.root / linked).rename(elsewhere)
    (repo.root / linked).symlink_to(elsewhere)
    with pytest.raises(RefusedError, match="writes through no links"):
        commit_change(repo, ["a.md"], shout)


def test_a_file_that_is_a_link_by_now_is_not_written_through(repo: Repo, git: Git, tmp_path: Path) -> None:
    left_behind(repo, git)
    outside = tmp_path.with_name("outside.md")
    outside.write_text(NEW)
    (repo.root / "a.md").unlink()
    (repo.root / "a.md").symlink_to(outside)
    with pytest.raises(RefusedError):
        recover(repo)
    assert outside.read_text() == NEW


def test_a_git_of_the_killed_process_is_waited_for(
    repo: Repo, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    left_behind(repo, git)
    (repo.root / "a.md").write_text(NEW)
    waits: list[float] = []

    with held_open(intent_file(repo)) as record:
        its_git = subprocess.Popen(["cat"], stdin=subprocess.PIPE, pass_fds=[record])

    def commit_meanwhile(seconds: float) -> None:
        waits.append(seconds)
        git(repo.root, "commit", "--quiet", "-am", "shout")
        its_git.communicate()

    monkeypatch.setattr(announcing, "time", SimpleNamespace(sleep=commit_meanwhile))
    assert (recover(repo) or "").startswith("Finished")
    assert len(waits) == 1
    assert sides(repo, git) == (NEW, NEW, NEW)


def test_lock_files_of_its_dead_git_are_removed(repo: Repo, git: Git) -> None:
    left_behind(repo, git)
    locks = ["index.lock", "HEAD.lock", "refs/heads/main.lock", "next-index-99999999.lock"]
    for name in locks:
        (repo.git_dir / name).touch()
    commit_change(repo, ["a.md"], shout)
    assert sides(repo, git) == (NEW, NEW, NEW)
    assert not any((repo.git_dir / name).exists() for name in locks)


def test_a_lock_from_another_host_is_explained(repo: Repo, git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leftovers, "_SECONDS_BETWEEN", 0.001)
    left_behind(repo, git, host="node17")
    (repo.git_dir / "index.lock").touch()
    with pytest.raises(BusyError, match=r"index\.lock: .* node17"):
        recover(repo)
    assert (repo.git_dir / "index.lock").exists()


def test_a_lock_on_a_network_filesystem_is_explained(
    repo: Repo, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leftovers, "_SECONDS_BETWEEN", 0.001)
    monkeypatch.setattr(leftovers, "mount_at", lambda _folder: Mount("/", "nfs4"))
    left_behind(repo, git)
    (repo.git_dir / "index.lock").touch()
    with pytest.raises(BusyError, match=r"index\.lock: .*remove it"):
        recover(repo)
    assert (repo.git_dir / "index.lock").exists()


@contextmanager
def committing(repo: Repo, tmp_path: Path) -> Iterator[None]:
    """A person's `git commit -a`, with the editor open: it holds the index."""
    opened, done = tmp_path / "opened", tmp_path / "done"
    os.mkfifo(opened)
    os.mkfifo(done)
    editor = f"sh -c 'echo > {opened}; read x < {done}; echo mine > \"$0\"'"
    person = subprocess.Popen(
        ["git", "-C", str(repo.root), "commit", "--quiet", "-a"], env=os.environ | {"GIT_EDITOR": editor}
    )
    opened.read_text()
    try:
        yield
    finally:
        done.write_text("\n")
        assert person.wait() == 0


def test_a_lock_of_a_living_git_is_left_alone(
    repo: Repo, git: Git, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leftovers, "_SECONDS_BETWEEN", 0.001)
    left_behind(repo, git)
    (repo.root / "b.md").write_text("mine\n")
    with committing(repo, tmp_path_factory.mktemp("person")), pytest.raises(BusyError, match=r"index\.lock"):
        recover(repo)
    assert git(repo.root, "show", "HEAD:b.md") == "mine\n"
    assert recover(repo)


def test_a_hook_that_changes_what_is_committed_is_followed(repo: Repo, git: Git) -> None:
    hook(repo, "pre-commit", "sed -i s/three/THREE/ a.md && git add a.md")
    commit_change(repo, ["a.md"], shout)
    both = NEW.replace("three", "THREE")
    assert sides(repo, git) == (both, both, both)
    assert git(repo.root, "status", "--porcelain") == ""


def test_a_hook_that_changes_a_file_and_refuses_leaves_our_change_out(repo: Repo, git: Git) -> None:
    hook(repo, "pre-commit", "sed -i s/five/FIVE/ a.md; exit 1")
    with pytest.raises(RefusedError):
        commit_change(repo, ["a.md"], shout)
    assert sides(repo, git) == (OLD, OLD, OLD.replace("five", "FIVE"))


@pytest.mark.parametrize("unfinished", ["", "more\n"])
def test_interrupted_all_is_as_before(
    repo: Repo, git: Git, monkeypatch: pytest.MonkeyPatch, unfinished: str
) -> None:
    (repo.root / "a.md").write_text(OLD + unfinished)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("ckreg.adapters.git.slow._move_head", interrupted)
    monkeypatch.setattr(fast, "failure", interrupted)
    hook(repo, "pre-commit", "exit 0" if unfinished else "exit 1")
    with pytest.raises(KeyboardInterrupt):
        commit_change(repo, ["a.md"], shout)
    assert sides(repo, git) == (OLD, OLD, OLD + unfinished)
    assert not intent_file(repo).exists()


@pytest.mark.parametrize(("name", "committed"), [("pre-commit", False), ("post-commit", True)])
def test_a_hook_that_hangs_is_ended(
    repo: Repo, git: Git, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, *, committed: bool
) -> None:
    monkeypatch.setattr("ckreg.adapters.git.repo.TIMEOUT_SECONDS", 1)
    fifo = tmp_path.with_name(f"{name}.fifo")
    os.mkfifo(fifo)
    hook(repo, name, f"read x < {fifo}")
    if committed:
        assert commit_change(repo, ["a.md"], shout) == git(repo.root, "rev-parse", "HEAD").strip()
    else:
        with pytest.raises(OutsideError, match="took longer"):
            commit_change(repo, ["a.md"], shout)
    fifo.write_text("\n")  # the hook outlives its git
    assert sides(repo, git) == ((NEW,) * 3 if committed else (OLD,) * 3)
    assert git(repo.root, "status", "--porcelain") == ""
    assert not list(repo.git_dir.glob("*.lock"))


def test_a_disk_that_is_full_at_the_end_too_leaves_it_to_the_next_call(
    repo: Repo, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook(repo, "pre-commit", "exit 1")

    def full(*_: object) -> bool:
        raise OutsideError("No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(announcing, "settle", full)
        with pytest.raises(CkregError):
            commit_change(repo, ["a.md"], shout)
    assert (repo.root / "a.md").read_text() == NEW
    (repo.git_dir / "hooks" / "pre-commit").unlink()
    assert (recover(repo) or "").startswith("Undid")
    assert sides(repo, git) == (OLD, OLD, OLD)
