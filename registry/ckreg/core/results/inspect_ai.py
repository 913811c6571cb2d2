"""The scores in the header of an inspect-ai log, of the `.eval` form or of the JSON form.

`results.scores[]` has for each scorer (and reducer over epochs) `metrics`, by name, each with a `value`;
`stderr` is one of these names and belongs to the mean beside it.
"""

from collections.abc import Iterator

from ckreg.core.measure.measurement import Outcome
from ckreg.core.results.json_values import (
    Values,
    count,
    error_of,
    listed,
    mapping,
    moment,
    number,
    object_in,
    text,
)
from ckreg.core.results.values import Evaluation, Score, SourceKind

_OUTCOMES = {
    "success": Outcome.COMPLETED,
    "cancelled": Outcome.CANCELLED,
    "error": Outcome.FAILED,
    "started": Outcome.INCOMPLETE,
}
_STDERR = "stderr"
_MEANS = ("accuracy", "mean")
_MODEL_ARGS = ("model_path", "tokenizer_path", "peft_path", "lora_path")


def read_log(header: str) -> Evaluation:
    """The evaluation that a header tells of; without scores where it was not finished.

    Raises:
        ValueError: it is no header.
    """
    return evaluation(object_in(header))


def is_log(values: Values) -> bool:
    """Whether a JSON file is a log of inspect-ai."""
    return isinstance(values.get("eval"), dict) and "task" in mapping(values, "eval")


def evaluation(values: Values) -> Evaluation:
    """The same, of the values.

    Raises:
        ValueError: they are those of no log.
    """
    if not is_log(values):
        raise ValueError("it has no `eval` with a task: it is no header of inspect-ai")
    told, results = mapping(values, "eval"), mapping(values, "results")
    outcome = _OUTCOMES.get(text(values, "status") or "started", Outcome.UNKNOWN)
    total, done = (count(results.get(key)) for key in ("total_samples", "completed_samples"))
    scores = tuple(_scores(results, done if done is not None else total))
    if outcome is Outcome.COMPLETED and not scores:
        outcome = Outcome.INCOMPLETE
    return Evaluation(
        kind=SourceKind.INSPECT_AI,
        task=(text(told, "task") or "").rpartition("/")[2] or None,
        scores=scores if outcome is Outcome.COMPLETED else (),
        models=tuple(_models(told)),
        outcome=outcome,
        at=moment(text(mapping(values, "stats"), "completed_at") or text(told, "created")),
        seed=_seed(values, told),
        identity=_identity(told),
    )


def _scores(results: Values, samples: int | None) -> Iterator[Score]:
    for entry in listed(results, "scores"):
        if not isinstance(entry, dict):
            continue
        metrics = mapping(entry, "metrics")
        name = _scorer(entry)
        values = {metric: _value(metrics[metric]) for metric in metrics if isinstance(metric, str)}
        errors = {key: value for key, value in values.items() if key.startswith(_STDERR)}
        scored = count(entry.get("scored_samples"))
        for metric, value in values.items():
            if value is not None and metric not in errors:
                error = _error(metric, list(values), errors)
                yield Score(metric, value, error, samples if scored is None else scored, name)


def _value(metric: object) -> float | None:
    return number(metric.get("value")) if isinstance(metric, dict) else number(metric)


def _error(metric: str, metrics: list[str], errors: dict[str, float | None]) -> float | None:
    """The standard error beside a metric, where it is clear whose it is."""
    means = [name for name in metrics if name not in errors]
    owns = metric in _MEANS if any(name in _MEANS for name in means) else len(means) == 1
    return error_of(errors.get(_STDERR)) if owns else None


def _scorer(entry: Values) -> str | None:
    """The scorer's name; with the reducer where that is not the mean."""
    name = text(entry, "name") or text(entry, "scorer")
    reducer = text(entry, "reducer")
    return f"{name}/{reducer}" if name and reducer and reducer != "mean" else name


def _models(told: Values) -> Iterator[str]:
    args = mapping(told, "model_args")
    yield from (found for key in _MODEL_ARGS if (found := text(args, key)))
    if found := text(told, "model"):
        yield found


def _seed(values: Values, told: Values) -> int | None:
    generate, plan = mapping(told, "model_generate_config"), mapping(mapping(values, "plan"), "config")
    return next(
        (
            seed
            for of in (generate, plan, mapping(told, "task_args"))
            if (seed := count(of.get("seed"))) is not None
        ),
        None,
    )


def _identity(told: Values) -> str | None:
    own = text(told, "eval_id")
    run, task = text(told, "run_id"), text(told, "task_id")
    return own or (f"{run} {task}" if run and task else None)
