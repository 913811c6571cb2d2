"""What `ckreg results --json` prints."""

from typing import TypedDict


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
