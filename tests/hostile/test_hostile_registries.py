"""A registry from somebody else runs nothing, writes nothing outside, puts no control code on a terminal."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ckreg.adapters.tree import Home
from ckreg.cli.main import main
from ckreg.core.seal import seal_of
from tests.documents import EXPERIMENT, SUMMARY
from tests.hostile.grounds import SECRET, Ground
from tests.hostile.trees import TREES

SECONDS = 60
RUN = "L1B_rank4"
VERBS: tuple[tuple[str, ...], ...] = (
    (),
    ("list",),
    ("list", "--json"),
    ("show", "EXP"),
    ("show", "EXP", "--json"),
    ("status", "show"),
    ("status", "show", "EXP", "--json"),
    ("check",),
    ("check", "--json"),
    ("check", "--format", "github"),
    ("check", "--staged"),
    ("query", "SELECT * FROM experiments"),
    ("query", "SELECT * FROM status_events", "--json"),
    ("query", "SELECT * FROM runs", "--csv"),
    ("find", "a"),
    ("find", "matter", "--json"),
    ("datasette", "--print-metadata"),
    ("history",),
    ("history", "EXP", "--json"),
    ("history", "--since", "2020-01-01"),
    ("history", "EXP", RUN),
    ("show", "EXP", "--at", "HEAD"),
    ("show", "EXP", "--at", "HEAD", "--json"),
    ("diff", "EXP"),
    ("diff", "EXP", "HEAD~1", "--json"),
    ("doctor",),
    ("doctor", "--json"),
    ("scaffold", "EXP", "--dry-run"),
    ("submit", "EXP", "--dry-run"),
    ("--json",),
    ("status", "sync", "--all", "--dry-run"),
    ("status", "sync", "--all", "--notify"),
    ("export", "EXP"),
    ("drift", "EXP"),
    ("watch", "EXP", "--once"),
    ("watch", "EXP", "--json"),
    ("logs", "EXP", RUN),
    ("logs", "EXP", RUN, "--task", "cap", "--json"),
    ("clean", "EXP"),
    ("clean", "EXP", "--yes"),
    ("config",),
    ("config", "--json"),
    ("compare", "EXP", "--estimates"),
    (
        "estimate",
        "--model",
        "M",
        "--recipe",
        "lora_finetune_single_device",
        "--samples",
        "10",
        "--batch-size",
        "4",
    ),
    ("index",),
    ("verify", "EXP"),
    ("design", "--from", "EXP", "--set", "lora_rank=8", "--dry-run"),
    ("amend", "EXP", "--reason", "why", "--set", "lora_rank=8", "--dry-run"),
    ("hooks", "install", "--dry-run"),
    ("hooks", "install"),
    ("hooks", "uninstall"),
    ("seal", "EXP"),
    ("amend", "EXP", "--reason", "why"),
    ("status", "set", "EXP", RUN, "--status", "running", "--job-id", "7"),
    ("index", "--keep"),
    ("init",),
)


class HangError(BaseException):
    """Not an Exception: `main` would take it for a defect."""


@pytest.fixture(scope="session")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry with one experiment that has all its files, uncommitted."""
    root = tmp_path_factory.mktemp("good") / "registry"
    folder = root / "experiments" / EXPERIMENT
    folder.mkdir(parents=True)
    (root / "ckreg.toml").write_text("")
    (root / ".gitignore").write_text(".ckreg/\nckreg.local.toml\nclaude.local.md\n")
    (root / "prior-runs.jsonl").write_text("")
    (folder / "experiment_summary.md").write_text(SUMMARY)
    (folder / "plan.seal").write_text(seal_of(SUMMARY, "{}", "x").text)
    (folder / "estimates.json").write_text("{}")
    (folder / "spec.yaml").write_text("task: cap_8L\n")
    (folder / "design-experiment.log").write_text("[2025-10-22 14:23:15] DESIGN_START: x\nDetails: y\n")
    return root


@pytest.fixture
def ground(good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ground:
    root, outside, programs = tmp_path / "registry", tmp_path / "outside", tmp_path / "bin"
    shutil.copytree(good, root)
    outside.mkdir()
    programs.mkdir()
    evil = programs / "evil"
    evil.write_text(f"#!/bin/sh\necho ran >>{tmp_path}/canary\n")
    evil.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    monkeypatch.setenv("GIT_EDITOR", "true")
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    commit(root)
    return Ground(root, outside, evil)


def commit(root: Path) -> None:
    """All that git takes, ignored or not, as it comes with a clone."""
    # The one tree that looks like a git folder is not to be taken for one by this git.
    git = ["git", "-c", "safe.bareRepository=explicit", "-C", str(root)]
    subprocess.run([*git, "add", "-f", "-A"], capture_output=True, check=False)
    subprocess.run([*git, "commit", "-qm", "x"], capture_output=True, check=False)


@pytest.fixture
def alarm() -> Iterator[None]:
    def ring(*_: object) -> None:
        raise HangError

    before = signal.signal(signal.SIGALRM, ring)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def snapshot(*folders: Path) -> dict[str, object]:
    found: dict[str, object] = {}
    for folder in folders:
        for path in folder.rglob("*"):
            facts = path.lstat()
            content = path.read_bytes() if path.is_file() and not path.is_symlink() else None
            found[str(path)] = (facts.st_mode, facts.st_mtime_ns if content is not None else 0, content)
    return found


def call(capfd: pytest.CaptureFixture[str], root: Path, *words: str) -> tuple[int, str]:
    """The exit code and all that was printed; a call that never ends is stopped."""
    capfd.readouterr()
    signal.alarm(SECONDS)
    try:
        code = main(["-C", str(root), *words])
    finally:
        signal.alarm(0)
    out, err = capfd.readouterr()
    return code, out + err


# One of each kind, each time; all of them in `make test-all`.
QUICK = {
    "settings",
    "tracked_local_settings",
    "tracked_spool",
    "tracked_cache",
    "git_settings_that_name_programs",
    "a_git_folder_in_the_tree",
    "a_name_with_escapes",
    "every_cell_hostile",
    "history_with_escapes",
    "experiments/E/spec.yaml is a link out of the tree",
    "experiments/E/experiment_summary.md is a pipe",
    "experiments/E/plan.seal is a pipe",
}
TOLD = dict(os.environ)  # `CKREG_EVERY_VERB=1 pytest ...` tries every verb in every tree, for many minutes
EVERY = 4


def verbs_for(name: str) -> tuple[tuple[str, ...], ...]:
    """All verbs in the trees that matter most; of the many others each meets every fourth verb, in turn."""
    if name in QUICK or "CKREG_EVERY_VERB" in TOLD:
        return VERBS
    return VERBS[list(TREES).index(name) % EVERY :: EVERY]


@pytest.mark.usefixtures("alarm")
@pytest.mark.parametrize(
    "name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in TREES]
)
def test_a_hostile_registry(ground: Ground, capfd: pytest.CaptureFixture[str], name: str) -> None:
    TREES[name](ground)
    commit(ground.root)
    person = Path(os.environ["HOME"])
    before = snapshot(ground.outside, person)
    names = Home(ground.root).experiment_names() or [EXPERIMENT]
    for verb in verbs_for(name):
        words = [names[0] if word == "EXP" else word for word in verb]
        told = f"{name}: ckreg {' '.join(verb)}"
        try:
            code, said = call(capfd, ground.root, *words)
        except HangError:
            pytest.fail(f"{told} hangs")
        assert code != 70, f"{told}\n{said}"
        assert "Traceback" not in said, told
        unprintable = {char for char in said if char != "\n" and not char.isprintable()}
        assert not unprintable, f"{told} prints {unprintable!r}"
        assert SECRET not in said, f"{told} tells what lies outside:\n{said}"
        assert snapshot(ground.outside, person) == before, f"{told} writes outside"
        assert not (ground.root.parent / "canary").exists(), f"{told} runs what the registry names"
