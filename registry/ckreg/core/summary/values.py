"""What a document says, as values; every `line` is 1-based, `None` is a cell with `-` or nothing."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Factor:
    """A row of Variables: what is varied, over which levels."""

    factor: str
    levels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunRow:
    """A row of All Runs; `est_time` as written, `others` the cells of columns that people have added."""

    run_name: str
    model: str | None
    lora_rank: str | None
    batch_size: str | None
    type: str | None
    est_time: str | None
    line: int
    others: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A row of Resources, Evaluation Tasks; paths as written, with their marks."""

    name: str
    script: str | None
    dataset: str | None
    description: str | None
    line: int


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """A row of the Evaluation Matrix: for each task what is evaluated."""

    run_name: str
    cells: tuple[tuple[str, str | None], ...]
    notes: str | None
    line: int


@dataclass(frozen=True, slots=True)
class FineTuningRow:
    """A row of Status, Fine-tuning; times as written."""

    run_name: str
    status: str | None
    job_id: str | None
    started: str | None
    completed: str | None
    notes: str | None
    line: int


@dataclass(frozen=True, slots=True)
class EvaluationRow:
    """A row of Status, Evaluations; a base model has no epoch."""

    run_name: str
    task: str | None
    epoch: str | None
    status: str | None
    job_id: str | None
    completed: str | None
    notes: str | None
    line: int


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A bullet `**Key:** value`; `section` has its headings, as in `Compute Estimates > Training`."""

    section: str
    key: str
    value: str
    line: int


@dataclass(frozen=True, slots=True)
class ModelRow:
    """An item of Resources, Models Used or Checkpoints Used; the path as written, with its marks."""

    name: str
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Summary:
    """All that is read back out of an experiment's document."""

    name: str | None
    type: str | None
    question: str | None
    created: str | None
    factors: tuple[Factor, ...]
    runs: tuple[RunRow, ...]
    tasks: tuple[TaskRow, ...]
    matrix: tuple[MatrixRow, ...]
    configuration: tuple[tuple[str, str], ...]
    fine_tuning: tuple[FineTuningRow, ...]
    evaluations: tuple[EvaluationRow, ...]
    fields: tuple[FieldRow, ...] = ()
    models: tuple[ModelRow, ...] = ()
    checkpoints: tuple[ModelRow, ...] = ()
    factor_lines: tuple[int, ...] = ()
