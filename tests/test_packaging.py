"""The wheel holds what the package needs at run time, and works without the source tree."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    # From a copy without what earlier builds left behind: `build/` would put deleted files into the wheel.
    source = tmp_path_factory.mktemp("source") / "ckreg"
    files = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    for name in filter(None, files):
        target = source / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_symlink():
            target.symlink_to((ROOT / name).readlink())
        elif (ROOT / name).is_file():
            target.write_bytes((ROOT / name).read_bytes())
    subprocess.run(
        [sys.executable, "-m", "build", "--outdir", str(out), str(source)], capture_output=True, check=True
    )
    return next(out.glob("*.whl"))


@pytest.mark.slow
def test_the_wheel_has_the_templates_hooks_and_demo(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("templates", "hooks"):
        files = {f"ckreg/{path.relative_to(ROOT)}" for path in (ROOT / folder).rglob("*") if path.is_file()}
        assert files
        assert files <= names
    package = ROOT / "registry" / "ckreg"
    demo = {path for path in (package / "demo_material").rglob("*") if path.is_file()}
    assert {f"ckreg/{path.relative_to(package)}" for path in demo} <= names
    assert "ckreg/py.typed" in names
    assert not any(name.startswith(("tests/", "benchmarks/")) for name in names)


@pytest.mark.slow
def test_the_wheel_plays_the_demo_without_the_source(wheel: Path, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True)
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", str(wheel)], capture_output=True, check=True)
    done = subprocess.run(
        [python.with_name("ckreg"), "demo", str(tmp_path / "demo")],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert "That was the main job." in done.stdout
