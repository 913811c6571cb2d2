"""Every test is sealed off: its own HOME, fixed dates, git without the machine's settings."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from ckreg.adapters.tree import Home
from ckreg.commands.init import init
from tests.documents import EXPERIMENT, SUMMARY

# Deadlines fail on a busy machine. `make test-rest` looks harder; the same commit gets the same examples, so
# that nobody is refused for what was always there. `make explore` takes others each time and finds that.
settings.register_profile(
    "quick", deadline=None, derandomize=True, max_examples=25, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("thorough", settings.get_profile("quick"), max_examples=50)
settings.register_profile(
    "explore", settings.get_profile("quick"), max_examples=500, derandomize=False, print_blob=True
)
settings.load_profile("quick")

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(autouse=True)
def sealed_off(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("CKREG_", "GIT_", "XDG_", "SLURM_", "SBATCH_")):
            monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_EDITOR", "false")
    monkeypatch.setenv("CKREG_NOW", "2025-10-22T14:23:15+00:00")
    (home / ".gitconfig").write_text(
        "[user]\n\tname = Ada Lovelace\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n"
    )


@pytest.fixture(autouse=True)
def no_cluster(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test but those of Slurm meets a Slurm that is installed here: a stand-in on PATH comes first."""
    if "slurm" not in request.keywords:
        monkeypatch.setenv("SLURM_CONF", "/nonexistent/slurm.conf")


@pytest.fixture
def shared() -> Path:
    """The collection of job logs and files of the ecosystem that lies beside the project."""
    if not SHARED.is_dir():
        pytest.skip("the collection of real job logs is not here")
    return SHARED


@pytest.fixture
def git() -> Callable[..., str]:
    """`git(folder, "log", "-1")` runs git for real and returns what it printed."""

    def run(folder: Path, *words: str) -> str:
        done = subprocess.run(["git", "-C", str(folder), *words], capture_output=True, text=True, check=True)
        return done.stdout

    return run


@pytest.fixture
def empty(make_registry: Callable[[Path], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A registry without experiments; jobs write into `scratch` beside it."""
    monkeypatch.setenv("CKREG_SCRATCH_DIR", str(tmp_path / "scratch"))
    return Home(make_registry(tmp_path / "registry"))


@pytest.fixture
def home(make_registry: Callable[[Path], Path], tmp_path: Path, git: Callable[..., str]) -> Home:
    """A registry with one committed experiment, `EXPERIMENT`."""
    root = make_registry(tmp_path / "registry")
    document = root / "experiments" / EXPERIMENT / "experiment_summary.md"
    document.parent.mkdir()
    document.write_text(SUMMARY)
    git(root, "add", ".")
    git(root, "commit", "--quiet", "-m", "plan")
    return Home(root)


@pytest.fixture
def make_registry(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """`make_registry(folder)` makes one: a copy of one that `init` made, which takes a tenth of the time."""
    first = tmp_path_factory.getbasetemp() / "registry"
    if not first.is_dir():
        init(first)

    def make(folder: Path) -> Path:
        return shutil.copytree(first, folder, symlinks=True)

    return make
