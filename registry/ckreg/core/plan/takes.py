"""How long a plan takes and what that rests on, in words."""

from collections.abc import Iterable, Sequence

from ckreg.core.estimate.total import Part, Total, total
from ckreg.core.estimate.values import PRELIMINARY, Basis, Tier, TimeEstimate
from ckreg.core.plan.forecast import Forecast, TrainingForecast, prior_runs
from ckreg.core.units import counted, duration

_NAMED = 5


def training(groups: Sequence[TrainingForecast]) -> str:
    """`~16 min per run × 2 runs = 32 min`, with the 90th percentiles and the time limit to ask for."""
    times = [group.estimate.time for group in groups]
    runs = sum(len(group.runs) for group in groups)
    both = total(Part(group.estimate.time, len(group.runs)) for group in groups)
    longest = max(times, key=lambda time: time.p90_seconds)
    marked = f"; {PRELIMINARY}" if any(time.preliminary for time in times) else ""
    return (
        f"{span([time.median_seconds for time in times])} per run × {counted(runs, 'run')} = {within(both)} "
        f"(a run: 9 of 10 within {duration(longest.p90_seconds)}, time limit {longest.request}{marked})"
    )


def span(seconds: Iterable[float]) -> str:
    """`~16 min`, or `~16 min to 21 min` where they differ, `none` where there are none."""
    seconds = sorted(seconds)
    if not seconds:
        return "none"
    low, high = duration(seconds[0]), duration(seconds[-1])
    return f"~{low}" if low == high else f"~{low} to {high}"


def evaluations(forecast: Forecast) -> str:
    """All evaluations one after the other."""
    preliminary = any(group.estimate.preliminary for group in forecast.evaluation)
    return within(forecast.evaluation_time) + (f"; {PRELIMINARY}" if preliminary else "")


def within(both: Total) -> str:
    """`32 min, 9 of 10 within 41 min`; zero has no percentiles."""
    median, p90 = duration(both.median_seconds), duration(both.p90_seconds)
    return f"{median}, 9 of 10 within {p90}" if both.p90_seconds else median


def basis(times: Sequence[TimeEstimate]) -> str:
    """What the times rest on, nearest first: the prior runs by name; typical values are marked."""
    return "; ".join(_of_tier(tier, [time for time in times if time.tier is tier]) for tier in _tiers(times))


def tiers(times: Sequence[TimeEstimate]) -> str:
    """What kinds of prior runs the times rest on, nearest first, without their names."""
    marks = {Tier.TABLE: f", {PRELIMINARY}"}
    return "; ".join(f"{tier.meaning}{marks.get(tier, '')}" for tier in _tiers(times))


def _tiers(times: Sequence[TimeEstimate]) -> list[Tier]:
    return [tier for tier in Tier if any(time.tier is tier for time in times)]


def _of_tier(tier: Tier, times: Sequence[TimeEstimate]) -> str:
    runs = prior_runs(times)
    if not runs:
        return f"{tier.meaning}, {PRELIMINARY}"
    named = ", ".join(map(_named, runs[:_NAMED]))
    more = f" and {len(runs) - _NAMED} more (see estimates.json)" if len(runs) > _NAMED else ""
    return f"{tier.meaning}: {named}{more}"


def _named(run: Basis) -> str:
    job = f" (job {run.job_id})" if run.job_id else ""
    return f"{run.run_name or run.log_path}{job}"
