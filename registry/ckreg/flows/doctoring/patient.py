"""What the checks look at."""

from dataclasses import dataclass
from pathlib import Path

from ckreg.adapters.git import Repo
from ckreg.adapters.tree import Home


@dataclass(frozen=True, slots=True)
class Patient:
    """Where the call stands; the registry around it and its repository, where there are any that work."""

    start: Path
    home: Home | None = None
    repo: Repo | None = None


@dataclass(frozen=True, slots=True)
class Clone:
    """A registry in a repository that git works in."""

    home: Home
    repo: Repo
