"""`ckreg submit`: send an experiment's runs, evaluations behind their trainings."""

from collections.abc import Callable, Sequence

from ckreg.adapters.local import Local
from ckreg.adapters.tree import Home
from ckreg.flows.scheduling import scheduler
from ckreg.flows.submitting import How, Planned, Sent, orders, plan_submission, send

__all__ = ["How", "Planned", "Sent", "calls", "runs_here", "submission", "submit"]


def submission(home: Home, experiment: str, how: How, *, local: bool = False) -> Planned:
    """What would be sent; nothing is written. With `local` this machine runs it, whatever the settings say.

    Raises:
        CkregError: see `flows.submitting.plan_submission`.
    """
    return plan_submission(home, home.experiment(experiment), how, scheduler(home, local=local))


def calls(home: Home, planned: Planned, *, local: bool = False) -> list[Sequence[str]]:
    """The scheduler's command lines for it; ids that are not known yet stand as `<...>`."""
    there = scheduler(home, local=local)
    return [there.shown(order) for order in orders(home, planned)]


def submit(
    home: Home,
    planned: Planned,
    how: How,
    tell: Callable[[str], None] = lambda _text: None,
    *,
    local: bool = False,
) -> Sent:
    """Seal the plan and send what was approved.

    Raises:
        CkregError: see `flows.submitting.send`.
    """
    return send(home, planned, how, scheduler(home, local=local), tell)


def runs_here(home: Home, *, local: bool = False) -> bool:
    """Whether the jobs would run on this machine."""
    return scheduler(home, local=local).name == Local.name
