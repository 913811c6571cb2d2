"""`ckreg submit`: send an experiment's runs, evaluations behind their trainings."""

from collections.abc import Callable, Sequence

from ckreg.adapters.tree import Home
from ckreg.flows.scheduling import scheduler
from ckreg.flows.submitting import How, Planned, Sent, orders, plan_submission, send

__all__ = ["How", "Planned", "Sent", "calls", "submission", "submit"]


def submission(home: Home, experiment: str, how: How) -> Planned:
    """What would be sent; nothing is written.

    Raises:
        CkregError: see `flows.submitting.plan_submission`.
    """
    return plan_submission(home, home.experiment(experiment), how, scheduler())


def calls(home: Home, planned: Planned) -> list[Sequence[str]]:
    """The scheduler's command lines for it; ids that are not known yet stand as `<...>`."""
    there = scheduler()
    return [there.shown(order) for order in orders(home, planned)]


def submit(home: Home, planned: Planned, how: How, tell: Callable[[str], None] = lambda _text: None) -> Sent:
    """Seal the plan and send what was approved.

    Raises:
        CkregError: see `flows.submitting.send`.
    """
    return send(home, planned, how, scheduler(), tell)
