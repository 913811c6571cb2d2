"""What the page of one experiment shows; see `values`."""

from dataclasses import dataclass
from datetime import datetime

from ckreg.core.site.shared import Counts, Cut, Link


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLine:
    """A run (`task` None) or an evaluation of one, with what the plan, the log and the prediction say.

    `anchor` is an id that no other element of the page has. `ratio` is actual over predicted.
    """

    anchor: str
    run_name: str
    task: str | None
    epoch: str | None
    type: str | None
    model: str | None
    lora_rank: int | None
    batch_size: int | None
    status: str | None
    job_id: str | None
    started: str | None
    completed: str | None
    notes: str | None
    outcome: str | None
    predicted_seconds: float | None
    p90_seconds: float | None
    actual_seconds: float | None
    seconds_per_step: float | None
    tokens_per_second_per_gpu: float | None
    peak_gpu_mem_gib: float | None
    gpus: int | None
    gpu_type: str | None
    gpu_hours: float | None

    @property
    def label(self) -> str:
        """Its name in a plot: the run, and for an evaluation the task and epoch."""
        return " ".join(part for part in (self.run_name, self.task, self.epoch) if part)

    @property
    def ratio(self) -> float | None:
        """Actual over predicted time."""
        if not (self.actual_seconds and self.predicted_seconds):
            return None
        return self.actual_seconds / self.predicted_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A thing that happened: `kind` is that of `ckreg history`, statuses are None where none changed."""

    at: datetime
    kind: str
    words: str
    run: str | None = None
    task: str | None = None
    epoch: str | None = None
    from_status: str | None = None
    to_status: str | None = None
    by: str | None = None
    evidence: str | None = None
    who: str | None = None
    commit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A start of a run or evaluation in the Gantt chart.

    `end` is None where it has not ended; `outcome` is then `running`, else a status (completed, failed).
    """

    label: str
    run_name: str
    task: str | None
    epoch: str | None
    attempt: int
    job: str | None
    start: datetime
    end: datetime | None
    outcome: str
    evidence: str | None = None

    @property
    def seconds(self) -> float | None:
        """How long it took."""
        return None if self.end is None else (self.end - self.start).total_seconds()


@dataclass(frozen=True, slots=True)
class LossPoint:
    """A loss at a step; thinned curves keep the least and the greatest of each stretch."""

    step: int
    loss: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LossCurve:
    """The losses of a run's last job, in steps; `points_total` is how many the log has."""

    run_name: str
    train: tuple[LossPoint, ...]
    validation: tuple[LossPoint, ...]
    points_total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A score of a run on a task; `error` is its standard error, None where it is not known."""

    run_name: str
    task: str
    epoch: str | None
    metric: str
    value: float
    error: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentPage:
    """All that the page of one experiment shows.

    `summary_html` is the document, rendered, with anchors at its headings; `contents` are those headings.
    `document_cut` says of a document that is too long for a page how much of it (in lines) is there. `curves`
    are at most some dozens; `curves_cut` says where there are more. Where `readable` is False there is no
    document to show, and `summary_html` says so.
    """

    name: str
    question: str | None
    type: str | None
    created: str | None
    runs: Counts
    evaluations: Counts
    gpu_hours_spent: float | None
    gpu_hours_planned: float | None
    last_change: datetime | None
    rows: tuple[RunLine, ...]
    rows_cut: Cut | None
    events: tuple[Event, ...]
    events_cut: Cut | None
    gantt: tuple[Bar, ...]
    gantt_cut: Cut | None
    curves: tuple[LossCurve, ...]
    curves_cut: Cut | None
    results: tuple[Result, ...]
    results_cut: Cut | None
    summary_html: str
    contents: tuple[Link, ...]
    document_cut: Cut | None
    data: tuple[Link, ...]
    readable: bool = True

    @property
    def predicted(self) -> tuple[RunLine, ...]:
        """The rows that were predicted and are over: predicted median and 90th percentile against actual."""
        return tuple(row for row in self.rows if row.ratio is not None)
