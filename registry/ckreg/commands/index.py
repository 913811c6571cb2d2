"""Reads the Slurm logs of prior runs into the cache."""

from collections.abc import Callable, Sequence
from pathlib import Path

from ckreg.adapters.cache import remember_roots
from ckreg.adapters.config import load_settings
from ckreg.adapters.tree import Home
from ckreg.errors import NotFoundError, UsageError
from ckreg.flows.indexing import Indexed, index_logs, roots_of


def index(
    home: Home,
    paths: Sequence[Path] = (),
    *,
    rebuild: bool = False,
    advance: Callable[[int], None] = lambda _logs: None,
) -> Indexed:
    """Read what is new below `paths`, which are remembered; without any, below all roots that are known.

    Raises:
        NotFoundError: a path does not exist.
        UsageError: no path was given, and none is known.
    """
    missing = [path for path in paths if not path.exists()]
    if missing:
        raise NotFoundError(f"{missing[0]} does not exist. Give the folder that holds the job logs.")
    settings = load_settings(home)
    roots = tuple(paths) if paths and not rebuild else (*paths, *roots_of(home, settings.scratch_dir))
    if not roots:
        raise UsageError(
            "There is nowhere to look for logs. Name a folder (`ckreg index /scratch/me`), or set "
            "scratch_dir in ckreg.toml or claude.local.md."
        )
    remember_roots(home, paths)
    return index_logs(home, roots, settings.log_patterns, rebuild=rebuild, advance=advance)
