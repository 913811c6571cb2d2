"""`ckreg history`: the log of a design and git's history as one timeline."""

from ckreg.adapters.tree import Home
from ckreg.flows.telling import Told, history_of


def history(home: Home, experiment: str | None = None, run: str | None = None) -> list[Told]:
    """What happened, oldest first; `experiment` may be the beginning of a name.

    Raises:
        NotFoundError: there is no such experiment, or nothing names that run.
    """
    name = None if experiment is None else home.experiment(experiment)
    return history_of(home, name, run)
