"""Several experiments side by side: their plans, and what was predicted, took and came out of their runs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ckreg.adapters.tree import Home, read_text
from ckreg.core.contrast.plans import Difference, differences
from ckreg.core.contrast.runs import Alike, alike
from ckreg.core.results.choosing import LAST, best_epochs, shown_cells
from ckreg.core.results.joining import Plan, plan_of
from ckreg.core.results.summing import summed
from ckreg.core.results.values import VALIDATION, Summed
from ckreg.core.score.values import Met
from ckreg.core.shown.reading import shown_in
from ckreg.core.shown.values import ShownPlan
from ckreg.core.summary import Summary, parse
from ckreg.flows.refreshing import cache_to_read
from ckreg.flows.scoring import met
from ckreg.flows.storing_results import all_results


@dataclass(frozen=True, slots=True)
class Scored:
    """A task's metric of runs that compare, one value an experiment."""

    task: str
    metric: str
    scorer: str | None
    values: tuple[Summed | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """What is known of a run's training: what was predicted, and what its log tells, each None if unknown.

    `est_time` is the prediction as the document has it. Times are in seconds.
    """

    status: str | None
    est_time: str | None
    met: Met | None
    elapsed_seconds: float | None = None
    seconds_per_step: float | None = None
    peak_gpu_mem_gib: float | None = None

    @property
    def actual_seconds(self) -> float | None:
        """How long it took: the scheduler's word before the log's."""
        return self.met.actual_seconds if self.met and self.met.actual_seconds else self.elapsed_seconds


@dataclass(frozen=True, slots=True)
class RunsBeside:
    """Runs that compare, one an experiment: their training and their results."""

    runs: Alike
    trained: tuple[Trained | None, ...]
    scores: tuple[Scored, ...]


@dataclass(frozen=True, slots=True)
class Contrast:
    """What differs between experiments; `without_results` are those of which none are known."""

    experiments: tuple[str, ...]
    plans: tuple[Difference, ...]
    runs: tuple[RunsBeside, ...]
    without_results: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Side:
    """One experiment."""

    name: str
    shown: ShownPlan
    trained: dict[str, Trained]
    rows: dict[tuple[str, str, str, str | None], Summed]


def contrast(home: Home, experiments: Sequence[str]) -> Contrast:
    """Set experiments side by side, from their documents as they lie and from the cache."""
    sides = [_side(home, name) for name in experiments]
    found = alike([side.shown for side in sides])
    return Contrast(
        tuple(experiments),
        differences([side.shown for side in sides]),
        tuple(_beside(runs, sides) for runs in found),
        tuple(side.name for side in sides if not side.rows),
    )


def _side(home: Home, name: str) -> _Side:
    summary = parse(read_text(home.summary(name)))
    plan = plan_of(summary, name)
    with cache_to_read(home) as cache:
        rows = summed(all_results(cache, name), plan)
        measured = cache.rows(
            "SELECT run_name, elapsed_seconds, seconds_per_step, peak_gpu_mem_gib FROM run_overview "
            "WHERE experiment = ? AND outcome = 'completed' ORDER BY log_path",
            [name],
        )
    return _Side(name, shown_in(summary), _trained(summary, met(home, name), measured), _last(rows, plan))


def _trained(summary: Summary, told: Iterable[Met], measured: Iterable[dict[str, Any]]) -> dict[str, Trained]:
    times = {each.run_name: each for each in told if each.task is None}
    of_log = {row.pop("run_name"): row for row in measured}
    statuses = {row.run_name: row.status for row in summary.fine_tuning}
    planned = {row.run_name: row.est_time for row in summary.runs}
    return {
        run: Trained(
            status=statuses.get(run), est_time=planned.get(run), met=times.get(run), **of_log.get(run, {})
        )
        for run in dict.fromkeys([*planned, *statuses])
    }


def _last(rows: Iterable[Summed], plan: Plan) -> dict[tuple[str, str, str, str | None], Summed]:
    """The results after the last epoch; what training measured of itself comes last."""
    rows = sorted(rows, key=lambda row: row.task == VALIDATION)
    shown = shown_cells([row.cell for row in rows], LAST, plan, best_epochs(rows))
    return {(row.run_name, row.task, row.metric, row.scorer): row for row in rows if row.cell in shown}


def _beside(runs: Alike, sides: Sequence[_Side]) -> RunsBeside:
    pairs = list(zip(runs.names, sides, strict=True))
    keys = dict.fromkeys(key[1:] for name, side in pairs for key in side.rows if key[0] == name)
    return RunsBeside(
        runs,
        tuple(side.trained.get(name or "") for name, side in pairs),
        tuple(Scored(*key, tuple(side.rows.get((name or "", *key)) for name, side in pairs)) for key in keys),
    )
