"""`ckreg status show`: how far the runs and evaluations of an experiment are, or of all of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from ckreg.adapters.tree import Home
from ckreg.core.status import count_statuses
from ckreg.core.summary import EvaluationRow, FineTuningRow, parse
from ckreg.flows.documents import documents


@dataclass(frozen=True, slots=True)
class ExperimentStatus:
    """The Status tables of one experiment."""

    experiment: str
    fine_tuning: tuple[FineTuningRow, ...]
    evaluations: tuple[EvaluationRow, ...]

    @property
    def counts(self) -> Mapping[str, Mapping[str, int]]:
        """How many rows of each table have each status, in the order of a run's life."""
        return {
            "fine_tuning": count_statuses(row.status for row in self.fine_tuning),
            "evaluations": count_statuses(row.status for row in self.evaluations),
        }


def status_show(home: Home, experiment: str | None = None, at: str | None = None) -> list[ExperimentStatus]:
    """The status of one experiment (named whole or by a beginning), or of all; `at` a revision or date.

    Raises:
        NotFoundError: there is no such experiment, or no such revision.
    """
    there = documents(home, at)
    names = there.names() if experiment is None else [there.find(experiment)]
    return [_status(name, text) for name, text in there.texts(names)]


def _status(name: str, text: str) -> ExperimentStatus:
    summary = parse(text)
    return ExperimentStatus(name, summary.fine_tuning, summary.evaluations)
