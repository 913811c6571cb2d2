"""Killed at any system call that changes something, the next call finds a registry as before or as after."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ckreg.adapters.tree import Home
from ckreg.cli.main import main
from ckreg.commands.index import index
from ckreg.core.status import Status, StatusRequest
from ckreg.core.summary import parse
from ckreg.flows.committing import finish_interrupted
from ckreg.flows.updates import apply
from tests.core.spec.helpers import sound
from tests.documents import EXPERIMENT, SUMMARY
from tests.faults import killed_at, points, strace_works
from tests.logs import BUNDLED

Git = Callable[..., str]
State = dict[str, tuple[str | None, str | None, bytes | None]]
DOCUMENT = f"experiments/{EXPERIMENT}/experiment_summary.md"
STAGED, UNFINISHED = "- staged by a person\n", "- a line that nobody has finis"
NOTE = ("status", "set", EXPERIMENT, "L1B_rank4", "--note", "survives")
QUICK, MANY = 3, 8
TOLD = dict(os.environ)  # `CKREG_EVERY_FAULT=1 pytest ...` tries every point, for many minutes

pytestmark = pytest.mark.skipif(not strace_works(), reason="strace is not here, or may not trace")


@dataclass(frozen=True)
class Scenario:
    """A call in a registry that `prepare` has made ready for it."""

    words: Sequence[str]
    prepare: Callable[[Home, Git], None]


@dataclass(frozen=True)
class Which:
    """Some of the points, and whether ckreg dies with a git of its own that is killed."""

    dies_with_git: bool
    most: int


def _nothing(_home: Home, _git: Git) -> None:
    """All is committed."""


def _unfinished(home: Home, git: Git) -> None:
    document = home.root / DOCUMENT
    document.write_text(SUMMARY + STAGED)
    git(home.root, "add", DOCUMENT)
    document.write_text(SUMMARY + STAGED + UNFINISHED)


def _spec(home: Home, git: Git) -> None:
    tasks = [{"name": "gsm", "script": "inspect_evals/gsm8k"}]
    rows: dict[str, object] = {"train": [{}] * 80, "validation": [{}] * 10, "test": [{}] * 10}
    (home.root / "words.json").write_text(json.dumps(rows))
    spec = sound() | {"task": "words", "dataset": {"path": "words.json"}, "evaluation": {"tasks": tasks}}
    (home.root / "spec.json").write_text(json.dumps(spec))
    git(home.root, "add", ".")
    git(home.root, "commit", "--quiet", "-m", "spec")


def _designed(home: Home, git: Git) -> None:
    _spec(home, git)
    assert main(["-C", str(home.root), "design", "--spec", str(home.root / "spec.json"), "--yes"]) == 0


def _indexed(home: Home, _git: Git) -> None:
    index(home, [BUNDLED])


def _emptied(home: Home, _git: Git) -> None:
    for path in home.root.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()


SCENARIOS = {
    "fast": Scenario(NOTE, _nothing),
    "slow": Scenario(NOTE, _unfinished),
    "sealing": Scenario((*NOTE[:-2], "--status", "running"), _nothing),
    "seal": Scenario(("seal", EXPERIMENT), _nothing),
    "design": Scenario(("design", "--spec", "spec.json", "--yes", "--no-index"), _spec),
    "amend": Scenario(
        ("amend", "words", "--set", "lora_rank=4,64,128", "--reason", "x", "--no-index"), _designed
    ),
    "keep": Scenario(("index", "--keep", str(BUNDLED)), _indexed),
    "init": Scenario(("init", "."), _emptied),
}


def state(root: Path) -> State:
    """Each file in HEAD, in the index and in the folder; of `.ckreg` nothing."""

    def told(*words: str) -> dict[str, str]:
        done = subprocess.run(["git", "-C", str(root), *words], capture_output=True, text=True, check=False)
        rows = (line.split("\t") for line in done.stdout.split("\0") if line)
        return {path: about.split()[-2 if words[0] == "ls-files" else -1] for about, path in rows}

    files = {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and path.relative_to(root).parts[0] not in {".git", ".ckreg"}
    }
    folders = {f"{path.relative_to(root)}/": b"" for path in root.glob("experiments/*") if path.is_dir()}
    head, staged = told("ls-tree", "-r", "-z", "HEAD"), told("ls-files", "--stage", "-z")
    working = files | folders
    return {
        path: (head.get(path), staged.get(path), working.get(path)) for path in {*head, *staged, *working}
    }


@pytest.fixture(autouse=True)
def fixed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    model = tmp_path / "models" / "Llama-3.2-1B-Instruct"
    model.mkdir(parents=True)
    (model / "config.json").write_text("{}")
    (model / "model.safetensors").write_text("weights")
    monkeypatch.setenv("CKREG_MODELS_DIR", str(tmp_path / "models"))
    monkeypatch.setenv("CKREG_SCRATCH_DIR", str(tmp_path))
    monkeypatch.setenv("CKREG_GPU_MEMORY_GIB", "80")


@pytest.mark.parametrize("dies_with_git", [False, True], ids=["alone", "with its git"])
@pytest.mark.parametrize("name", ["fast", "slow"])
def test_some_points(home: Home, git: Git, name: str, *, dies_with_git: bool) -> None:
    _kill_and_look(home, git, SCENARIOS[name], Which(dies_with_git, QUICK))


@pytest.mark.slow
@pytest.mark.parametrize("dies_with_git", [False, True], ids=["alone", "with its git"])
@pytest.mark.parametrize("name", SCENARIOS)
def test_many_points(home: Home, git: Git, name: str, *, dies_with_git: bool) -> None:
    _kill_and_look(home, git, SCENARIOS[name], Which(dies_with_git, MANY))


def _kill_and_look(home: Home, git: Git, scenario: Scenario, which: Which) -> None:
    scenario.prepare(home, git)
    template, root = home.root.with_name("template"), home.root
    root.rename(template)
    shutil.copytree(template, root, symlinks=True)
    before = state(root)
    all_points = points(scenario.words, root, root.with_name("strace.log"))
    after = state(root)
    assert before != after
    step = 1 if "CKREG_EVERY_FAULT" in TOLD else -(-len(all_points) // which.most)
    failed = []
    for point in all_points[step // 2 :: step]:
        shutil.rmtree(root)
        shutil.copytree(template, root, symlinks=True)
        code = killed_at(point, scenario.words, root, dies_with_git=which.dies_with_git)
        if wrong := _look(Home(root), git, code, (before, after)):
            failed.append(f"{point}: exit {code}: {wrong}")
    assert not failed, "\n".join(failed)


def _look(home: Home, git: Git, code: int, sides: tuple[State, State]) -> str | None:
    before, after = sides
    if not (home.root / ".git").exists() or not (home.root / "ckreg.toml").exists():
        return (
            None
            if main(["-C", str(home.root), "init", "."]) == 0 and state(home.root) == after
            else "init does not go on"
        )
    told = finish_interrupted(home)
    now = state(home.root)
    if now not in sides:
        return f"{told}; neither before nor after: {_difference(now, before)} / {_difference(now, after)}"
    if code == 0 and now != after:
        return f"acknowledged and lost; {told}"
    if git(home.root, "fsck", "--no-dangling"):
        return "git fsck complains"
    left = [path.name for path in (home.root / ".git").rglob("*.lock")]
    left += [path.name for path in home.root.rglob("*ckreg-*") if ".git" not in path.parts]
    left += [path.name for path in home.state.glob("intent*")]
    if left:
        return f"left behind: {left}"
    return _goes_on(home, git)


def _difference(now: State, then: State) -> str:
    return ", ".join(
        f"{path} {[a == b for a, b in zip(now.get(path, ()), then.get(path, ()), strict=False)]}"
        for path in {*now, *then}
        if now.get(path) != then.get(path)
    )


def _goes_on(home: Home, git: Git) -> str | None:
    """The next update goes in, and what the killed one left in the spool goes in whole, once."""
    if not (home.root / DOCUMENT).exists():
        return None
    at = datetime(2025, 10, 22, 14, 23, 15, tzinfo=UTC)
    apply(
        home, StatusRequest(id="next", experiment=EXPERIMENT, run="L1B_rank64", at=at, status=Status.FAILED)
    )
    history = git(home.root, "log", "--format=%(trailers:key=Ckreg-Status,valueonly)")
    document = git(home.root, "show", f"HEAD:{DOCUMENT}")
    first, second = parse(document).fine_tuning
    if second.status != "failed":
        return "the next update is lost"
    said = history.count('"run": "L1B_rank4"')
    if said != ((first.notes, first.status) != (None, "pending")):
        return f"{said} events, but {first}"
    working = (home.root / DOCUMENT).read_text()
    staged = git(home.root, "show", f":{DOCUMENT}")
    if (staged, working) not in ((document, document), (document + STAGED, document + STAGED + UNFINISHED)):
        return "folder, index and HEAD disagree"
    return None
