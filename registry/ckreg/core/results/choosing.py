"""Which of many results a table shows: one metric a task, and which epochs."""

from collections.abc import Collection, Iterable, Mapping

from ckreg.core.results.joining import Plan
from ckreg.core.results.summing import epoch_order
from ckreg.core.results.values import VALIDATION, Summed

LAST, ALL, BEST = "last", "all", "best"

Cell = tuple[str, str, str | None]
"""A run, a task and an epoch."""
Metric = tuple[str, str | None]
"""A metric and its scorer."""

_LOSSES = ("eval_loss", "loss", "val_loss")
# What people mean by the score of a task, where a file has several numbers.
_USUAL = ("accuracy", "acc", "exact_match", "mean", "acc_norm", "f1", "pass@1", "eval_accuracy")


def shown_metrics(rows: Iterable[Summed], metric: str | None) -> dict[str, Metric]:
    """The metric and scorer of each task: the one asked for, else the usual one, else the first.

    What is asked for is a metric, or `scorer/metric` where several scorers give it.
    """
    told: dict[str, set[Metric]] = {}
    for row in rows:
        if metric is None or metric in {row.metric, f"{row.scorer}/{row.metric}"}:
            told.setdefault(row.task, set()).add((row.metric, row.scorer))
    if metric is None and len(told) > 1:  # what training measured of itself is no task of the paper
        told.pop(VALIDATION, None)
    return {task: min(found, key=_usualness) for task, found in told.items()}


def metric_words(rows: Iterable[Summed], task: str, chosen: Metric) -> str:
    """The metric's name, with its scorer where that task has it by several."""
    metric, scorer = chosen
    scorers = {row.scorer for row in rows if (row.task, row.metric) == (task, metric)}
    return f"{scorer}/{metric}" if scorer and len(scorers) > 1 else metric


def _usualness(chosen: Metric) -> tuple[int, str, str]:
    metric, scorer = chosen
    place = _USUAL.index(metric) if metric in _USUAL else len(_USUAL)
    return place, metric if place == len(_USUAL) else "", scorer or ""


def shown_cells(cells: Iterable[Cell], epoch: str, plan: Plan, best: Mapping[str, str]) -> set[Cell]:
    """The cells of the epochs asked for; a base model has no epoch, and is always shown.

    `last` is the last epoch that was evaluated, whether that gave a value or not. `best` is the plan's own
    row of that name, else the epoch of the least validation loss, `best`, by run.
    """
    cells = set(cells)
    if epoch == ALL:
        return cells
    epochs: dict[tuple[str, str], list[str | None]] = {}
    for cell in cells:
        epochs.setdefault((cell[0], cell[1]), []).append(cell[2])
    return {cell for cell in cells if cell[2] == _wanted(epoch, cell, epochs[cell[0], cell[1]], plan, best)}


def _wanted(
    epoch: str, cell: Cell, there: Collection[str | None], plan: Plan, best: Mapping[str, str]
) -> str | None:
    if cell[0] in plan.untrained and None in there:
        return None
    if epoch == LAST:
        return max([each for each in there if each != BEST] or there, key=epoch_order)
    if epoch == BEST and BEST not in there:
        return best.get(cell[0], BEST)
    return epoch


def best_epochs(rows: Iterable[Summed]) -> dict[str, str]:
    """The epoch of each run whose validation loss was least; of equal ones the earlier."""
    least: dict[str, tuple[float, tuple[bool, int, str], str]] = {}
    for row in rows:
        if row.task == VALIDATION and row.metric in _LOSSES and row.epoch is not None:
            found = (row.mean, epoch_order(row.epoch), row.epoch)
            least[row.run_name] = min(found, least.get(row.run_name, found))
    return {run: epoch for run, (_, _, epoch) in least.items()}
