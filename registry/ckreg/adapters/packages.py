"""Which versions of Python packages a conda environment has, read from what pip left there."""

import os
import re
from collections.abc import Iterable, Iterator
from importlib.metadata import distributions
from pathlib import Path

_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+!_-]{0,60}")


def installed_versions(environment: str, packages: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """(package, version) of those that the environment has; it is named as `conda activate` takes it."""
    for folder in _folders(environment):
        places = [str(place) for place in sorted(folder.glob("lib/python3.*/site-packages"))]
        found = tuple((package, version) for package in packages if (version := _version(package, places)))
        if found:
            return found
    return ()


def _version(package: str, places: list[str]) -> str | None:
    try:
        version = next((one.version for one in distributions(name=package, path=places)), None)
    except (OSError, ValueError, KeyError):  # a broken installation says nothing
        return None
    return version if version and _VERSION.fullmatch(version) else None


def _folders(environment: str) -> Iterator[Path]:
    """Where an environment may lie: a path itself, else in the folders in which conda keeps them by name."""
    if "/" in environment:
        yield Path(environment).expanduser()
        return
    home = Path.home()
    for folder in os.environ.get("CONDA_ENVS_PATH", "").split(os.pathsep):
        if folder:
            yield Path(folder, environment)
    if root := os.environ.get("CONDA_EXE"):
        yield Path(root).parent.parent / "envs" / environment
    yield home / ".conda" / "envs" / environment
    for distribution in ("miniconda3", "anaconda3", "miniforge3", "mambaforge", "micromamba"):
        yield home / distribution / "envs" / environment
    yield from _listed(home / ".conda" / "environments.txt", environment)


def _listed(file: Path, name: str) -> Iterator[Path]:
    """What conda itself noted of the environments that it made."""
    try:
        lines = file.read_bytes().decode(errors="replace").split("\n")
    except OSError:
        return
    yield from (Path(line.strip()) for line in lines if Path(line.strip()).name == name)
