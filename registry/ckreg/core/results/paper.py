"""The paper's table: a row a run (or model and rank), a column a task."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ckreg.core.measure.measurement import Outcome
from ckreg.core.results.choosing import ALL, Cell, best_epochs, metric_words, shown_cells, shown_metrics
from ckreg.core.results.joining import Plan
from ckreg.core.results.summing import epoch_order, mean_and_error
from ckreg.core.results.values import Result, Summed

RUN, MODEL = "run", "model"
_SMALL = 10

Ended = Mapping[Cell, str]


@dataclass(frozen=True, slots=True)
class Paper:
    """Headers and cells as text; `columns` before `labels` are those of scores."""

    headers: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    labels: int
    """So many columns say which run it is."""

    metric: str | None
    """The metric of all tasks, None where they have several: then each header has its own."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the table is to show."""

    metric: str | None = None
    epoch: str = "last"
    by: str = RUN


def ended(results: Iterable[Result]) -> dict[Cell, str]:
    """Cells that have no value, with how their newest evaluation ended."""
    told: dict[Cell, tuple[str, str]] = {}
    valued = set()
    for result in results:
        if result.value is not None:
            valued.add(result.cell)
        elif result.outcome != Outcome.COMPLETED:
            told[result.cell] = max(told.get(result.cell, ("", "")), (result.at or "", result.outcome))
    return {cell: outcome for cell, (_, outcome) in told.items() if cell not in valued}


def paper(
    rows: Sequence[Summed], plan: Plan, ranks: Mapping[str, str | None], asked: Asked, told: Ended
) -> Paper:
    """The table of these rows; `told` says of cells without a value how their evaluation ended."""
    metrics = shown_metrics(rows, asked.metric)
    tasks = _tasks(plan, metrics, [] if asked.metric else [task for _, task, _ in told])
    chosen = {row.cell: row for row in rows if metrics.get(row.task) == (row.metric, row.scorer)}
    endings = {cell: outcome for cell, outcome in told.items() if cell[1] in tasks}
    shown = shown_cells([*chosen, *endings], asked.epoch, plan, best_epochs(rows))
    words = {task: metric_words(rows, task, metrics[task]) for task in tasks if task in metrics}
    several = len(set(words.values())) > 1
    if asked.by == RUN:
        texts = endings | {cell: cell_text(row) for cell, row in chosen.items()}
        labels: tuple[str, ...] = ("Run", "Epoch")
        body = _by_run({cell: texts[cell] for cell in shown}, plan, tasks, asked)
    else:
        labels = ("Model", "LoRA rank")
        body = _by_model([row for cell, row in chosen.items() if cell in shown], plan, tasks, ranks)
    headers = [f"{task} ({words[task]})" if several and task in words else task for task in tasks]
    return Paper(
        (*labels, *headers), tuple(body), len(labels), None if several else next(iter(words.values()), None)
    )


def _tasks(plan: Plan, metrics: Iterable[str], more: Iterable[str]) -> list[str]:
    """The plan's tasks that have anything to show, then others."""
    there = dict.fromkeys([*metrics, *more])
    own = [task for task in plan.task_names if task in there]
    return [*own, *(task for task in there if task not in own)]


def _by_run(
    texts: Mapping[Cell, str], plan: Plan, tasks: Sequence[str], asked: Asked
) -> Iterator[tuple[str | None, ...]]:
    lines: dict[tuple[str, str | None], dict[str, str]] = {}
    epochs: dict[str, set[str]] = {}
    for (run, task, epoch), text in texts.items():
        lines.setdefault((run, epoch if asked.epoch == ALL else None), {})[task] = text
        epochs.setdefault(run, set()).update([epoch] if epoch else [])
    places = {run: place for place, run in enumerate(plan.runs)}
    for run, epoch in sorted(lines, key=lambda key: (places.get(key[0], len(places)), epoch_order(key[1]))):
        of_run = ", ".join(sorted(epochs[run], key=epoch_order)) or None
        label = epoch if asked.epoch == ALL else of_run
        yield (run, label, *(lines[run, epoch].get(task) for task in tasks))


def _by_model(
    rows: Sequence[Summed], plan: Plan, tasks: Sequence[str], ranks: Mapping[str, str | None]
) -> Iterator[tuple[str | None, ...]]:
    """Runs of one model and rank together: the mean over them (seeds, or whatever else differs)."""
    groups: dict[tuple[str, str | None], dict[str, list[Summed]]] = {}
    places = {run: place for place, run in enumerate(plan.runs)}
    for row in sorted(rows, key=lambda row: places.get(row.run_name, len(places))):
        base = row.run_name in plan.controls
        key = (plan.models.get(row.run_name) or row.run_name, "base" if base else ranks.get(row.run_name))
        groups.setdefault(key, {}).setdefault(row.task, []).append(row)
    for (model, rank), cells in groups.items():
        yield (model, rank, *(_mean_text(cells[task]) if task in cells else None for task in tasks))


def _mean_text(rows: Sequence[Summed]) -> str:
    if len(rows) == 1:
        return cell_text(rows[0])
    mean, error = mean_and_error([row.mean for row in rows])
    bases = {row.base for row in rows}
    base = bases.pop() if len(bases) == 1 else None
    return score_text(mean, error, None if base is None else mean - base)


def cell_text(row: Summed) -> str:
    """A cell, `0.812 ± 0.014 (+0.221)`: the mean, its standard error, the difference to the base model."""
    return score_text(row.mean, row.stderr, row.difference)


def score_text(mean: float, error: float | None, difference: float | None) -> str:
    """The same of numbers."""
    spread = "" if error is None else f" ± {number_text(error, mean)}"
    return f"{number_text(mean, mean)}{spread}{_difference_text(difference, mean)}"


def _difference_text(difference: float | None, mean: float) -> str:
    if difference is None:
        return ""
    text = number_text(difference, mean)
    return f" ({text})" if text.startswith("-") else f" (+{text})"


def number_text(value: float, beside: float) -> str:
    """A number with three decimals where the numbers beside it are small, else with four digits."""
    if abs(beside) < _SMALL and abs(value) < _SMALL:
        text = f"{value:.3f}"
        return "0.000" if text == "-0.000" else text
    return f"{value:.4g}"
