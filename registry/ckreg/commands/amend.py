"""`ckreg amend`: change a sealed plan, with the reason, and seal it again."""

from ckreg.adapters.tree import Home
from ckreg.flows.amending import Amended, Amendment, amend_experiment


def amend(
    home: Home,
    experiment: str,
    amendment: Amendment,
    reason: str,
    *,
    dry_run: bool = False,
    index: bool = True,
) -> Amended:
    """Change the plan and commit it; `experiment` may be the beginning of its name.

    Raises:
        CkregError: see `flows.amending.amend_experiment`; nothing was changed.
    """
    return amend_experiment(
        home, home.experiment(experiment), amendment, reason, dry_run=dry_run, index=index
    )
