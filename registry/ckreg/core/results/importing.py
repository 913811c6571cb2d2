"""A person's CSV to results: one line a value, or one column a metric."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches

from ckreg.core.results.joining import Plan, plain_epoch
from ckreg.core.results.kept import cells_of, number_in, whole_in
from ckreg.core.results.values import Result, SourceKind
from ckreg.core.text import one_line
from ckreg.errors import MalformedError

_NAMES = {
    "run": "run_name",
    "run_name": "run_name",
    "task": "task",
    "epoch": "epoch",
    "metric": "metric",
    "value": "value",
    "score": "value",
    "stderr": "stderr",
    "samples": "samples",
    "n": "samples",
    "seed": "seed",
    "scorer": "scorer",
    "filter": "scorer",
}
_ABOUT = {"run_name", "task", "epoch", "samples", "seed", "scorer"}
_SHOWN = 8


def results_in(text: str, plan: Plan, where: str, source: str) -> tuple[Result, ...]:
    """The results of a CSV with a header; `where` is the file in messages, `source` its name in the results.

    The long form has the columns run, task, epoch, metric and value, and maybe stderr, samples, seed and
    scorer; the wide form has a column a metric instead of metric and value, with its standard error in
    `<metric>_stderr`.

    Raises:
        MalformedError: a line is none of the plan's; the message has the file and the line.
    """
    lines = cells_of(text)
    try:
        line, header = next(lines)
    except StopIteration:
        raise MalformedError(f"{where}:1: it is empty. The first line names the columns.") from None
    if isinstance(header, str):
        raise MalformedError(f"{where}:{line}: {header}.")
    columns = _columns(header, f"{where}:{line}")
    found: list[Result] = []
    for line, cells in lines:
        place = f"{where}:{line}"
        if isinstance(cells, str) or len(cells) != len(columns):
            reason = cells if isinstance(cells, str) else f"{len(cells)} cells, {len(columns)} columns"
            raise MalformedError(f"{place}: {reason}.")
        try:
            found += _results(dict(zip(columns, cells, strict=True)), plan, f"{source}:{line}")
        except ValueError as error:
            raise MalformedError(f"{place}: {error}.") from None
    if not found:
        raise MalformedError(f"{where}: it has no results below its header.")
    return tuple(found)


def _columns(header: Iterable[str], place: str) -> list[str]:
    """The columns by our names; those that are none of ours are metrics, by their own."""
    columns = [_NAMES.get(name.casefold(), one_line(name)) for name in header]
    if "" in columns:
        raise MalformedError(f"{place}: a column has no name.")
    double = next((name for name in columns if columns.count(name) > 1), None)
    if double:
        raise MalformedError(f"{place}: two columns are {double}.")
    missing = [name for name in ("run_name", "task") if name not in columns]
    if missing:
        raise MalformedError(
            f"{place}: no column {' or '.join(missing)}. The columns are run, task, epoch, metric, value, "
            "and if known stderr, samples, seed; or run, task, epoch and one column a metric."
        )
    if ("metric" in columns) is not ("value" in columns):
        raise MalformedError(f"{place}: metric and value belong together, and one of them is missing.")
    strange = [name for name in columns if name not in {*_ABOUT, "metric", "value", "stderr"}]
    if "metric" in columns and strange:
        raise MalformedError(f"{place}: {', '.join(strange[:_SHOWN])}: unknown beside metric and value.")
    if "metric" not in columns and not strange:
        raise MalformedError(f"{place}: no column has results: metric and value, or one column a metric.")
    return columns


def _results(cells: Mapping[str, str], plan: Plan, source: str) -> Iterator[Result]:
    run = _named(cells["run_name"], plan.runs, "run")
    task = plan.tasks.get(cells["task"]) or _named(cells["task"], plan.task_names, "task")
    epoch = _epoch(cells.get("epoch", ""), run, task, plan)
    samples, seed = whole_in(cells.get("samples", ""), "samples"), whole_in(cells.get("seed", ""), "seed")
    for metric, value, stderr in _values(cells):
        yield Result(
            run_name=run,
            task=task,
            epoch=epoch,
            metric=metric,
            value=value,
            stderr=stderr,
            samples=samples,
            seed=seed,
            scorer=one_line(cells.get("scorer", "")) or None,
            source=one_line(source),
            source_kind=SourceKind.CSV,
        )


def _values(cells: Mapping[str, str]) -> Iterator[tuple[str, float, float | None]]:
    if "metric" in cells:
        metric = one_line(cells["metric"])
        value = number_in(cells["value"], "value")
        if not metric or value is None:
            raise ValueError("it has no metric or no value")
        yield metric, value, _error(cells.get("stderr", ""), "stderr")
        return
    metrics = [name for name in cells if name not in {*_ABOUT, "stderr"}]
    errors = {f"{name}_stderr" for name in metrics}
    for metric in metrics:
        if metric in errors:
            continue
        value = number_in(cells[metric], metric)
        if value is not None:
            beside = f"{metric}_stderr" if f"{metric}_stderr" in cells else "stderr"
            yield metric, value, _error(cells.get(beside, ""), beside)


def _error(text: str, what: str) -> float | None:
    found = number_in(text, what)
    if found is not None and found < 0:
        raise ValueError(f"{what} is negative")
    return found


def _named(word: str, names: Iterable[str], what: str) -> str:
    names = list(names)
    if word in names:
        return word
    near = get_close_matches(word, names, n=1, cutoff=0.5)
    shown = ", ".join(names[:_SHOWN]) + (", ..." if len(names) > _SHOWN else "")
    hint = f"Did you mean {near[0]}" if near else f"It has {shown or 'none'}"
    raise ValueError(f"the plan has no {what} {one_line(word)[:80]!r}. {hint}")


def _epoch(text: str, run: str, task: str, plan: Plan) -> str | None:
    """The epoch as the plan has it; where the cell is empty, the one that the plan evaluates."""
    planned = list(dict.fromkeys(plan.epochs.get((run, task), ())))
    told = plain_epoch("" if text == "-" else text) or None
    if told is None:
        if run in plan.untrained or not planned:
            return None
        if len(planned) == 1:
            return planned[0]
        epochs = ", ".join(epoch or "-" for epoch in planned)
        raise ValueError(f"no epoch, and {run} is evaluated after {epochs}")
    if told != "best":
        told = str(whole_in(told, "epoch"))
    if run in plan.untrained:
        raise ValueError(f"{run} is not trained, so it has no epoch {told}")
    if planned and told not in planned:
        raise ValueError(f"the plan does not evaluate {run} on {task} after epoch {told}")
    return told
