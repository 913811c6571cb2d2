"""Several values of one cell to one: their mean and its standard error; the base model's beside it."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from ckreg.core.results.joining import Plan
from ckreg.core.results.values import Result, Summed

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
    """The results of a cell that count: of several with the same seed the newest. Without seeds, all."""
    newest: dict[int, Result] = {}
    others = []
    for result in results:
        if result.seed is None:
            others.append(result)
            continue
        known = newest.get(result.seed)
        if known is None or (result.at or "", result.source) >= (known.at or "", known.source):
            newest[result.seed] = result
    return [*newest.values(), *others]


def mean_and_error(values: Sequence[float]) -> tuple[float, float | None]:
    """The mean, and its standard error: the values' standard deviation (n - 1) over the root of n."""
    mean = math.fsum(values) / len(values)
    if len(values) == 1:
        return mean, None
    spread = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1))
    return mean, spread / math.sqrt(len(values))


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


def _order(plan: Plan):  # noqa: ANN202  # a key of `sorted`
    runs = {run: place for place, run in enumerate(plan.runs)}
    tasks = {task: place for place, task in enumerate(plan.task_names)}

    def order(row: Summed) -> tuple[object, ...]:
        epoch = row.epoch or ""
        return (
            runs.get(row.run_name, len(runs)),
            row.run_name,
            tasks.get(row.task, len(tasks)),
            row.task,
            (0, int(epoch), "")
            if epoch.isdecimal() and epoch.isascii() and len(epoch) < 10
            else (1, 0, epoch),
            row.metric,
            row.scorer or "",
        )

    return order
