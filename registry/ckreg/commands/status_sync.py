"""`ckreg status sync`: bring Status up to what scheduler and logs say."""

from collections.abc import Iterator
from time import sleep

from ckreg.adapters.tree import Home
from ckreg.core.news import News, as_text
from ckreg.core.score.words import one
from ckreg.core.summary.rows import RowKey
from ckreg.flows.notifying import Way, found, recorded, ways
from ckreg.flows.scheduling import scheduler
from ckreg.flows.syncing import Change, Synced, Unclear, sync
from ckreg.flows.verdict import verdicts

__all__ = [
    "Change",
    "News",
    "Synced",
    "Unclear",
    "found",
    "notice",
    "notify",
    "scores",
    "status_sync",
    "watch",
    "ways",
]

SHORTEST_WAIT = 30.0
"""Seconds between two questions; Slurm's manual asks for no less."""

_LONGEST_WAIT = 300.0
_SLOWER = 1.5


def status_sync(home: Home, experiment: str | None, *, dry_run: bool = False) -> Synced:
    """Ask the scheduler once about the jobs of one experiment, or of all, and record what changed.

    Raises:
        CkregError: see `flows.syncing.sync`.
    """
    names = home.experiment_names() if experiment is None else [home.experiment(experiment)]
    return sync(home, names, scheduler(home), dry_run=dry_run)


def watch(home: Home, experiment: str | None) -> Iterator[Synced]:
    """Sync again and again, more and more seldom while nothing changes, until no job is open."""
    seconds = SHORTEST_WAIT
    while True:
        done = status_sync(home, experiment)
        yield done
        if not done.open:
            return
        seconds = SHORTEST_WAIT if done.updates else min(seconds * _SLOWER, _LONGEST_WAIT)
        sleep(seconds)


def scores(home: Home, synced: Synced) -> list[str]:
    """How the estimates of the runs did that are completed now, in words."""
    graded = verdicts(home, (update for update in synced.updates if update.completes))
    return [f"{RowKey(each.run_name, each.task, each.epoch)}: {one(each)}" for each in graded]


def notice(synced: Synced, *, dry_run: bool = False) -> str | None:
    """What a person is told of it; None where nothing was recorded, or would be."""
    news = found(synced) if dry_run else recorded(synced)
    return as_text(news, synced.open) if news else None


def notify(told: tuple[Way, ...], synced: Synced) -> list[str]:
    """Tell the person what was recorded; why that failed. Where nothing was, nobody is told."""
    text = notice(synced)
    if text is None:
        return []
    failures = [way(recorded(synced), text) for way in told]
    return [f"nobody was told: {failure}." for failure in failures if failure]
