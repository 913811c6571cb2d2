"""How `ckreg status show` tells of experiments: as tables, and as JSON."""

from collections.abc import Sequence

from ckreg.cli.output import counts_in_words, emit, emit_table, short_time
from ckreg.commands.status_show import ExperimentStatus


def show_one(status: ExperimentStatus) -> None:
    """Print the Status tables of one experiment."""
    emit(status.experiment, bold=True)
    if status.fine_tuning:
        emit("\nFine-tuning")
        emit_table(
            ("Run", "Status", "Job", "Started", "Completed", "Notes"),
            [
                (
                    row.run_name,
                    row.status,
                    row.job_id,
                    short_time(row.started),
                    short_time(row.completed),
                    row.notes,
                )
                for row in status.fine_tuning
            ],
        )
    if status.evaluations:
        emit("\nEvaluations")
        emit_table(
            ("Run", "Task", "Epoch", "Status", "Job", "Completed", "Notes"),
            [
                (
                    row.run_name,
                    row.task,
                    row.epoch,
                    row.status,
                    row.job_id,
                    short_time(row.completed),
                    row.notes,
                )
                for row in status.evaluations
            ],
            wrap={1},
            optional={4, 5},
        )


def show_all(found: Sequence[ExperimentStatus]) -> None:
    """Print how far each experiment is."""
    if not found:
        emit("No experiments yet. `ckreg design` writes the first.")
        return
    rows = [(status.experiment, *map(counts_in_words, status.counts.values())) for status in found]
    emit_table(("Experiment", "Fine-tuning", "Evaluations"), rows)
