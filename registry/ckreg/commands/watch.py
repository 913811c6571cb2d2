"""`ckreg watch`: how an experiment's runs are, now and as it changes."""

import time
from collections.abc import Callable, Iterator

from ckreg.adapters.tree import Home
from ckreg.flows.scheduling import scheduler
from ckreg.flows.watching import Snapshot, Watched, Watcher

__all__ = ["Snapshot", "Watched", "watch", "watched"]

_PATIENCE = 10.0  # seconds for the queue: a controller that is down lets it hang for more
_EVERY = 2.0  # seconds between two looks; only what has changed is read


def watched(home: Home, experiment: str) -> Snapshot:
    """How it is at this moment.

    Raises:
        CkregError: there is no such experiment, or it cannot be read.
    """
    watcher = Watcher(home, home.experiment(experiment), scheduler(home))
    watcher.queue.ask(watcher.jobs(), _PATIENCE)
    return watcher.look()


def watch(home: Home, experiment: str, *, wait: Callable[[float], None] = time.sleep) -> Iterator[Snapshot]:
    """How it is, again and again, until nothing runs or waits.

    Raises:
        CkregError: as `watched`.
    """
    watcher = Watcher(home, home.experiment(experiment), scheduler(home))
    while True:
        watcher.queue.ask_beside(watcher.jobs())
        snapshot = watcher.look()
        yield snapshot
        if not snapshot.is_open:
            return
        wait(_EVERY)
