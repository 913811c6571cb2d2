"""What is published is whole, and works without the source tree, as people install it."""

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "registry" / "ckreg"

# What only extras bring, and modules that are there for them.
EXTRAS = {"anyio", "datasette", "jsonschema", "markupsafe", "mcp"}

pytestmark = pytest.mark.slow


def in_git() -> list[str]:
    words = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    return [
        name
        for name in subprocess.check_output(words, text=True).split("\0")
        if name and (ROOT / name).exists()
    ]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the sdist and the wheel that is built from it."""
    out = tmp_path_factory.mktemp("dist")
    # From a copy without what earlier builds left behind: `build/` would put deleted files into the wheel.
    source = tmp_path_factory.mktemp("source") / "ckreg"
    for name in in_git():
        target = source / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target, follow_symlinks=False)
    words = [sys.executable, "-m", "build", "--outdir", str(out), str(source)]
    subprocess.run(words, capture_output=True, check=True)
    return out


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    (wheel,) = built.glob("*.whl")
    return wheel


def in_package() -> set[str]:
    """Every file of the package by its place in the wheel, templates/ and hooks/ as they are linked in."""
    found = set()
    for name in in_git():
        top = Path(name).parts[0]
        if name.startswith("registry/ckreg/") and not (ROOT / name).is_symlink():
            found.add(name.removeprefix("registry/"))
        elif top in {"templates", "hooks"}:
            found.add(f"ckreg/{name}")
    return found


def test_the_wheel_has_every_file_of_the_package_and_nothing_else(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    own = {name for name in names if name.startswith("ckreg/")}
    assert own == in_package()
    told = {name.partition("/")[2] for name in names - own}
    assert told == {
        "METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE", "top_level.txt",
    }  # fmt: skip
    assert len(in_package()) > 500


@pytest.mark.parametrize(
    "name",
    [
        "ckreg/py.typed",
        "ckreg/hooks/pre-commit",
        "ckreg/templates/experiment_summary.md.j2",
        "ckreg/templates/assistant/SKILL.md",
        "ckreg/templates/site/base.html.j2",
        "ckreg/templates/site/site.css",
        "ckreg/templates/site/site.js",
        "ckreg/demo_material/lora_comparison.yaml.in",
    ],
)
def test_what_is_read_at_run_time_is_in_the_package(name: str) -> None:
    assert name in in_package()


def test_the_sdist_has_what_a_wheel_is_built_from(built: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"CHANGELOG.md", "LICENSE", "README.md", "pyproject.toml"} <= names
    assert in_package() <= {name.removeprefix("registry/") for name in names}
    assert not any(name.startswith(("tests/", "benchmarks/", "build/", ".")) for name in names)


Tool = tuple[Path, Path]
Factory = pytest.TempPathFactory


@pytest.fixture(scope="module")
def installers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a virtual environment with pipx and uv in it."""
    folder = tmp_path_factory.mktemp("installers")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    words = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "pipx", "uv"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"pip cannot install pipx and uv here: {done.stderr.strip().splitlines()[-1]}")
    return folder / "bin"


@pytest.fixture(scope="module", params=["pipx", "uv"])
def tool(request: pytest.FixtureRequest, installers: Path, wheel: Path, tmp_path_factory: Factory) -> Tool:
    """`ckreg` as pipx or uv has installed it from the wheel, and the Python that runs it."""
    home = tmp_path_factory.mktemp(request.param)
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")} | {
        "HOME": str(home),
        "PIPX_HOME": str(home / "tools"),
        "PIPX_BIN_DIR": str(home / "bin"),
        "UV_TOOL_DIR": str(home / "tools"),
        "UV_TOOL_BIN_DIR": str(home / "bin"),
        # Trust whom the machine trusts: older and newer name of one setting.
        "UV_NATIVE_TLS": "1",
        "UV_SYSTEM_CERTS": "1",
    }
    asked = {
        "pipx": ["pipx", "install"],
        "uv": ["uv", "tool", "install", "--quiet", "--python", sys.executable],
    }
    program, *words = asked[request.param]
    done = subprocess.run(
        [installers / program, *words, str(wheel)],
        capture_output=True, text=True, check=False, env=env, cwd=home,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (python,) = (home / "tools").glob("**/ckreg/bin/python")
    return home / "bin" / "ckreg", python


ALL_OF_IT = """
import importlib, pathlib, pkgutil, sys
import click, ckreg
from ckreg.cli.main import ckreg as group

assert pathlib.Path(ckreg.__file__).is_relative_to(sys.prefix), ckreg.__file__
lacking = set()
for module in pkgutil.walk_packages(ckreg.__path__, "ckreg."):
    if not module.name.endswith(("__main__", "datasette.links")):
        try:
            importlib.import_module(module.name)
        except ModuleNotFoundError as error:
            lacking.add(error.name.partition(".")[0])

def walk(command, words):
    context = click.Context(command, info_name=" ".join(words))
    assert "Usage: " + context.info_name in command.get_help(context)
    print(context.info_name)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            walk(command.get_command(context, name), [*words, name])

walk(group, ["ckreg"])
print(*sorted(lacking))
"""


def test_a_tool_of_pipx_or_uv_has_all_of_it(tool: Tool, tmp_path: Path) -> None:
    words = [str(tool[1]), "-c", ALL_OF_IT]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    *verbs, lacking = done.stdout.splitlines()
    assert {"ckreg design", "ckreg status set", "ckreg site", "ckreg mcp"} <= set(verbs)
    assert set(lacking.split()) <= EXTRAS


@pytest.mark.parametrize("tool", ["pipx"], indirect=True)
def test_a_tool_plays_the_demo(tool: Tool, tmp_path: Path) -> None:
    done = subprocess.run(
        [tool[0], "demo", str(tmp_path / "demo")], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert "That was the main job." in done.stdout
