"""`ckreg compare`: predictions beside what became of them; experiments beside each other."""

from collections.abc import Sequence
from dataclasses import dataclass

from ckreg.adapters.tree import Home
from ckreg.core.score.values import Met
from ckreg.errors import NotFoundError, UsageError
from ckreg.flows.contrasting import Contrast, contrast
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


def compare(home: Home, experiments: Sequence[str]) -> Contrast:
    """What differs between the plans of experiments, and their runs side by side.

    Raises:
        NotFoundError: there is no such experiment.
        UsageError: one is named twice.
    """
    names = [home.experiment(word) for word in experiments]
    double = next((name for name in names if names.count(name) > 1), None)
    if double:
        raise UsageError(f"{double} is named twice. Name different experiments.")
    return contrast(home, names)
