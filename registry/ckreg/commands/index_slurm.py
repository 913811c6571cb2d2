"""Lets an array job read the logs of prior runs, for trees that are too large for one node."""

from collections.abc import Callable, Sequence
from pathlib import Path

from ckreg.adapters.cache import remember_roots
from ckreg.adapters.config import load_settings
from ckreg.adapters.tree import Home
from ckreg.errors import NotFoundError
from ckreg.flows.dispatching import Progress, Shared, send_out, share_out, wait_for_tasks
from ckreg.flows.indexing import nowhere, searched
from ckreg.flows.scheduling import scheduler
from ckreg.flows.shard_reading import read_shard

__all__ = ["Progress", "Shared", "dispatch", "dispatched", "read_list", "sbatch_line", "wait"]


def dispatch(home: Home, paths: Sequence[Path], number: int, *, rebuild: bool = False) -> Shared:
    """What is new below the roots that `index` would search, shared out to at most `number` tasks.

    Raises:
        CkregError: see `commands.index.index` and `flows.dispatching.share_out`.
    """
    settings = load_settings(home)
    missing = [path for path in paths if not path.exists()]
    if missing:
        raise NotFoundError(f"{missing[0]} does not exist. Give the folder that holds the job logs.")
    roots = searched(home, settings, paths, rebuild=rebuild)
    if not roots:
        raise nowhere()
    return share_out(home, roots, settings.log_patterns, number, scheduler(home), rebuild=rebuild)


def sbatch_line(home: Home, planned: Shared) -> list[str]:
    """The scheduler's command line for it."""
    return scheduler(home).shown(planned.order)


def dispatched(home: Home, paths: Sequence[Path], planned: Shared, *, rebuild: bool = False) -> str:
    """Send the job; its id. `paths` are remembered, so that a later `index` takes in what was read.

    Raises:
        CkregError: see `flows.dispatching.send_out`.
    """
    remember_roots(home, paths)
    return send_out(home, planned, scheduler(home), rebuild=rebuild)


def wait(home: Home, tell: Callable[[Progress], None]) -> None:
    """Wait for the tasks of all jobs that read logs."""
    wait_for_tasks(home, scheduler(home), tell)


def read_list(home: Home, listed: Path) -> int:
    """Read the logs of one task's list; how many were read.

    Raises:
        CkregError: see `flows.shard_reading.read_shard`.
    """
    return read_shard(home, listed)
