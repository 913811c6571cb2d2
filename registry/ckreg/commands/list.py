"""`ckreg list`: the experiments of a registry."""

from collections.abc import Mapping
from dataclasses import dataclass

from ckreg.adapters.tree import Home
from ckreg.core.status import count_statuses
from ckreg.core.summary import parse
from ckreg.flows.documents import documents


@dataclass(frozen=True, slots=True)
class Listed:
    """An experiment in the list; counts are rows by status."""

    experiment: str
    type: str | None
    question: str | None
    created: str | None
    runs: int
    fine_tuning: Mapping[str, int]
    evaluations: Mapping[str, int]


def list_experiments(home: Home, at: str | None = None) -> list[Listed]:
    """All experiments, by name; as they are, or as they were `at` a revision or date.

    Raises:
        NotFoundError: there is no such revision.
    """
    there = documents(home, at)
    return [_listed(name, text) for name, text in there.texts(there.names())]


def _listed(name: str, text: str) -> Listed:
    summary = parse(text)
    return Listed(
        experiment=name,
        type=summary.type,
        question=summary.question,
        created=summary.created,
        runs=len(summary.runs),
        fine_tuning=count_statuses(row.status for row in summary.fine_tuning),
        evaluations=count_statuses(row.status for row in summary.evaluations),
    )
