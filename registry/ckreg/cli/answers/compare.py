"""What `ckreg compare --json` prints: an experiment beside its estimates, or experiments side by side."""

from typing import TypeAlias, TypedDict


class Estimated(TypedDict):
    """A prediction beside what became of it, in seconds; `ratio` is actual over predicted."""

    run_name: str
    task: str | None
    epoch: str | None
    tier: str | None
    median_seconds: float | None
    p90_seconds: float | None
    status: str | None
    actual_seconds: float | None
    actual_from: str | None
    at_least: bool
    ratio: float | None


class Estimates(TypedDict):
    """An experiment's estimates."""

    experiment: str
    estimates: list[Estimated]


class Difference(TypedDict):
    """An item of the plans that differs, by experiment."""

    item: str
    values: dict[str, str | None]


class Mean(TypedDict):
    """A score of one run: the mean of `n` values, and the difference to the base model."""

    epoch: str | None
    mean: float
    stderr: float | None
    n: int
    samples: int | None
    base: float | None
    difference: float | None


class Score(TypedDict):
    """The scores on a task, by experiment."""

    task: str
    metric: str
    scorer: str | None
    values: dict[str, Mean | None]


class Runs(TypedDict):
    """Runs that compare, by experiment; times in seconds."""

    label: str
    run_names: dict[str, str | None]
    status: dict[str, str | None]
    median_seconds: dict[str, float | None]
    p90_seconds: dict[str, float | None]
    actual_seconds: dict[str, float | None]
    seconds_per_step: dict[str, float | None]
    peak_gpu_mem_gib: dict[str, float | None]
    results: list[Score]


class Contrast(TypedDict):
    """Experiments side by side."""

    experiments: list[str]
    differences: list[Difference]
    runs: list[Runs]


Answer: TypeAlias = Estimates | Contrast
