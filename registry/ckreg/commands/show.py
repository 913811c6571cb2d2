"""`ckreg show`: an experiment's plan and progress."""

from dataclasses import dataclass
from pathlib import Path

from ckreg.adapters.tree import Home, read_text
from ckreg.core.summary import Summary, parse


@dataclass(frozen=True, slots=True)
class Shown:
    """An experiment's document, read."""

    experiment: str
    path: Path
    summary: Summary


def show(home: Home, experiment: str) -> Shown:
    """The experiment, named whole or by a beginning.

    Raises:
        NotFoundError: there is no such experiment.
    """
    name = home.experiment(experiment)
    path = home.summary(name)
    return Shown(name, path, parse(read_text(path)))
