"""Several values of one cell to one: their mean and its standard error; the base model's beside it."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from ckreg.core.results.joining import Plan
from ckreg.core.results.values import Result, Summed, tidy

_LONGEST_EPOCH = 9

_Key = tuple[str, str, str | None, str, str | None]


def summed(results: Iterable[Result], plan: Plan) -> tuple[Summed, ...]:
    """One row a cell, metric and scorer, in the order of the plan's runs and tasks."""
    cells: dict[_Key, list[Result]] = {}
    for result in results:
        if result.metric is not None and result.value is not None:
            key = (result.run_name, result.task, result.epoch, result.metric, result.scorer)
            cells.setdefault(key, []).append(result)
    rows = {key: _row(key, counting(found)) for key, found in cells.items()}
    return tuple(sorted((_with_base(row, rows, plan) for row in rows.values()), key=_order(plan)))


def counting(results: Iterable[Result]) -> list[Result]:
    """The results of a cell that count: of several with the same seed the newest; without seeds all.

    The same value at the same time is the same result, whatever file it was read from.
    """
    newest: dict[int, Result] = {}
    others = []
    copies = set()
    for result in results:
        if result.seed is None:
            copy = (result.value, result.at)
            if result.at is None or copy not in copies:
                others.append(result)
            copies.add(copy)
            continue
        known = newest.get(result.seed)
        if known is None or (result.at or "", result.source) >= (known.at or "", known.source):
            newest[result.seed] = result
    return [*newest.values(), *others]


def mean_and_error(values: Sequence[float]) -> tuple[float, float | None]:
    """The mean, and its standard error: the values' standard deviation (n - 1) over the root of n."""
    if len(values) == 1:
        return values[0], None
    mean = math.fsum(values) / len(values)
    spread = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1))
    return tidy(mean), tidy(spread / math.sqrt(len(values)))


def _row(key: _Key, found: list[Result]) -> Summed:
    run, task, epoch, metric, scorer = key
    mean, error = mean_and_error([result.value for result in found if result.value is not None])
    samples = {result.samples for result in found}
    return Summed(
        run_name=run,
        task=task,
        epoch=epoch,
        metric=metric,
        scorer=scorer,
        mean=mean,
        stderr=found[0].stderr if len(found) == 1 else error,
        n=len(found),
        samples=samples.pop() if len(samples) == 1 else None,
    )


def _with_base(row: Summed, rows: dict[_Key, Summed], plan: Plan) -> Summed:
    base = plan.base_of(row.run_name)
    if base is None:
        return row
    found = rows.get((base, row.task, None, row.metric, row.scorer))
    return row if found is None else replace(row, base=found.mean)


def _order(plan: Plan) -> Callable[[Summed], tuple[object, ...]]:
    runs = {run: place for place, run in enumerate(plan.runs)}
    tasks = {task: place for place, task in enumerate(plan.task_names)}

    def order(row: Summed) -> tuple[object, ...]:
        return (
            (runs.get(row.run_name, len(runs)), row.run_name),
            (tasks.get(row.task, len(tasks)), row.task),
            epoch_order(row.epoch),
            row.metric,
            row.scorer or "",
        )

    return order


def epoch_order(epoch: str | None) -> tuple[bool, int, str]:
    """Where an epoch stands: none first, then by number, then `best` and other words."""
    number = epoch is None or (epoch.isascii() and epoch.isdecimal() and len(epoch) <= _LONGEST_EPOCH)
    return (False, int(epoch or -1), "") if number else (True, 0, epoch or "")
