"""A change is committed as one, and a person's own edits stay staged or unfinished exactly as they were."""

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from ckreg.adapters.git import Change, Repo, Texts, commit_change, fast, open_repo, slow
from ckreg.adapters.git.intent import Intent
from ckreg.adapters.git.placing import place
from ckreg.adapters.tree import Home
from ckreg.errors import BusyError, OutsideError, RefusedError

Git = Callable[..., str]


@pytest.fixture
def repo(tmp_path: Path, git: Git) -> Repo:
    git(tmp_path, "init", "--quiet")
    (tmp_path / "a.md").write_text("one\ntwo\nthree\n")
    (tmp_path / "b.md").write_text("b\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "first")
    return open_repo(tmp_path)


def shout(path: str) -> Callable[[Mapping[str, Texts]], Change]:
    """Put line two into capitals."""

    def plan(old: Mapping[str, Texts]) -> Change:
        edited = old[path].map(lambda text: None if text is None else text.replace("two", "TWO"))
        return Change({path: edited}, "shout\n\nTrailer: yes\n")

    return plan


def state(repo: Repo, git: Git) -> tuple[str, ...]:
    """Everything that a refused commit must leave alone."""
    working = tuple(path.read_bytes().hex() for path in sorted(repo.root.glob("*.md")))
    return (git(repo.root, "rev-parse", "HEAD"), git(repo.root, "ls-files", "--stage"), *working)


def test_a_clean_file_is_committed_alone(repo: Repo, git: Git) -> None:
    (repo.root / "b.md").write_text("mine\n")
    commit = commit_change(repo, ["a.md"], shout("a.md"))
    assert git(repo.root, "show", "--format=%H %s %(trailers)", "--name-only", "HEAD").split() == [
        commit,
        "shout",
        "Trailer:",
        "yes",
        "a.md",
    ]
    assert git(repo.root, "status", "--porcelain") == " M b.md\n"


def test_no_change_is_no_commit(repo: Repo, git: Git) -> None:
    before = state(repo, git)
    assert commit_change(repo, ["b.md"], shout("b.md")) is None
    assert state(repo, git) == before


def test_staged_and_unfinished_edits_of_the_same_file_stay_what_they_are(repo: Repo, git: Git) -> None:
    (repo.root / "a.md").write_text("STAGED\ntwo\nthree\n")
    git(repo.root, "add", "a.md")
    (repo.root / "a.md").write_text("STAGED\ntwo\nthree\nunfinished\n")
    commit_change(repo, ["a.md"], shout("a.md"))
    assert git(repo.root, "show", "HEAD:a.md") == "one\nTWO\nthree\n"
    assert git(repo.root, "show", ":a.md") == "STAGED\nTWO\nthree\n"
    assert (repo.root / "a.md").read_text() == "STAGED\nTWO\nthree\nunfinished\n"
    assert git(repo.root, "fsck", "--no-dangling") == ""


def test_a_file_staged_elsewhere_is_not_swept_in(repo: Repo, git: Git) -> None:
    (repo.root / "a.md").write_text("one\ntwo\nthree\nmore\n")
    (repo.root / "b.md").write_text("staged\n")
    git(repo.root, "add", "b.md")
    commit_change(repo, ["a.md"], shout("a.md"))
    assert git(repo.root, "show", "--format=", "--name-only", "HEAD") == "a.md\n"
    assert git(repo.root, "status", "--porcelain") == " M a.md\nM  b.md\n"


def test_a_new_file_in_a_new_folder_is_added(repo: Repo, git: Git) -> None:
    commit_change(repo, ["x/c.md"], lambda _: Change({"x/c.md": Texts("c\n", "c\n", "c\n")}, "add\n"))
    assert git(repo.root, "status", "--porcelain") == ""
    assert git(repo.root, "show", "HEAD:x/c.md") == "c\n"


def test_names_with_spaces_and_globs_are_names(repo: Repo, git: Git) -> None:
    for name in ("a b.md", "*.md", ":(top)x.md", "é.md"):
        (repo.root / name).write_text("two\n")
        git(repo.root, "--literal-pathspecs", "add", name)
        git(repo.root, "commit", "--quiet", "-m", "x")
        commit_change(repo, [name], shout(name))
        assert (repo.root / name).read_text() == "TWO\n"
        assert git(repo.root, "-c", "core.quotePath=false", "show", "--format=", "--name-only") == f"{name}\n"


@pytest.mark.parametrize("unfinished", ["", "unfinished\n"])
@pytest.mark.parametrize("hook", ["pre-commit", "commit-msg"])
def test_a_hook_that_refuses_leaves_everything_as_it_was(
    repo: Repo, git: Git, hook: str, unfinished: str
) -> None:
    stub = repo.git_dir / "hooks" / hook
    stub.parent.mkdir(exist_ok=True)
    stub.write_text("#!/bin/sh\necho 'not today' >&2\nexit 1\n")
    stub.chmod(0o755)
    (repo.root / "a.md").write_text("one\ntwo\nthree\n" + unfinished)
    before = state(repo, git)
    with pytest.raises(RefusedError, match="not today"):
        commit_change(repo, ["a.md"], shout("a.md"))
    assert state(repo, git) == before


def test_a_refused_new_file_leaves_no_folder(repo: Repo, git: Git) -> None:
    stub = repo.git_dir / "hooks" / "pre-commit"
    stub.parent.mkdir(exist_ok=True)
    stub.write_text("#!/bin/sh\nexit 1\n")
    stub.chmod(0o755)
    with pytest.raises(RefusedError):
        commit_change(repo, ["x/c.md"], lambda _: Change({"x/c.md": Texts("c\n", "c\n", "c\n")}, "add\n"))
    assert not (repo.root / "x").exists()
    assert git(repo.root, "status", "--porcelain") == ""


def test_a_merge_under_way_is_left_alone(repo: Repo, git: Git) -> None:
    git(repo.root, "switch", "--quiet", "-c", "theirs")
    (repo.root / "a.md").write_text("THEIRS\n")
    git(repo.root, "commit", "--quiet", "-am", "theirs")
    git(repo.root, "switch", "--quiet", "main")
    (repo.root / "a.md").write_text("OURS\n")
    git(repo.root, "commit", "--quiet", "-am", "ours")
    subprocess.run(["git", "-C", str(repo.root), "merge", "theirs"], capture_output=True, check=False)
    before = state(repo, git)
    with pytest.raises(BusyError, match="in the middle of a merge"):
        commit_change(repo, ["b.md"], shout("b.md"))
    assert state(repo, git) == before


def test_a_detached_head_is_left_alone(repo: Repo, git: Git) -> None:
    git(repo.root, "switch", "--quiet", "--detach")
    with pytest.raises(BusyError, match="detached"):
        commit_change(repo, ["a.md"], shout("a.md"))


def test_signing_that_cannot_work_stops_nothing(repo: Repo, git: Git) -> None:
    git(repo.root, "config", "commit.gpgsign", "true")
    git(repo.root, "config", "gpg.program", "false")
    assert commit_change(repo, ["a.md"], shout("a.md"))


def test_line_endings_under_autocrlf_stay(tmp_path: Path, git: Git) -> None:
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "config", "core.autocrlf", "true")
    (tmp_path / "a.md").write_bytes(b"one\r\ntwo\r\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "first")
    repo = open_repo(tmp_path)
    commit_change(repo, ["a.md"], shout("a.md"))
    assert (tmp_path / "a.md").read_bytes() == b"one\r\nTWO\r\n"
    (tmp_path / "a.md").write_bytes(b"one\r\ntwo\r\nunfinished\r\n")
    commit_change(
        repo, ["a.md"], lambda old: Change({"a.md": old["a.md"].map(lambda t: (t or "") + "end")}, "x")
    )
    assert (tmp_path / "a.md").read_bytes() == b"one\r\ntwo\r\nunfinished\r\nend"
    assert git(tmp_path, "cat-file", "blob", "HEAD:a.md") == "one\nTWO\nend"


def test_a_commit_by_somebody_else_in_between_is_kept(repo: Repo, git: Git) -> None:
    (repo.root / "a.md").write_text("one\ntwo\nthree\nunfinished\n")
    plans: list[Mapping[str, Texts]] = []

    def plan(old: Mapping[str, Texts]) -> Change:
        if not plans:
            (repo.root / "b.md").write_text("theirs\n")
            git(repo.root, "commit", "--quiet", "-m", "theirs", "--", "b.md")
        plans.append(old)
        return shout("a.md")(old)

    commit_change(repo, ["a.md"], plan)
    assert git(repo.root, "log", "--format=%s") == "shout\ntheirs\nfirst\n"
    assert git(repo.root, "status", "--porcelain") == " M a.md\n"


def test_a_leftover_index_lock_is_named(repo: Repo, git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ckreg.adapters.git.trying.WAIT_SECONDS", 0.001)
    (repo.git_dir / "index.lock").touch()
    before = state(repo, git)
    with pytest.raises(BusyError, match=r"index\.lock"):
        commit_change(repo, ["a.md"], shout("a.md"))
    assert state(repo, git) == before


def test_without_an_identity_the_two_commands_are_named(
    repo: Repo, git: Git, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    empty = tmp_path / "nobody"
    empty.mkdir()
    monkeypatch.setenv("HOME", str(empty))
    git(repo.root, "config", "user.useConfigOnly", "true")
    with pytest.raises(OutsideError, match=r"git config --global user\.name .* user\.email"):
        commit_change(repo, ["a.md"], shout("a.md"))
    assert (repo.root / "a.md").read_text() == "one\ntwo\nthree\n"


def test_a_registry_below_the_top_of_its_repository(tmp_path: Path, git: Git) -> None:
    git(tmp_path, "init", "--quiet")
    below = tmp_path / "lab" / "registry"
    below.mkdir(parents=True)
    (below / "a.md").write_text("two\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "first")
    (below / "a.md").write_text("two\nunfinished\n")
    commit_change(open_repo(Home(below).root), ["a.md"], shout("a.md"))
    assert git(tmp_path, "show", "HEAD:lab/registry/a.md") == "TWO\n"
    assert git(tmp_path, "status", "--porcelain") == " M lab/registry/a.md\n"


@pytest.mark.parametrize("bit", ["--assume-unchanged", "--skip-worktree"])
def test_an_edit_that_git_was_told_not_to_see_is_not_swept_in(repo: Repo, git: Git, bit: str) -> None:
    git(repo.root, "update-index", bit, "a.md")
    (repo.root / "a.md").write_text("one\ntwo\nthree\nmine\n")
    commit_change(repo, ["a.md"], shout("a.md"))
    assert git(repo.root, "show", "HEAD:a.md") == "one\nTWO\nthree\n"
    assert (repo.root / "a.md").read_text() == "one\nTWO\nthree\nmine\n"


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """`meanwhile(act)`: somebody does that right after our texts were put into the folder, once."""

    def install(act: Callable[[], object]) -> None:
        acts = [act]

        def placed(repo: Repo, intent: Intent) -> None:
            place(repo, intent)
            if acts:
                acts.pop()()

        for way in (fast, slow):
            monkeypatch.setattr(way, "place", placed)

    return install


@pytest.mark.parametrize("unfinished", ["", "unfinished\n"], ids=["alike", "unfinished"])
@pytest.mark.parametrize(
    "words",
    [("stash",), ("reset", "--quiet", "--hard"), ("checkout", "--quiet", ".")],
    ids=lambda words: words[0],
)
def test_a_file_that_somebody_puts_back_meanwhile_is_edited_again(
    repo: Repo, git: Git, meanwhile: Callable[..., None], words: tuple[str, ...], unfinished: str
) -> None:
    (repo.root / "a.md").write_text(f"one\ntwo\nthree\n{unfinished}")
    meanwhile(lambda: git(repo.root, *words))
    assert commit_change(repo, ["a.md"], shout("a.md"))
    assert git(repo.root, "show", "HEAD:a.md") == "one\nTWO\nthree\n"
    assert git(repo.root, "status", "--porcelain") == ""
    if words == ("stash",):
        git(repo.root, "stash", "pop")
        assert (repo.root / "a.md").read_text() == f"one\nTWO\nthree\n{unfinished}"


@pytest.mark.parametrize("unfinished", ["", "unfinished\n"], ids=["alike", "unfinished"])
def test_a_change_that_somebody_commits_meanwhile_is_in_history_once(
    repo: Repo, git: Git, meanwhile: Callable[..., None], unfinished: str
) -> None:
    (repo.root / "a.md").write_text(f"one\ntwo\nthree\n{unfinished}")
    meanwhile(lambda: git(repo.root, "commit", "--quiet", "--all", "-m", "mine"))
    assert commit_change(repo, ["a.md"], shout("a.md")) is None
    assert git(repo.root, "show", "HEAD:a.md") == f"one\nTWO\nthree\n{unfinished}"
    assert git(repo.root, "status", "--porcelain") == ""
    assert git(repo.root, "log", "--format=%s") == "mine\nfirst\n"


def test_what_somebody_stages_meanwhile_stays_staged(
    repo: Repo, git: Git, meanwhile: Callable[..., None]
) -> None:
    (repo.root / "a.md").write_text("one\ntwo\nthree\nunfinished\n")
    meanwhile(lambda: git(repo.root, "add", "a.md"))
    assert commit_change(repo, ["a.md"], shout("a.md"))
    assert git(repo.root, "show", "HEAD:a.md") == "one\nTWO\nthree\n"
    assert git(repo.root, "show", ":a.md") == "one\nTWO\nthree\nunfinished\n"
    assert git(repo.root, "status", "--porcelain") == "M  a.md\n"


def test_a_merge_that_begins_meanwhile_is_left_alone(
    repo: Repo, git: Git, meanwhile: Callable[..., None]
) -> None:
    (repo.root / "a.md").write_text("one\ntwo\nthree\nunfinished\n")
    head = git(repo.root, "rev-parse", "HEAD")

    def begin() -> None:
        (repo.root / "a.md").write_text("one\ntwo\nthree\n")
        (repo.git_dir / "MERGE_HEAD").write_text(head)

    meanwhile(begin)
    with pytest.raises(BusyError, match="a merge"):
        commit_change(repo, ["a.md"], shout("a.md"))
    assert git(repo.root, "rev-parse", "HEAD") == head


def test_a_hook_that_says_that_there_is_nothing_to_commit_refuses(repo: Repo, git: Git) -> None:
    hook = repo.git_dir / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho nothing to commit\nexit 1\n")
    hook.chmod(0o755)
    before = state(repo, git)
    with pytest.raises(RefusedError, match="nothing to commit"):
        commit_change(repo, ["a.md"], shout("a.md"))
    assert state(repo, git) == before


@pytest.mark.parametrize("unfinished", ["", "unfinished\n"], ids=["alike", "unfinished"])
def test_a_commit_of_another_registry_with_the_same_subject_is_not_ours(
    repo: Repo, git: Git, meanwhile: Callable[..., None], unfinished: str
) -> None:
    (repo.root / "a.md").write_text(f"one\ntwo\nthree\n{unfinished}")

    def commit_theirs() -> None:
        (repo.root / "b.md").write_text("B\n")
        git(repo.root, "commit", "--quiet", "-m", "shout", "--", "b.md")
        if not unfinished:
            git(repo.root, "checkout", "a.md")

    meanwhile(commit_theirs)
    commit_change(repo, ["a.md"], shout("a.md"))
    assert git(repo.root, "show", "HEAD:a.md") == "one\nTWO\nthree\n"
    assert git(repo.root, "log", "--format=%s") == "shout\nshout\nfirst\n"
