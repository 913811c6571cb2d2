"""Scores as a file tells them, and as results of a cell of the plan."""

from dataclasses import dataclass
from enum import StrEnum

from ckreg.core.measure.measurement import Outcome

RESULTS = "results.csv"
"""The file beside the document that keeps results."""

VALIDATION = "validation"
"""The task of what a training measured on its own validation data."""


class SourceKind(StrEnum):
    """What wrote the file."""

    INSPECT_AI = "inspect_ai"
    LM_EVAL = "lm_eval"
    TRAINER_STATE = "trainer_state"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class Score:
    """One number; `stderr` is over samples, `scorer` inspect-ai's scorer or lm-evaluation-harness' filter."""

    metric: str
    value: float
    stderr: float | None = None
    samples: int | None = None
    scorer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What a file tells of one task; `models` are the names and paths by which the model may be known.

    `epoch` counts from 0. `task` is None where the file does not say. Of two files with the same `identity`
    one is a copy. `step` is how far the training was.
    """

    kind: SourceKind
    task: str | None
    scores: tuple[Score, ...]
    models: tuple[str, ...] = ()
    epoch: str | None = None
    outcome: Outcome = Outcome.COMPLETED
    at: str | None = None
    seed: int | None = None
    identity: str | None = None
    step: int = 0
    of_group: bool = False
    """It is part of a group that has its own scores."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One value of a cell of the plan; without `metric` and `value` where the evaluation gave none."""

    run_name: str
    task: str
    epoch: str | None = None
    metric: str | None = None
    value: float | None = None
    stderr: float | None = None
    samples: int | None = None
    seed: int | None = None
    scorer: str | None = None
    outcome: str = Outcome.COMPLETED
    source: str = ""
    source_kind: str = SourceKind.CSV
    at: str | None = None

    @property
    def key(self) -> tuple[object, ...]:
        """What tells results apart: of two with the same the newer one counts."""
        return self.run_name, self.task, self.epoch, self.metric, self.scorer, self.seed, self.source

    @property
    def cell(self) -> tuple[str, str, str | None]:
        """The run, task and epoch."""
        return self.run_name, self.task, self.epoch


@dataclass(frozen=True, slots=True, kw_only=True)
class Summed:
    """The results of a cell in one metric: the mean of `n` values.

    `stderr` is the standard error of that mean over the values, or over samples where there is one value.
    `base` is the mean of the same model without training.
    """

    run_name: str
    task: str
    epoch: str | None
    metric: str
    scorer: str | None
    mean: float
    stderr: float | None
    n: int
    samples: int | None
    base: float | None = None

    @property
    def cell(self) -> tuple[str, str, str | None]:
        """The run, task and epoch."""
        return self.run_name, self.task, self.epoch

    @property
    def difference(self) -> float | None:
        """To the base model."""
        return None if self.base is None else tidy(self.mean - self.base)


def tidy(value: float) -> float:
    """A computed number without the last digits, which only say how floats are added: 0.1 + 0.2 is 0.3."""
    return float(f"{value:.12g}")
