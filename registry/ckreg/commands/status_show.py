"""`ckreg status show`: how far the runs and evaluations of an experiment are, or of all of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from ckreg.adapters.tree import Home, read_text
from ckreg.core.status import count_statuses
from ckreg.core.summary import EvaluationRow, FineTuningRow, parse


@dataclass(frozen=True, slots=True)
class ExperimentStatus:
    """The Status tables of one experiment, as they lie in the folder."""

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


def status_show(home: Home, experiment: str | None = None) -> list[ExperimentStatus]:
    """The status of one experiment (named whole or by a beginning), or of all.

    Raises:
        NotFoundError: there is no such experiment.
    """
    names = home.experiment_names() if experiment is None else [home.experiment(experiment)]
    return [_status(home, name) for name in names]


def _status(home: Home, name: str) -> ExperimentStatus:
    summary = parse(read_text(home.summary(name)))
    return ExperimentStatus(name, summary.fine_tuning, summary.evaluations)
