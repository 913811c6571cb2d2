"""What the pages of the site show, as values; templates/site/ says how they look.

All text in them is what somebody wrote and may be hostile: templates escape it (autoescape). The exceptions
end in `_html` and are safe by construction. Times are local and naive, as documents and sacct have them;
durations are in seconds, memory in GiB. `href`s are relative to the page and fit for an attribute; None is
"no page for it".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ckreg.core.score.values import Graded, Scores
from ckreg.core.site.experiment_page import ExperimentPage
from ckreg.core.site.shared import Counts, Cut, Link


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentLine:
    """An experiment in the overview.

    `runs` counts the rows of Fine-tuning, `evaluations` those of Evaluations. GPU-hours are None where
    nothing is known of any job. `readable` is False where the document cannot be read.
    """

    name: str
    href: str | None
    type: str | None
    question: str | None
    created: str | None
    runs: Counts
    evaluations: Counts
    gpu_hours_spent: float | None
    gpu_hours_planned: float | None
    last_change: datetime | None
    readable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """All experiments, the newest first, and sums over all of them.

    Of very many, a page has some; `parts` leads to the others, and is empty where one page has all.
    """

    experiments: tuple[ExperimentLine, ...]
    cut: Cut | None
    experiments_total: int
    runs: Counts
    evaluations: Counts
    gpu_hours_spent: float | None
    gpu_hours_planned: float | None
    models: tuple[str, ...]
    parts: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccuracyPage:
    """Predictions beside what became of them: by tier, and each as a point.

    `scores` sums up all of them; `points` are those that are shown, `links` leads from an experiment's
    name to its page.
    """

    scores: Scores
    points: tuple[Graded, ...]
    cut: Cut | None
    links: Mapping[str, str]


# Throughput


@dataclass(frozen=True, slots=True, kw_only=True)
class ThroughputLine:
    """Fine-tunes of the same model, GPU and batch size: medians over `jobs` of them, the greatest peak."""

    model: str
    gpu_type: str | None
    n_gpus: int | None
    batch_size: int | None
    grad_accum: int | None
    lora_rank: int | None
    packed: bool | None
    recipe: str | None
    jobs: int
    tokens_per_second_per_gpu: float | None
    samples_per_second: float | None
    seconds_per_step: float | None
    slowest_seconds_per_step: float | None
    fastest_seconds_per_step: float | None
    peak_gpu_mem_gib: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ThroughputPage:
    """What was measured, by model, GPU and batch size: the model's name first, then the fastest."""

    lines: tuple[ThroughputLine, ...]
    cut: Cut | None
    jobs: int


Page = Overview | ExperimentPage | AccuracyPage | ThroughputPage
