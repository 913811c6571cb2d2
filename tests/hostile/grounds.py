"""Where hostile registries are tried: the registry, what lies around it, and what must not be told."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.documents import EXPERIMENT

SECRET = "SECRET-of-somebody-else"  # noqa: S105  # what must not be told


class Ground(NamedTuple):
    """Where a test plays: the registry, a folder that is not ours, and a program that must not run."""

    root: Path
    outside: Path
    evil: Path

    @property
    def experiment(self) -> Path:
        return self.root / "experiments" / EXPERIMENT


Spoil = Callable[[Ground], None]
