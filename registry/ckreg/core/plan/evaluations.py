"""Which run is evaluated on which task after which epochs."""

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase

from ckreg.core.plan.values import Control, MatrixRow, PlannedEvaluation
from ckreg.core.spec.crossing import Run
from ckreg.core.spec.values import Checkpoint, Epochs, Evaluation, Selection

BEST = "best"
_EVERY_RUN = Selection("*")


def matrix_of(evaluation: Evaluation, runs: Iterable[Run | Control | Checkpoint]) -> tuple[MatrixRow, ...]:
    """A row a run; where several lines of a selective matrix fit, all of them hold."""
    return tuple(_row(evaluation, run) for run in runs)


def evaluations_of(matrix: Iterable[MatrixRow], models: Mapping[str, str]) -> tuple[PlannedEvaluation, ...]:
    """Every evaluation of the matrix: a base model or checkpoint once a task, a fine-tuned run once an epoch.

    `models` gives the model of every run.
    """
    return tuple(
        PlannedEvaluation(row.run_name, models[row.run_name], task, epoch)
        for row in matrix
        for task, epochs in row.cells
        if epochs is not None
        for epoch in epochs or (None,)
    )


def _row(evaluation: Evaluation, run: Run | Control | Checkpoint) -> MatrixRow:
    lines = [line for line in evaluation.matrix or (_EVERY_RUN,) if fnmatchcase(run.name, line.runs)]
    cells = tuple(
        (
            task.name,
            _cell([line for line in lines if task.name in (line.tasks or (task.name,))], evaluation, run),
        )
        for task in evaluation.tasks
    )
    return MatrixRow(run.name, cells, _notes([epochs is not None for _, epochs in cells]))


def _cell(
    lines: list[Selection], evaluation: Evaluation, run: Run | Control | Checkpoint
) -> tuple[str, ...] | None:
    if not lines:
        return None
    if isinstance(run, Control):
        return ()
    if isinstance(run, Checkpoint):
        return () if run.epoch is None else (str(run.epoch),)
    wanted = {epoch for line in lines for epoch in _epochs(line.epochs or evaluation.epochs, run.epochs)}
    return (*map(str, sorted(wanted - {BEST}, key=int)), *sorted(wanted & {BEST}))


def _epochs(epochs: Epochs, trained: int) -> Iterator[str]:
    match epochs:
        case "last":
            yield str(trained - 1)
        case "all":
            yield from map(str, range(trained))
        case "best":
            yield BEST
        case _:
            yield from map(str, epochs)


def _notes(evaluated: list[bool]) -> str:
    if all(evaluated) and evaluated:
        return "All evals"
    return f"{sum(evaluated)} of {len(evaluated)} tasks" if any(evaluated) else "No evals"
