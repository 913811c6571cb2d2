"""Reads the Slurm logs of prior runs into the cache."""

from collections.abc import Callable, Sequence
from pathlib import Path

from ckreg.adapters.cache import remember_roots
from ckreg.adapters.config import load_settings
from ckreg.adapters.tree import Home
from ckreg.errors import NotFoundError
from ckreg.flows.explaining import Explained, explain_log
from ckreg.flows.indexing import AS_USUAL, How, Indexed, Stand, index_logs, nowhere, searched
from ckreg.flows.keeping import Kept, keep_prior_runs


def index(
    home: Home,
    paths: Sequence[Path] = (),
    how: How = AS_USUAL,
    tell: Callable[[Stand], None] = lambda _stand: None,
) -> Indexed:
    """Read what is new below `paths`, which are remembered; without any, below all roots that are known.

    Raises:
        NotFoundError: a path does not exist.
        UsageError: no path was given, and none is known.
    """
    settings = load_settings(home)
    _refuse_missing([*paths, *how.sacct])
    roots = searched(home, settings, paths, rebuild=how.rebuild)
    if not roots and not how.sacct:
        raise nowhere()
    remember_roots(home, paths)
    return index_logs(home, roots, settings.log_patterns, how, tell)


def keep(home: Home) -> Kept:
    """Write what was measured into prior-runs.jsonl, and commit it.

    Raises:
        CkregError: the commit was refused or failed; the file is as before.
    """
    return keep_prior_runs(home)


def explain(path: Path) -> tuple[Explained, ...]:
    """What is understood of one log, a job at a time, and from which text.

    Raises:
        NotFoundError: there is no such log.
        OutsideError: it cannot be read.
    """
    _refuse_missing([path])
    return explain_log(path)


def _refuse_missing(paths: Sequence[Path]) -> None:
    missing = [path for path in paths if not path.exists()]
    if missing:
        raise NotFoundError(f"{missing[0]} does not exist. Give the folder that holds the job logs.")
