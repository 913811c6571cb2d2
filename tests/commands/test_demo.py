import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

from ckreg.adapters.demo_place import lay_out
from ckreg.adapters.probe import config_name, weights_fault
from ckreg.commands.demo import demo, typed
from ckreg.core.settings import Settings
from ckreg.errors import UsageError
from ckreg.flows.verifying import Needs, verify


def test_the_place_has_everything_that_the_spec_needs(tmp_path: Path) -> None:
    place = lay_out(tmp_path / "demo")
    spec = (place / "lora_comparison.yaml").read_text()
    assert "@PLACE@" not in spec
    assert str(place / "data" / "words_8L.json") in spec
    needs = Needs(
        (("Llama-mini-2M-Instruct", None), ("Llama-mini-8M-Instruct", None)),
        ((None, "data/words_8L.json", ("train", "validation", "test")),),
        (("capitalization", "evals/capitalization.py@capitalization", "data/words_8L.json"),),
    )
    settings = Settings(models_dir=str(place / "models"), scratch_dir=str(place / "scratch"))
    resources = verify(needs, settings, place).resources
    assert resources.advice is None
    assert [split.rows for split in resources.datasets[0].splits] == [640, 80, 80]


def test_the_logs_lie_as_on_a_cluster(tmp_path: Path) -> None:
    scratch = lay_out(tmp_path) / "scratch"
    logs = {path.stem.removeprefix("slurm-") for path in scratch.glob("*/ck-out-*/slurm-*.out")}
    rows = (scratch / "sacct.txt").read_text().splitlines()[1:]
    assert len(logs) == 7
    assert {row.split("|")[0] for row in rows if "." not in row.split("|")[0]} == logs


def test_the_models_are_whole(tmp_path: Path) -> None:
    for folder in (lay_out(tmp_path) / "models").iterdir():
        assert config_name(str(folder)) == "config.json"
        assert weights_fault(str(folder)) is None


def test_what_is_bundled_stays_small() -> None:
    material = Path(str(files("ckreg") / "demo_material"))
    assert sum(path.stat().st_size for path in material.rglob("*") if path.is_file()) < 400_000


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(UsageError, match="not empty"):
        next(demo(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_without_a_play_the_material_is_all(tmp_path: Path) -> None:
    (scene,) = demo(tmp_path / "demo", play=False)
    assert scene.words == ()
    for name in ("claude.local.md", "lora_comparison.yaml", "scratch", "data", "evals", "models"):
        assert name in scene.telling
        assert (tmp_path / "demo" / name).exists()
    assert not (tmp_path / "demo" / "registry").exists()


def test_a_long_command_is_shown_so_that_a_shell_takes_it_back() -> None:
    words = ["printf", "%s\n", "x" * 50, "a b", "--query", "SELECT 1\nFROM " + "t" * 30, "y" * 90]
    shown = typed(words)
    again = subprocess.run(["sh", "-c", shown], capture_output=True, text=True, check=True).stdout
    assert again == "".join(f"{word}\n" for word in words[2:])
    assert typed(["ckreg", "init", "registry"]) == "ckreg init registry"


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The whole demo with an empty HOME, hence without a git identity."""
    folder = tmp_path_factory.mktemp("played") / "demo"
    home = tmp_path_factory.mktemp("empty")
    done = subprocess.run(
        [sys.executable, "-m", "ckreg", "demo", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        env={"HOME": str(home), "PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1"},
    )
    assert done.returncode == 0, done.stdout
    assert list(home.iterdir()) == []
    return folder, done.stdout


def test_the_demo_plays_to_its_end(played: tuple[Path, str]) -> None:
    folder, told = played
    verbs = [line.split()[2] for line in told.splitlines() if line.startswith("$ ckreg ")]
    assert verbs == [
        "init",
        "index",
        "design",
        "check",
        "scaffold",
        "submit",
        "status",
        "status",
        "status",
        "query",
    ]
    (experiment,) = (folder / "registry" / "experiments").glob("cap_8L_lora_*")
    summary = (experiment / "experiment_summary.md").read_text()
    assert "| Llama-mini-2M-Instruct_rank4 | completed | L1 |" in summary
    assert summary.count("| completed | L") == 3
    assert "predicted 1" in told
    assert (experiment / "design-experiment.log").is_file()
    assert f"The registry stays in {folder.resolve()}" in " ".join(told.split())


def test_commands_are_shown_within_80_columns(played: tuple[Path, str]) -> None:
    folder, told = played
    told = told.replace(str(folder.resolve()), "/a/place")
    commands = [line for line in told.splitlines() if line.startswith(("$ ", "    '", "    Llama"))]
    assert len(commands) > 9
    assert max(map(len, commands)) <= 80


def test_everything_is_committed(played: tuple[Path, str]) -> None:
    words = ["git", "-C", str(played[0] / "registry"), "status", "--porcelain"]
    assert subprocess.run(words, capture_output=True, text=True, check=True).stdout == ""
