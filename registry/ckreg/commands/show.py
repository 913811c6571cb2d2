"""`ckreg show`: an experiment's plan and progress."""

from dataclasses import dataclass

from ckreg.adapters.tree import Home
from ckreg.core.summary import Summary, parse
from ckreg.flows.documents import documents


@dataclass(frozen=True, slots=True)
class Shown:
    """An experiment's document, read; `path` of one of an earlier commit begins with the commit."""

    experiment: str
    path: str
    summary: Summary


def show(home: Home, experiment: str, at: str | None = None) -> Shown:
    """The experiment, named whole or by a beginning; as it is, or as it was `at` a revision or date.

    Raises:
        NotFoundError: there is no such experiment, or no such revision.
    """
    there = documents(home, at)
    [(name, text)] = there.texts([there.find(experiment)])
    return Shown(name, there.where(name), parse(text))
