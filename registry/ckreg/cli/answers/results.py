"""What `ckreg results --json` prints."""

from collections.abc import Iterable, Mapping
from typing import TypeAlias, TypedDict

from ckreg.commands.results import Results, Written
from ckreg.core.results.values import Result as Found
from ckreg.core.results.values import Summed

_Cell: TypeAlias = tuple[str, str | None, str | None, str | None, str | None]


class Value(TypedDict):
    """One value of a cell, and where it is from."""

    value: float | None
    stderr: float | None
    seed: int | None
    source: str
    source_kind: str
    at: str | None


class Result(TypedDict):
    """A run's score on a task in one metric: the mean of its values; `base` is that of the base model."""

    run_name: str
    model: str | None
    lora_rank: str | None
    task: str
    epoch: str | None
    metric: str
    scorer: str | None
    mean: float
    stderr: float | None
    n: int
    samples: int | None
    base: float | None
    difference: float | None
    values: list[Value]


class WithoutValue(TypedDict):
    """An evaluation that gave no value, and how it ended."""

    run_name: str
    task: str
    epoch: str | None
    outcome: str


class LeftOut(TypedDict):
    """A file that could not be used, and why."""

    path: str
    reason: str


class Answer(TypedDict):
    """An experiment's results; `commit` is null where nothing was written."""

    experiment: str
    results: list[Result]
    without_value: list[WithoutValue]
    left_out: list[LeftOut]
    commit: str | None


def resulted(told: Results, written: Written | None = None) -> Answer:
    """The answer of `ckreg results`; `written` is None where nothing was to be written."""
    values = _by_cell(told.results)
    return {
        "experiment": told.experiment,
        "results": [_result(told, row, values) for row in told.rows],
        "without_value": [
            {"run_name": run, "task": task, "epoch": epoch, "outcome": outcome}
            for (run, task, epoch), outcome in told.ended().items()
        ],
        "left_out": [
            {"path": str(path), "reason": reason}
            for path, reason in (*told.problems, *told.unjoined, *told.faults)
        ],
        "commit": written.commit if written else None,
    }


def _result(told: Results, row: Summed, values: Mapping[_Cell, list[Value]]) -> Result:
    return {
        "run_name": row.run_name,
        "model": told.plan.models.get(row.run_name),
        "lora_rank": told.ranks.get(row.run_name),
        "task": row.task,
        "epoch": row.epoch,
        "metric": row.metric,
        "scorer": row.scorer,
        "mean": row.mean,
        "stderr": row.stderr,
        "n": row.n,
        "samples": row.samples,
        "base": row.base,
        "difference": row.difference,
        "values": values[row.run_name, row.task, row.epoch, row.metric, row.scorer],
    }


def _by_cell(results: Iterable[Found]) -> Mapping[_Cell, list[Value]]:
    found: dict[_Cell, list[Value]] = {}
    for each in results:
        found.setdefault((each.run_name, each.task, each.epoch, each.metric, each.scorer), []).append(
            _value(each)
        )
    return found


def _value(each: Found) -> Value:
    return {
        "value": each.value,
        "stderr": each.stderr,
        "seed": each.seed,
        "source": each.source,
        "source_kind": each.source_kind,
        "at": each.at,
    }
