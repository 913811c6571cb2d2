"""`ckreg clean`: what of an experiment's output nothing needs any more, shown or deleted."""

from collections.abc import Sequence

from ckreg.adapters.tree import Home
from ckreg.flows.cleaning import Cleaned, Cleaning, Kept, Spare, looked_over
from ckreg.flows.cleaning import clean as clean_up
from ckreg.flows.scheduling import scheduler

__all__ = ["Cleaned", "Cleaning", "Kept", "Spare", "clean", "cleanable"]


def cleanable(home: Home, experiment: str, runs: Sequence[str]) -> Cleaning:
    """What may go, of these runs (names or patterns; all if none), and what stays and why.

    Raises:
        CkregError: see `flows.cleaning.looked_over`.
    """
    return looked_over(home, home.experiment(experiment), runs, scheduler(home))


def clean(home: Home, chosen: Cleaning) -> Cleaned:
    """Delete it, and record that in one commit.

    Raises:
        CkregError: see `flows.cleaning.clean`; nothing was deleted.
    """
    return clean_up(home, chosen, scheduler(home))
