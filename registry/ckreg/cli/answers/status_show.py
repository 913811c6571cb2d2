"""What `ckreg status show --json` prints: one experiment, or a list of all."""

from typing import TypeAlias, TypedDict

from ckreg.commands.status_show import ExperimentStatus


class FineTuning(TypedDict):
    """A row of Fine-tuning; null is `-` in the document."""

    run_name: str
    status: str | None
    job_id: str | None
    started: str | None
    completed: str | None
    notes: str | None


class Evaluation(TypedDict):
    """A row of Evaluations; a base model has no epoch."""

    run_name: str
    task: str | None
    epoch: str | None
    status: str | None
    job_id: str | None
    completed: str | None
    notes: str | None


class Experiment(TypedDict):
    """The Status tables of an experiment."""

    experiment: str
    fine_tuning: list[FineTuning]
    evaluations: list[Evaluation]


Answer: TypeAlias = Experiment | list[Experiment]


def shown(status: ExperimentStatus) -> Experiment:
    """The answer of `ckreg status show EXPERIMENT`."""
    return {
        "experiment": status.experiment,
        "fine_tuning": [
            {
                "run_name": row.run_name,
                "status": row.status,
                "job_id": row.job_id,
                "started": row.started,
                "completed": row.completed,
                "notes": row.notes,
            }
            for row in status.fine_tuning
        ],
        "evaluations": [
            {
                "run_name": row.run_name,
                "task": row.task,
                "epoch": row.epoch,
                "status": row.status,
                "job_id": row.job_id,
                "completed": row.completed,
                "notes": row.notes,
            }
            for row in status.evaluations
        ],
    }
