"""The hook pre-receive in a shared bare repository, called by real git on a real push."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from ckreg.adapters.tree import Home
from ckreg.commands.hooks import receive, server_install, server_uninstall
from ckreg.commands.status_set import Wish, status_set
from ckreg.core.spec.amending import Amendment
from ckreg.core.status import Status
from ckreg.errors import NotFoundError, RefusedError
from ckreg.flows.amending import amend_experiment
from ckreg.flows.sealing import seal_experiment
from tests.documents import EXPERIMENT, SUMMARY

Git = Callable[..., str]
Done = subprocess.CompletedProcess[str]
DOCUMENT = f"experiments/{EXPERIMENT}/experiment_summary.md"
LINE = SUMMARY.split("\n").index("| L1B_rank4 | pending | - | - | - | - |") + 1


@pytest.fixture
def bare(home: Home, git: Git) -> Path:
    """A guarded bare repository with what is in `home`, its remote `origin`."""
    path = home.root.parent / "shared.git"
    git(home.root.parent, "init", "-q", "--bare", str(path))
    git(home.root, "remote", "add", "origin", str(path))
    git(home.root, "push", "-q", "origin", "main")
    server_install(path)
    return path


def push(home: Home, *words: str, **variables: str) -> Done:
    return subprocess.run(
        ["git", "-C", str(home.root), "push", "-q", "origin", *words],
        capture_output=True, text=True, check=False, env=os.environ | variables,
    )  # fmt: skip


def told(done: Done) -> str:
    """What the server said, on one line, as git wraps nothing."""
    assert done.returncode == 1, done.stderr
    return done.stderr.replace("remote: ", "")


def rewrite(home: Home, git: Git, old: str, new: str, message: str = "by hand") -> str:
    path = home.summary(EXPERIMENT)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    git(home.root, "commit", "-qam", message)
    return git(home.root, "rev-parse", "--short=12", "HEAD").strip()


def completed(home: Home) -> None:
    status_set(home, EXPERIMENT, Wish(run="L1B_rank4", status=Status.COMPLETED))


def test_what_ckreg_commits_is_taken(home: Home, bare: Path, git: Git) -> None:
    status_set(home, EXPERIMENT, Wish(run="L1B_rank4", status=Status.RUNNING, job="12"))
    completed(home)
    status_set(home, EXPERIMENT, Wish(run="L1B_rank4", status=Status.PENDING, forced=True))
    assert push(home, "main").returncode == 0
    assert git(bare, "rev-parse", "main") == git(home.root, "rev-parse", "HEAD")


@pytest.mark.usefixtures("bare")
def test_a_transition_is_refused_with_commit_file_and_line(home: Home, git: Git) -> None:
    completed(home)
    commit = rewrite(home, git, "| L1B_rank4 | completed |", "| L1B_rank4 | pending |")
    rewrite(home, git, "| L1B_rank4 | pending |", "| L1B_rank4 | completed |")
    said = told(push(home, "main"))
    assert f"{commit} {DOCUMENT}:{LINE}: L1B_rank4 is completed; it cannot become pending." in said
    assert said.count("ckreg: error: ") == 1


def test_new_errors_are_refused_and_old_ones_stop_nobody(home: Home, bare: Path, git: Git) -> None:
    commit = rewrite(home, git, "| L1B_rank4 | pending", "| L1B_rank4 | done")
    said = told(push(home, "main"))
    assert f"{commit} {DOCUMENT}:{LINE}:15: error CK301: the status 'done' is none of" in said
    server_uninstall(bare)
    assert push(home, "main").returncode == 0
    server_install(bare)
    rewrite(home, git, "## Notes\nNone.", "## Notes\n\n\nSome.")
    assert push(home, "main").returncode == 0


@pytest.mark.usefixtures("bare")
def test_what_the_registry_ignores_is_not_refused(home: Home, git: Git) -> None:
    (home.root / "ckreg.toml").write_text('check_ignore = ["CK301"]\n')
    rewrite(home, git, "| L1B_rank4 | pending", "| L1B_rank4 | done")
    assert push(home, "main").returncode == 0


@pytest.mark.usefixtures("bare")
def test_a_sealed_plan_changes_with_a_reason_only(home: Home, git: Git) -> None:
    seal_experiment(home, EXPERIMENT)
    commit = rewrite(home, git, "| L1B_rank4 | L1B | 4 | 4 |", "| L1B_rank4 | L1B | 4 | 8 |")
    assert f"{commit} {DOCUMENT}:17: run L1B_rank4, batch_size: 4 -> 8." in told(push(home, "main"))
    git(home.root, "reset", "-q", "--hard", "HEAD~1")
    path = home.summary(EXPERIMENT)
    path.write_text(path.read_text().replace("| L1B_rank4 | L1B | 4 | 4 |", "| L1B_rank4 | L1B | 4 | 8 |"))
    amend_experiment(home, EXPERIMENT, Amendment(), "8 fits")
    assert push(home, "main").returncode == 0


@pytest.mark.usefixtures("bare")
def test_a_lost_row_is_refused(home: Home, git: Git) -> None:
    (home.root / "ckreg.toml").write_text('check_ignore = ["CK203"]\n')
    commit = rewrite(home, git, "| L1B_rank4 | pending | - | - | - | - |\n", "")
    said = told(push(home, "main"))
    assert f"{commit} {DOCUMENT}:{LINE}: the status row of L1B_rank4 (pending) was on this line" in said


@pytest.mark.usefixtures("bare")
def test_every_branch_is_looked_at_and_tags_are_not(home: Home, git: Git) -> None:
    completed(home)
    git(home.root, "switch", "-qc", "side")
    rewrite(home, git, "| L1B_rank4 | completed |", "| L1B_rank4 | pending |")
    git(home.root, "tag", "v1")
    assert push(home, "v1").returncode == 0  # nobody works on a tag
    assert "cannot become pending" in told(
        push(home, "side")
    )  # that the commit is there already is no matter
    assert push(home, "main").returncode == 0
    assert push(home, "main:refs/heads/other").returncode == 0
    assert push(home, ":other").returncode == 0


@pytest.mark.usefixtures("bare")
def test_a_forced_push_does_not_take_a_status_back(home: Home, git: Git) -> None:
    completed(home)
    assert push(home, "main").returncode == 0
    git(home.root, "reset", "-q", "--hard", "HEAD~1")
    said = told(push(home, "--force", "main"))
    assert f"{DOCUMENT}:{LINE}: L1B_rank4 is completed; it cannot become pending." in said
    assert "(The push takes main back.)" in said


@pytest.mark.usefixtures("bare")
def test_a_rebased_branch_may_be_forced(home: Home, git: Git) -> None:
    git(home.root, "switch", "-qc", "side")
    completed(home)
    assert push(home, "side").returncode == 0
    git(home.root, "switch", "-q", "main")
    (home.root / "x").write_text("x\n")
    git(home.root, "add", "x")
    git(home.root, "commit", "-qm", "x")
    git(home.root, "rebase", "-q", "main", "side")
    assert push(home, "--force", "side").returncode == 0


@pytest.mark.usefixtures("bare")
def test_a_merge_is_judged_by_both_sides(home: Home, git: Git) -> None:
    git(home.root, "switch", "-qc", "side")
    completed(home)
    git(home.root, "switch", "-q", "main")
    rewrite(home, git, "## Notes\nNone.", "## Notes\nSome.")
    git(home.root, "merge", "-q", "--no-edit", "-s", "ours", "side")
    commit = git(home.root, "rev-parse", "--short=12", "HEAD").strip()
    said = told(push(home, "main"))
    assert f"{commit} {DOCUMENT}:{LINE}: L1B_rank4 is completed; it cannot become pending." in said
    git(home.root, "reset", "-q", "--hard", "HEAD~1")
    git(home.root, "merge", "-q", "--no-edit", "side")
    assert push(home, "main").returncode == 0


@pytest.mark.usefixtures("bare")
def test_a_merge_may_take_a_retry_from_either_side(home: Home, git: Git) -> None:
    completed(home)
    git(home.root, "switch", "-qc", "side")
    status_set(home, EXPERIMENT, Wish(run="L1B_rank4", status=Status.PENDING, forced=True))
    git(home.root, "switch", "-q", "main")
    rewrite(home, git, "## Notes\nNone.", "## Notes\nSome.")
    git(home.root, "merge", "-q", "--no-edit", "side")
    assert push(home, "main").returncode == 0


def test_first_push_subdirectories_and_strangers(bare: Path, git: Git, tmp_path: Path) -> None:
    """A new history, in which the registry lies below the top, beside a file that is only called so."""
    root = tmp_path / "mono"
    folder = root / "deep" / "registry" / "experiments" / EXPERIMENT
    folder.mkdir(parents=True)
    (root / "deep" / "registry" / "ckreg.toml").write_text("")
    (folder / "experiment_summary.md").write_text(
        SUMMARY.replace("| L1B_rank4 | pending", "| L1B_rank4 | done")
    )
    stranger = root / "data" / "experiments" / "x"
    stranger.mkdir(parents=True)
    (stranger / "experiment_summary.md").write_text("no registry, no document\n")
    git(root, "init", "-q")
    git(root, "add", ".")
    git(root, "commit", "-qm", "all")
    git(root, "remote", "add", "origin", str(bare))
    said = told(push(Home(root), "main:new"))
    assert f"deep/registry/{DOCUMENT}:{LINE}:15: error CK301" in said
    assert said.count("error CK") == 1


def test_without_ckreg_the_server_refuses(home: Home, bare: Path) -> None:
    hook = bare / "hooks" / "pre-receive"
    lines = hook.read_text().splitlines(keepends=True)
    hook.write_text("".join("python=/no/python\n" if line.startswith("python=") else line for line in lines))
    completed(home)
    said = told(push(home, "main", PATH="/usr/bin:/bin"))
    assert "ckreg is not installed on the server" in said


def test_a_hook_that_was_there_reads_the_same_and_comes_back(home: Home, bare: Path) -> None:
    server_uninstall(bare)
    hook = bare / "hooks" / "pre-receive"
    theirs = "#!/bin/bash\nread -r old new ref\n[[ $ref == refs/heads/main ]] || exit 1\necho theirs >&2\n"
    hook.write_text(theirs)
    hook.chmod(0o750)
    assert server_install(bare).changed == ("pre-receive",)
    assert server_install(bare).changed == ()
    completed(home)
    assert push(home, "main:other").returncode == 1
    taken = push(home, "main")
    assert (taken.returncode, "theirs" in taken.stderr) == (0, True)
    assert server_uninstall(bare).changed == ("pre-receive",)
    assert (hook.read_text(), hook.stat().st_mode & 0o777) == (theirs, 0o750)


def test_the_server_is_a_bare_repository(home: Home, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no bare repository"):
        server_install(home.root)
    with pytest.raises(NotFoundError, match="no git repository"):
        server_install(tmp_path)


def test_hooks_of_all_repositories_are_left_alone(bare: Path, git: Git, tmp_path: Path) -> None:
    git(bare, "config", "core.hooksPath", str(tmp_path))
    with pytest.raises(RefusedError, match="outside this repository"):
        server_install(bare)


@pytest.mark.usefixtures("bare")
def test_nothing_but_the_push_is_believed(home: Home, git: Git) -> None:
    """ckreg's own variable does not open the server's door."""
    completed(home)
    rewrite(home, git, "| L1B_rank4 | completed |", "| L1B_rank4 | pending |")
    assert "cannot become pending" in told(push(home, "main", CKREG_COMMIT="1"))


def test_a_long_push_takes_a_few_processes(home: Home, bare: Path, git: Git, tmp_path: Path) -> None:
    """300 commits; a program called `git` counts how often it is called."""
    stream, text = [], SUMMARY
    for number in range(300):
        text = f"{text}note {number}\n"
        data = text.encode()
        stream.append(
            b"commit refs/heads/long\nmark :%d\ncommitter A <a@b> %d +0000\ndata 1\nx\n"
            % (number + 1, number)
            + (b"from main^0\n" if number == 0 else b"")
            + b"M 100644 inline %s\ndata %d\n%s\n" % (DOCUMENT.encode(), len(data), data)
        )
    subprocess.run(
        ["git", "-C", str(home.root), "fast-import", "--quiet"], input=b"".join(stream), check=True
    )
    counter = tmp_path / "calls"
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    real = subprocess.run(["which", "git"], capture_output=True, text=True, check=True).stdout.strip()
    program.write_text(f'#!/bin/sh\necho x >>{counter}\nexec {real} "$@"\n')
    program.chmod(0o755)
    git(home.root, "push", "-q", "origin", "long:refs/tags/there")  # the objects, unguarded
    tip = git(home.root, "rev-parse", "long").strip()
    path = os.environ["PATH"]
    os.environ["PATH"] = f"{program.parent}:{path}"
    try:
        assert receive(bare, f"{'0' * 40} {tip} refs/heads/long\n") == []
    finally:
        os.environ["PATH"] = path
    assert len(counter.read_text().split()) < 10


@pytest.mark.parametrize("name", ["a\x1b[31m", "a\nb", "--help", "a b", "a\u202eb", "é", "x" * 200])
@pytest.mark.usefixtures("bare")
def test_hostile_names_are_told_without_control_codes(home: Home, git: Git, name: str) -> None:
    folder = home.experiments / name
    folder.mkdir()
    (folder / "experiment_summary.md").write_text("# broken \x1b[2J\n")
    git(home.root, "add", ".")
    git(home.root, "commit", "-qm", "evil \x1b[2J")
    done = push(home, "main")
    assert done.returncode == 1
    assert "defect" not in done.stderr
    assert "\x1b[2J" not in done.stderr.replace("\x1b[K", "")
    assert "\x1b[31m" not in done.stderr
    assert "\u202e" not in done.stderr
