"""Experiments side by side, as people and programs see them."""

from collections.abc import Callable, Iterator, Sequence
from string import ascii_uppercase

from ckreg.cli.formats import Format, emit_rows
from ckreg.cli.output import emit, emit_json, emit_table, note
from ckreg.core.results.paper import score_text
from ckreg.core.results.values import Summed
from ckreg.core.units import duration
from ckreg.flows.contrasting import Contrast, RunsBeside, Trained

_TOLD: dict[str, Callable[[Trained], object]] = {
    "status": lambda one: one.status,
    "median_seconds": lambda one: one.met and one.met.median_seconds,
    "p90_seconds": lambda one: one.met and one.met.p90_seconds,
    "actual_seconds": lambda one: one.actual_seconds,
    "seconds_per_step": lambda one: one.seconds_per_step,
    "peak_gpu_mem_gib": lambda one: one.peak_gpu_mem_gib,
}
_Row = tuple[str, str, *tuple[str | None, ...]]


def emit_contrast(found: Contrast, form: Format) -> None:
    """Print it in the form that was asked for."""
    if form == Format.JSON:
        emit_json(_json(found))
    elif form == Format.TABLE:
        _show(found)
    else:
        rows = [*(("plan", each.item, *each.values) for each in found.plans), *_run_rows(found)]
        emit_rows(form, ("about", "item", *found.experiments), rows, right=())


def _show(found: Contrast) -> None:
    names = _short_names(len(found.experiments))
    for short, name in zip(names, found.experiments, strict=True):
        emit(f"{short}  {name}", bold=True)
    values = set(range(1, len(names) + 1))
    if found.plans:
        emit("\nPlans differ in")
        emit_table(("Item", *names), [(each.item, *each.values) for each in found.plans], wrap={0, *values})
    else:
        emit("\nTheir plans do not differ.")
    rows = [_without_repeated(row, before) for row, before in _with_before(list(_run_rows(found)))]
    if rows:
        emit("\nRuns that compare")
        emit_table(("Run", "", *names), rows, wrap={0, 1, *(place + 1 for place in values)})
    else:
        emit("\nNo runs compare: none have the same name, or the same model and rank.")
    for name in found.without_results:
        note(f"No results are known of {name}: `ckreg results {name}` looks for them.")


def _short_names(number: int) -> Sequence[str]:
    """A, B, C: whole names of experiments do not fit side by side."""
    return tuple(
        ascii_uppercase[place] if place < len(ascii_uppercase) else str(place) for place in range(number)
    )


def _with_before(rows: Sequence[_Row]) -> Iterator[tuple[_Row, _Row | None]]:
    return zip(rows, [None, *rows][: len(rows)], strict=True)


def _without_repeated(row: _Row, before: _Row | None) -> _Row:
    """A run's name once."""
    return ("", *row[1:]) if before and before[0] == row[0] else row


def _run_rows(found: Contrast) -> Iterator[_Row]:
    for each in found.runs:
        rows = [row for row in _rows_of(each) if any(row[2:])]
        yield from rows or [(each.runs.label, "results", *(None for _ in each.runs.names))]


def _rows_of(each: RunsBeside) -> Iterator[_Row]:
    label = each.runs.label
    if len({name for name in each.runs.names if name}) > 1:
        yield (label, "run", *each.runs.names)
    yield (label, "predicted", *map(_predicted, each.trained))
    yield (label, "took", *map(_took, each.trained))
    for name, words in (("seconds_per_step", "s/step"), ("peak_gpu_mem_gib", "GPU GiB")):
        yield (label, words, *(_number(getattr(one, name, None)) for one in each.trained))
    for score in each.scores:
        by_others = any(
            (other.task, other.metric) == (score.task, score.metric) and other is not score
            for other in each.scores
        )
        what = f"{score.task} ({f'{score.scorer}/' if by_others and score.scorer else ''}{score.metric})"
        yield (label, what, *map(_score, score.values))


def _predicted(one: Trained | None) -> str | None:
    if one is None or one.met is None or one.met.median_seconds is None:
        return one.est_time if one else None
    p90 = "" if one.met.p90_seconds is None else f" (p90 {duration(one.met.p90_seconds)})"
    return f"{duration(one.met.median_seconds)}{p90}"


def _took(one: Trained | None) -> str | None:
    if one is None or not one.actual_seconds:
        return f"({one.status})" if one and one.status else None
    return f"{'> ' if one.met and one.met.at_least else ''}{duration(one.actual_seconds)}"


def _number(value: float | None) -> str | None:
    return None if value is None else f"{value:.3g}"


def _score(row: Summed | None) -> str | None:
    return None if row is None else score_text(row.mean, row.stderr, row.difference)


def _json(found: Contrast) -> dict[str, object]:
    names = found.experiments

    def by_name(values: Sequence[object]) -> dict[str, object]:
        return dict(zip(names, values, strict=True))

    return {
        "experiments": list(names),
        "differences": [{"item": each.item, "values": by_name(each.values)} for each in found.plans],
        "runs": [
            {
                "label": each.runs.label,
                "run_names": by_name(each.runs.names),
                **{key: by_name([one and read(one) for one in each.trained]) for key, read in _TOLD.items()},
                "results": [
                    {"task": score.task, "metric": score.metric, "scorer": score.scorer}
                    | {"values": by_name([_summed(row) for row in score.values])}
                    for score in each.scores
                ],
            }
            for each in found.runs
        ],
    }


def _summed(row: Summed | None) -> dict[str, object] | None:
    names = ("epoch", "mean", "stderr", "n", "samples", "base", "difference")
    return None if row is None else {name: getattr(row, name) for name in names}
