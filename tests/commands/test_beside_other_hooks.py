"""ckreg's hooks beside those of others: husky, the pre-commit framework, a script, a link."""

import itertools
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ckreg.adapters.tree import Home
from ckreg.commands.hooks import hooks_install, hooks_uninstall
from ckreg.commands.init import init
from ckreg.commands.status_set import Wish, status_set
from ckreg.core.status import Status
from ckreg.errors import RefusedError
from tests.documents import EXPERIMENT, SUMMARY

Git = Callable[..., str]
ROOT = Path(__file__).resolve().parents[2]
Snapshot = dict[str, tuple[int, bytes]]


@pytest.fixture(autouse=True)
def programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """ckreg and pre-commit of this environment, and git for the framework's own calls."""
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    monkeypatch.setenv("GIT_EDITOR", "true")


_NUMBERS = itertools.count(1)


def commit(home: Home, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Under another message each time: two alike within a second would look like one that is amended."""
    return subprocess.run(
        ["git", "-C", str(home.root), "commit", "-am", f"by hand, {next(_NUMBERS)}"],
        capture_output=True, text=True, check=False, env=os.environ | variables, timeout=60,
    )  # fmt: skip


def edit(home: Home, old: str, new: str) -> None:
    path = home.summary(EXPERIMENT)
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))


def make_worse(home: Home) -> None:
    edit(home, "| L1B_rank64 | pending", "| L1B_rank64 | done")


def note(home: Home) -> None:
    edit(home, "## Notes\n", "## Notes\nmore\n")


def script(path: Path, text: str, mode: int = 0o755) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)


def snapshot(folder: Path) -> Snapshot:
    """Every file of a folder with its mode and bytes; a link with what it says."""
    found: Snapshot = {}
    for path in sorted(folder.rglob("*")):
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode):
            found[str(path)] = (mode, str(path.readlink()).encode())
        elif path.is_file():
            found[str(path)] = (mode, path.read_bytes())
    return found


def framework(home: Home, *words: str) -> str:
    done = subprocess.run(
        ["pre-commit", *words], cwd=home.root, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


LOCAL = """\
repos:
  - repo: local
    hooks:
      - {id: other, name: other, entry: sh -c 'echo x >>.git/other-ran', language: system,
         pass_filenames: false}
"""


def configured(home: Home, git: Git, text: str = LOCAL) -> None:
    (home.root / ".pre-commit-config.yaml").write_text(text)
    git(home.root, "add", ".")
    git(home.root, "commit", "-qm", "configuration")


def holds(home: Home) -> None:
    """Both work: the framework's hook runs once a commit, and ckreg refuses what is wrong."""
    ran = home.root / ".git" / "other-ran"
    ran.unlink(missing_ok=True)
    note(home)
    taken = commit(home)
    assert taken.returncode == 0, taken.stderr + taken.stdout
    assert ran.read_text() == "x\n"
    make_worse(home)
    refused = commit(home)
    assert refused.returncode == 1
    assert "CK301" in refused.stderr + refused.stdout
    edit(home, "| L1B_rank64 | done", "| L1B_rank64 | pending")


@pytest.mark.slow
def test_after_the_pre_commit_framework(home: Home, git: Git) -> None:
    configured(home, git)
    framework(home, "install")
    before = snapshot(home.root / ".git" / "hooks")
    assert hooks_install(home).changed[:3] == ("pre-commit", "pre-merge-commit", "commit-msg")
    assert hooks_install(home).changed == ()
    holds(home)
    assert hooks_uninstall(home).changed[:3] == ("pre-commit", "pre-merge-commit", "commit-msg")
    assert snapshot(home.root / ".git" / "hooks") == before


@pytest.mark.slow
def test_before_the_pre_commit_framework(home: Home, git: Git) -> None:
    configured(home, git)
    hooks_install(home)
    framework(home, "install")
    holds(home)
    assert hooks_install(home).changed == ()
    holds(home)
    hooks_uninstall(home)
    make_worse(home)
    assert commit(home).returncode == 0


@pytest.mark.slow
def test_between_two_installations_of_the_framework(home: Home, git: Git) -> None:
    configured(home, git)
    framework(home, "install")
    hooks_install(home)
    framework(home, "install")
    holds(home)
    assert hooks_install(home).changed == ()
    holds(home)


@pytest.mark.slow
def test_the_framework_gives_ours_back(home: Home, git: Git) -> None:
    configured(home, git)
    hooks_install(home)
    before = snapshot(home.root / ".git" / "hooks")
    framework(home, "install")
    framework(home, "uninstall")
    assert snapshot(home.root / ".git" / "hooks") == before


def test_as_hooks_of_the_framework(home: Home, git: Git) -> None:
    """Those of `.pre-commit-hooks.yaml`, with what is installed here in place of an environment."""
    manifest = (ROOT / ".pre-commit-hooks.yaml").read_text().replace("language: python", "language: system")
    hooks = "".join(f"      {line}\n" for line in manifest.split("\n") if not line.startswith("#"))
    configured(home, git, f"repos:\n  - repo: local\n    hooks:\n{hooks}")
    framework(home, "validate-manifest", str(ROOT / ".pre-commit-hooks.yaml"))
    framework(home, "install", "--hook-type", "pre-commit", "--hook-type", "commit-msg")
    note(home)
    assert commit(home).returncode == 0
    make_worse(home)
    refused = commit(home)
    assert (refused.returncode, "error CK301" in refused.stderr + refused.stdout) == (1, True)
    edit(home, "| L1B_rank64 | done", "| L1B_rank64 | completed")
    assert commit(home).returncode == 0
    edit(home, "| L1B_rank64 | completed", "| L1B_rank64 | running")
    refused = commit(home)
    assert (refused.returncode, "it cannot become running" in refused.stderr + refused.stdout) == (1, True)
    edit(home, "| L1B_rank64 | running", "| L1B_rank64 | completed")
    git(home.root, "reset", "-q")
    status_set(home, EXPERIMENT, Wish(run="L1B_rank64", status=Status.PENDING, forced=True))


def husky(home: Home, git: Git) -> Path:
    """As husky 9 does: stubs that look for a hook of their own name a folder above."""
    folder = home.root / ".husky" / "_"
    script(
        folder / "h",
        'n=$(basename "$0")\ns=$(dirname "$(dirname "$0")")/$n\n[ ! -f "$s" ] && exit 0\n'
        'sh -e "$s" "$@"\nexit $?\n',
    )
    for name in ("pre-commit", "pre-merge-commit", "commit-msg"):
        script(folder / name, '#!/usr/bin/env sh\n. "${0%/*}/h"\n')
    (folder / ".gitignore").write_text("*\n")
    script(home.root / ".husky" / "pre-commit", "echo x >>.git/other-ran\n", 0o644)
    git(home.root, "config", "core.hooksPath", ".husky/_")
    git(home.root, "add", ".")
    git(home.root, "commit", "-qm", "husky")
    return folder


def test_beside_husky(home: Home, git: Git) -> None:
    folder = husky(home, git)
    before = snapshot(folder)
    assert hooks_install(home).folder == folder
    holds(home)
    script(home.root / ".husky" / "pre-commit", "exit 1\n", 0o644)
    note(home)
    assert commit(home).returncode == 1
    hooks_uninstall(home)
    assert snapshot(folder) == before


@pytest.mark.parametrize(
    "theirs",
    [
        "#!/bin/sh\nset -e\nfalse\necho never\n",
        "#!/bin/bash\nexit 3\n",
        "#!/usr/bin/env python3\nimport sys\nsys.exit(1)\n",
        "#!/bin/sh -e\nfalse\n",
    ],
)
def test_a_hook_that_fails_stops_the_commit(home: Home, theirs: str) -> None:
    script(home.root / ".git" / "hooks" / "pre-commit", theirs)
    hooks_install(home)
    note(home)
    assert commit(home).returncode == 1


def test_a_commit_msg_hook_gets_the_message(home: Home, git: Git) -> None:
    script(home.root / ".git" / "hooks" / "commit-msg", '#!/bin/sh\necho "Signed: $0" >>"$1"\n')
    hooks_install(home)
    note(home)
    assert commit(home).returncode == 0
    assert "Signed: .git/hooks/commit-msg\n" in git(home.root, "log", "-1", "--format=%B")


@pytest.mark.parametrize("kind", ["link", "dangling", "not executable", "private", "binary"])
def test_what_was_there_comes_back_to_the_byte_and_mode(home: Home, kind: str) -> None:
    hooks = home.root / ".git" / "hooks"
    script(home.root / "tools" / "hook", "#!/bin/sh\nexit 0\n")
    if kind in {"link", "dangling"}:
        (hooks / "pre-commit").symlink_to("../../tools/hook" if kind == "link" else "../../nowhere/hook")
    elif kind == "binary":
        shutil.copy("/bin/true", hooks / "pre-commit")
    else:
        script(hooks / "pre-commit", "#!/bin/sh\r\nexit 1", 0o600 if kind == "private" else 0o644)
    before = snapshot(home.root)
    hooks_install(home)
    note(home)
    assert commit(home).returncode == 0
    assert not (home.root / "nowhere").exists()
    hooks_uninstall(home)
    assert snapshot(hooks) == {path: what for path, what in before.items() if path.startswith(str(hooks))}


def test_two_foreign_hooks_are_not_lost(home: Home) -> None:
    hooks = home.root / ".git" / "hooks"
    script(hooks / "pre-commit", "#!/bin/sh\nexit 0\n")
    hooks_install(home)
    script(hooks / "pre-commit", "#!/bin/sh\nexit 0 # newer\n")
    with pytest.raises(RefusedError, match="Join the two into one"):
        hooks_install(home)


@pytest.mark.parametrize("value", [".githooks", "{root}/.githooks", "~/{name}/.githooks"])
def test_hooks_path(tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """Relative to the top of the work tree, absolute, from HOME on; the registry lies below the top."""
    root = tmp_path / "mono"
    root.mkdir()
    git(root, "init", "-q")
    home = Home(root / "deep" / "registry")
    init(home.root)
    home.summary(EXPERIMENT).parent.mkdir()
    home.summary(EXPERIMENT).write_text(SUMMARY)
    git(root, "add", ".")
    git(root, "commit", "-qm", "plan")
    shutil.copy(Path(os.environ["HOME"]) / ".gitconfig", tmp_path / ".gitconfig")
    monkeypatch.setenv("HOME", str(tmp_path))
    git(root, "config", "core.hooksPath", value.format(root=root, name=root.name))
    assert hooks_install(home).folder == root / ".githooks"
    make_worse(home)
    refused = commit(home)
    assert (refused.returncode, "error CK301" in refused.stderr) == (1, True)
    hooks_uninstall(home)
    assert snapshot(root / ".githooks") == {}


def test_nothing_of_the_registry_is_imported(home: Home, git: Git) -> None:
    """Python would look for `ckreg`, `click` and `json` in the folder in which git runs the hook."""
    for name in ("ckreg", "click", "json", "sitecustomize", "encodings"):
        script(home.root / f"{name}.py", "open('/dev/stderr', 'w').write('ran the registry')\n")
    hooks_install(home)
    git(home.root, "add", ".")
    make_worse(home)
    refused = commit(home)
    assert (refused.returncode, "error CK301" in refused.stderr) == (1, True)
    assert "ran the registry" not in refused.stderr


def test_an_editor_that_sets_variables_for_pathspecs(home: Home) -> None:
    hooks_install(home)
    make_worse(home)
    assert commit(home, GIT_LITERAL_PATHSPECS="1").returncode == 1
    assert commit(home, GIT_GLOB_PATHSPECS="1").returncode == 1


def test_most_commits_do_not_wait_for_python(home: Home, git: Git) -> None:
    hooks_install(home)
    for name in ("pre-commit", "pre-merge-commit", "commit-msg"):
        hook = home.root / ".git" / "hooks" / name
        lines = hook.read_text().split("\n")
        hook.write_text(
            "\n".join("python=/no/python" if line.startswith("python=") else line for line in lines)
        )
    (home.root / "x").write_text("x\n")
    git(home.root, "add", "x")
    taken = commit(home, PATH="/usr/bin:/bin")
    assert (taken.returncode, "not installed" in taken.stderr) == (0, False)
