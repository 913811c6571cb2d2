"""`ckreg compare`: an experiment's predictions beside what became of them."""

from dataclasses import dataclass

from ckreg.adapters.tree import Home
from ckreg.core.score.values import Met
from ckreg.errors import NotFoundError
from ckreg.flows.scoring import met


@dataclass(frozen=True, slots=True)
class Compared:
    """The experiment's whole name, and each of its predictions."""

    experiment: str
    predictions: tuple[Met, ...]


def compare_estimates(home: Home, experiment: str) -> Compared:
    """What was predicted of each run and evaluation, and how long it took; the name may be its beginning.

    Raises:
        NotFoundError: there is no such experiment, or it has no predictions.
    """
    name = home.experiment(experiment)
    found = met(home, name)
    if not found:
        raise NotFoundError(
            f"{home.experiments / name / 'estimates.json'} is not there or has no estimates: "
            "`ckreg design` writes it with the plan."
        )
    return Compared(name, found)
