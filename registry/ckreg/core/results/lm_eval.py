"""The scores in a `results_*.json` of lm-evaluation-harness.

`results` has for each task `"acc,none": 0.71, "acc_stderr,none": 0.01` (metric and filter; before version 0.4
without a filter), `groups` the same for groups of tasks, `group_subtasks` what is in them, `n-samples` how
many there are.
"""

from collections.abc import Iterator

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

_STDERR = "_stderr"
_NO_METRICS = frozenset({"alias", "samples", "sample_len", "sample_count", "name"})
_MODEL_ARGS = ("pretrained", "peft", "lora_local_path", "model", "path")


def is_results(values: Values) -> bool:
    """Whether a JSON file is one of lm-evaluation-harness."""
    tasks = values.get("results")
    return isinstance(tasks, dict) and ("configs" in values or "versions" in values or "config" in values)


def evaluations(values: Values) -> tuple[Evaluation, ...]:
    """Each task and group with its scores; without scores nothing."""
    groups, tasks = mapping(values, "groups"), mapping(values, "results")
    parts = mapping(values, "group_subtasks")
    inside = {
        name
        for group in parts
        if any(_scores(mapping(groups, group) or mapping(tasks, group), None))
        for name in listed(parts, group)
        if isinstance(name, str)
    }
    config = mapping(values, "config")
    models = tuple(_models(values, config))
    at, seed = moment(values.get("date")), count(config.get("random_seed"))
    return tuple(
        Evaluation(
            kind=SourceKind.LM_EVAL,
            task=task,
            scores=scores,
            models=models,
            at=at,
            seed=seed,
            identity=f"{at} {models[:1]} {task}" if at else None,
            of_group=task in inside,
        )
        for task in dict.fromkeys([*groups, *tasks])
        if (scores := tuple(_scores(mapping(groups, task) or mapping(tasks, task), _samples(values, task))))
    )


def _scores(told: Values, samples: int | None) -> Iterator[Score]:
    for key, value in told.items():
        metric, _, chosen = key.partition(",")
        found = number(value)
        if found is None or metric in _NO_METRICS or metric.endswith(_STDERR):
            continue
        error = told.get(f"{metric}{_STDERR},{chosen}" if chosen else f"{metric}{_STDERR}")
        own = count(told.get("sample_len"))
        scorer = None if chosen in {"", "none"} else chosen
        yield Score(metric, found, error_of(error), samples if samples is not None else own, scorer)


def _args(told: str) -> object:
    if not told.startswith("{"):
        return dict(part.partition("=")[::2] for part in told.split(","))
    try:
        return object_in(told)
    except ValueError:
        return None


def _samples(values: Values, task: str) -> int | None:
    told = mapping(mapping(values, "n-samples"), task)
    effective = count(told.get("effective"))
    return effective if effective is not None else count(told.get("original"))


def _models(values: Values, config: Values) -> Iterator[str]:
    """The adapter and the weights: `model_args` is a text, `pretrained=/p,dtype=auto`, or JSON."""
    args = config.get("model_args")
    if isinstance(args, str):
        args = _args(args)
    if isinstance(args, dict):
        yield from (found for key in reversed(_MODEL_ARGS) if (found := text(args, key)))
    if found := text(values, "model_name"):
        yield found
