"""The journal's entry of the budget: what goes in, how it is added up, what could be cut."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from ckreg.core.estimate.values import TimeEstimate
from ckreg.core.journal import Entry
from ckreg.core.plan import budget_text
from ckreg.core.plan.budget import Budget
from ckreg.core.plan.forecast import Forecast
from ckreg.core.units import counted, gib

_SUM = (
    "Median and 90th percentile of a sum of log-normal times by its mean and variance (Fenton-Wilkinson); "
    "each job's own variance adds, the deviation that jobs have in common adds before it is squared. "
    "Wall time by list scheduling of the medians, longest first, evaluations after their training"
)


def budget_entry(at: datetime, forecast: Forecast, budget: Budget) -> Entry:
    """CALCULATE_BUDGET: what the whole plan takes, and all that could be cut where it does not fit."""
    limits = budget.limits
    free = "not known" if limits.disk_gib is None else gib(limits.disk_gib)
    allowed = f"max_gpu_hours {_or_none(limits.gpu_hours)}, max_submit {_or_none(limits.jobs)}"
    takes = [
        f"training {budget_text.within(budget.training)} GPU hours",
        f"evaluation {budget_text.within(budget.evaluation)}",
        f"together {budget_text.within(budget.both)}",
        budget_text.jobs(budget),
        budget_text.wall(budget),
        f"{gib(budget.disk_gib)} of checkpoints",
    ]
    fields = [
        ("Input", "; ".join(_summands(forecast)) or "no jobs"),
        ("Limits", f"{allowed}, free disk {free}"),
        ("Calculation", _SUM),
        ("Result", "; ".join(takes)),
    ]
    for cut in budget.cuts:
        enough = "enough" if cut.fits else "not enough"
        fields.append(("Cut", f"{cut.change}: saves {budget_text.saving(cut)}, {enough}"))
    verdict = f"Over {', '.join(budget.over)}" if budget.over else "Within every limit that is known"
    fields.append(("Explanation", verdict))
    return Entry(at, "CALCULATE_BUDGET", "Budget of the whole plan", tuple(fields))


def _summands(forecast: Forecast) -> Iterator[str]:
    """What is added up, with equal times once."""
    jobs: Counter[tuple[str, int, str]] = Counter()
    for group in forecast.training:
        jobs["training", group.request.gpus, _seconds(group.estimate.time)] += len(group.runs)
    for evaluations in forecast.evaluation:
        key = ("evaluation", evaluations.gpus, _seconds(evaluations.estimate))
        jobs[key] += len(evaluations.evaluations)
    for (noun, gpus, seconds), number in jobs.items():
        yield f"{counted(number, noun)} × {counted(gpus, 'GPU')} × {seconds}"


def _seconds(time: TimeEstimate) -> str:
    return f"{time.median_seconds:.0f} s (p90 {time.p90_seconds:.0f} s)"


def _or_none(limit: float | None) -> str:
    return "not set" if limit is None else f"{limit:g}"
