"""`ckreg list`: the experiments of a registry."""

from collections.abc import Mapping
from dataclasses import dataclass

from ckreg.adapters.tree import Home, read_text
from ckreg.core.status import count_statuses
from ckreg.core.summary import parse


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


def list_experiments(home: Home) -> list[Listed]:
    """All experiments, by name."""
    return [_listed(home, name) for name in home.experiment_names()]


def _listed(home: Home, name: str) -> Listed:
    summary = parse(read_text(home.summary(name)))
    return Listed(
        experiment=name,
        type=summary.type,
        question=summary.question,
        created=summary.created,
        runs=len(summary.runs),
        fine_tuning=count_statuses(row.status for row in summary.fine_tuning),
        evaluations=count_statuses(row.status for row in summary.evaluations),
    )
