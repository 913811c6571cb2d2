"""`ckreg history`: the log of a design and git's history as one timeline."""

from ckreg.adapters.clock import now
from ckreg.adapters.git import since as since_when
from ckreg.adapters.tree import Home
from ckreg.flows.telling import Asked, Told, history_of


def history(
    home: Home,
    experiment: str | None = None,
    run: str | None = None,
    *,
    since: str | None = None,
    by: str | None = None,
) -> list[Told]:
    """What happened, oldest first; `experiment` may be the beginning of a name.

    `since` is a date in git's words, or a revision; `by` is part of a name or address, or one of person, job,
    sacct and log.

    Raises:
        NotFoundError: there is no such experiment, or nothing names that run.
        UsageError: `since` is neither a date nor a revision.
    """
    begin = None if since is None else since_when(home, since, now()).replace(tzinfo=None)
    name = None if experiment is None else home.experiment(experiment)
    return history_of(home, Asked(experiment=name, run=run, since=begin, by=by))
