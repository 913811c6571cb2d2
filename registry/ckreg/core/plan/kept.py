"""Estimates that were made before and stay: a prediction is scored as it was made."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ckreg.core.estimate.values import DiskEstimate, TimeEstimate
from ckreg.core.plan.forecast import EvaluationForecast, Forecast, TrainingForecast

Entry = Mapping[str, Any]
Entries = Mapping[tuple[str | None, ...], Entry]


def entries_of(estimates: object) -> Entries:
    """The entries of an `estimates.json` by (run,) or (run, task, epoch); what is none is passed over."""
    told = estimates if isinstance(estimates, dict) else {}
    found: dict[tuple[str | None, ...], Entry] = {}
    for entry in (*_list(told.get("fine_tuning")), *_list(told.get("evaluations"))):
        if all(isinstance(entry.get(key), int | float) for key in ("median_seconds", "p90_seconds")):
            keys = ("run_name", "task", "epoch") if "task" in entry else ("run_name",)
            found[tuple(entry.get(key) for key in keys)] = entry
    return found


def _list(value: object) -> list[Entry]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def unchanged_runs(before: Forecast, after: Forecast) -> set[str]:
    """The runs that are asked for in both as the same: what was predicted of them still holds."""
    asked = [
        {run: replace(group.request, runs=1) for group in forecast.training for run in group.runs}
        for forecast in (before, after)
    ]
    return {run for run, request in asked[0].items() if asked[1].get(run) == request}


def with_kept(forecast: Forecast, kept: Entries, runs: Collection[str]) -> Forecast:
    """The forecast with the earlier times of these runs and of all evaluations that were there before."""
    return Forecast(
        tuple(part for group in forecast.training for part in _training(group, kept, runs)),
        tuple(part for group in forecast.evaluation for part in _evaluation(group, kept)),
    )


def _training(group: TrainingForecast, kept: Entries, runs: Collection[str]) -> Iterator[TrainingForecast]:
    old = [run for run in group.runs if run in runs and (run,) in kept]
    new = tuple(run for run in group.runs if run not in old)
    for names in [*((run,) for run in old), new]:
        if names:
            estimate = group.estimate
            disk = _share(estimate.disk, len(names), len(group.runs))
            time = _time(estimate.time, kept[names]) if names != new else estimate.time
            request = replace(group.request, runs=len(names))
            yield TrainingForecast(request, names, replace(estimate, time=time, disk=disk))


def _share(disk: DiskEstimate, runs: int, of: int) -> DiskEstimate:
    return replace(disk, runs=runs, total_gib=disk.total_gib * runs / of)


def _evaluation(group: EvaluationForecast, kept: Entries) -> Iterator[EvaluationForecast]:
    old = [one for one in group.evaluations if (one.run_name, one.task, one.epoch) in kept]
    new = tuple(one for one in group.evaluations if one not in old)
    for one in old:
        entry = kept[one.run_name, one.task, one.epoch]
        yield EvaluationForecast((one,), _time(group.estimate, entry))
    if new:
        yield EvaluationForecast(new, group.estimate)


def _time(time: TimeEstimate, entry: Entry) -> TimeEstimate:
    return replace(
        time,
        median_seconds=float(entry["median_seconds"]),
        p90_seconds=float(entry["p90_seconds"]),
        request=str(entry.get("request", time.request)),
        preliminary=bool(entry.get("preliminary", time.preliminary)),
    )


def kept_json(estimates: Mapping[str, Any], kept: Entries, runs: Collection[str]) -> dict[str, object]:
    """The forecast's JSON in which what is kept stands as it stood."""

    def chosen(entry: Entry) -> Entry:
        key = (entry["run_name"], entry["task"], entry["epoch"]) if "task" in entry else (entry["run_name"],)
        return kept[key] if key in kept and ("task" in entry or entry["run_name"] in runs) else entry

    return {
        **estimates,
        "fine_tuning": [chosen(entry) for entry in estimates["fine_tuning"]],
        "evaluations": [chosen(entry) for entry in estimates["evaluations"]],
    }
