"""`ckreg retry`: send again what failed, with a corrected request."""

from collections.abc import Callable

from ckreg.adapters.tree import Home
from ckreg.core.scheduler.local import is_local
from ckreg.flows.retrying import ASKED_FROM, Left, Resent, Retried, Retry, Wanted, plan_retry
from ckreg.flows.retrying import retry as send_again
from ckreg.flows.scheduling import scheduler

__all__ = ["ASKED_FROM", "Left", "Resent", "Retried", "Retry", "Wanted", "plan", "retry"]


def plan(home: Home, experiment: str, wanted: Wanted) -> Retry:
    """What would be sent again; nothing is written.

    Raises:
        CkregError: see `flows.retrying.plan_retry`.
    """
    return plan_retry(home, home.experiment(experiment), wanted)


def retry(home: Home, planned: Retry, tell: Callable[[str], None] = lambda _text: None) -> Resent:
    """Change the files, set the rows to pending, and send what was approved.

    What ran on this machine runs here again.

    Raises:
        CkregError: see `flows.retrying.retry`.
    """
    jobs = [each.failed.job for each in planned.retried]
    local = all(job is not None and is_local(job) for job in jobs)
    return send_again(home, planned, scheduler(home, local=local), tell)
