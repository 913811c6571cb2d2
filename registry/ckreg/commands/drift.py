"""`ckreg drift`: how today's plan, and what ran, differ from what was sealed."""

from ckreg.adapters.tree import Home
from ckreg.flows.drifting import Drift, drift_of


def drift(home: Home, experiment: str) -> Drift:
    """What drifted; `experiment` may be the beginning of its name.

    Raises:
        CkregError: see `flows.drifting.drift_of`.
    """
    return drift_of(home, home.experiment(experiment))
