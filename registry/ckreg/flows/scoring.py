"""Scores predictions against the runs that are over, always from the cache: nothing is stored twice."""

from collections.abc import Callable
from typing import Any

from ckreg.adapters.cache import Cache, Row, known_roots, measurement_of
from ckreg.adapters.config import load_settings
from ckreg.adapters.tree import Home
from ckreg.core.measure.measurement import Measurement
from ckreg.core.score import Graded, LeftOut, Met, Scores, breakdown, leave_out, scores, words
from ckreg.flows.indexing import index_logs, roots_of
from ckreg.flows.refreshing import fresh_cache

MOST_MEASUREMENTS = 5000
"""Prior runs that leaving experiments out looks at; of more, so many, spread evenly."""

_MOST_FOR_A_PLAN = 60


def look_for_logs(home: Home) -> None:
    """Read what is new in the places where logs are known to lie."""
    settings = load_settings(home)
    if roots := known_roots(home) or roots_of(home, settings.scratch_dir):
        index_logs(home, roots, settings.log_patterns)


def past_scores(home: Home) -> Scores:
    """The score of every prediction whose run is over."""
    with fresh_cache(home) as cache:
        return scores(_graded(cache))


def met(home: Home, experiment: str) -> tuple[Met, ...]:
    """Each prediction of an experiment beside what became of it: fine-tunes first, in the plan's order."""
    with fresh_cache(home) as cache:
        rows = cache.rows(
            "SELECT * FROM predictions_met AS m WHERE experiment = ? ORDER BY task IS NOT NULL, "
            "(SELECT min(rowid) FROM predictions AS p WHERE p.experiment = m.experiment "
            "AND p.run_name = m.run_name AND p.task IS m.task AND p.epoch IS m.epoch)",
            [experiment],
        )
    return tuple(_met(row) for row in rows)


def without_own_experiment(home: Home, tell: Callable[[int], None] = lambda _jobs: None) -> LeftOut:
    """Every job that is over, predicted from what was measured in other experiments."""
    with fresh_cache(home) as cache:
        measurements = _measurements(cache)
    return leave_out(measurements, tell=tell)


def quoted(home: Home) -> str | None:
    """What a new plan says of the plans before it: from their predictions, else from prior runs alone."""
    with fresh_cache(home) as cache:
        if told := words.so_far(scores(_graded(cache)).fine_tuning):
            return told
        measurements = _measurements(cache)
    found = leave_out(measurements, most=_MOST_FOR_A_PLAN)
    return words.left_out(breakdown([each for each in found.graded if each.task is None]))


def _graded(cache: Cache) -> list[Graded]:
    rows = cache.rows(
        "SELECT experiment, run_name, task, epoch, tier, median_seconds, p90_seconds, actual_seconds, "
        "actual_from, at_least FROM scores ORDER BY experiment, run_name, task, epoch"
    )
    return [_one_graded(row) for row in rows]


def _one_graded(row: dict[str, Any]) -> Graded:
    return Graded(**row | {"tier": str(row["tier"]), "at_least": bool(row["at_least"])})


def _met(row: Row) -> Met:
    names = Met.__dataclass_fields__
    values: dict[str, Any] = {name: row[name] for name in names}
    for name in ("median_seconds", "p90_seconds"):
        if not isinstance(values[name], int | float):  # estimates.json may have been edited
            values[name] = None
    return Met(**values | {"at_least": bool(values["at_least"])})


def _measurements(cache: Cache) -> tuple[Measurement, ...]:
    """The measured fine-tunes and evaluations; of very many a part, spread evenly."""
    rows = cache.rows(
        "WITH known AS (SELECT *, row_number() OVER (ORDER BY log_path, segment) AS place, "
        "count(*) OVER () AS total FROM measurements WHERE kind IN ('finetune', 'eval')) "
        "SELECT * FROM known WHERE place * min(?1, total) / total > (place - 1) * min(?1, total) / total "
        "ORDER BY place",
        [MOST_MEASUREMENTS],
    )
    return tuple(measurement_of(row) for row in rows)
