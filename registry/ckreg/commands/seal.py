"""`ckreg seal`: hold the plan fast as it is committed."""

from ckreg.adapters.tree import Home
from ckreg.flows.sealing import Sealed, seal_experiment


def seal(home: Home, experiment: str, *, dry_run: bool = False) -> Sealed:
    """Write and commit `plan.seal`; `experiment` may be the beginning of its name.

    Raises:
        CkregError: see `flows.sealing.seal_experiment`; nothing was changed.
    """
    return seal_experiment(home, home.experiment(experiment), dry_run=dry_run)
