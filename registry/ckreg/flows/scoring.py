"""Scores predictions against the runs that are over, always from the cache: nothing is stored twice."""

from collections.abc import Callable
from typing import Any, NamedTuple

from ckreg.adapters.cache import Cache, Row, measurement_of
from ckreg.adapters.tree import Home
from ckreg.core.score import words
from ckreg.core.score.leaving_out import LeftOut, leave_out
from ckreg.core.score.summing import breakdown, scores
from ckreg.core.score.values import Graded, Met, Scores
from ckreg.flows.refreshing import cache_to_read

MOST_MEASUREMENTS = 20_000
"""Prior runs that leaving experiments out looks at; of more, so many, spread evenly."""

# A plan quotes the score in passing: some tenths of a second are enough for it.
_FOR_A_PLAN = 2000
_JOBS_FOR_A_PLAN = 60


class WithoutOwn(NamedTuple):
    """What leaving experiments out gave, and how many prior runs there are, looked at or not."""

    left_out: LeftOut
    known: int


def past_scores(home: Home) -> Scores:
    """The score of every prediction whose run is over."""
    with cache_to_read(home) as cache:
        return scores(graded(cache))


def met(home: Home, experiment: str) -> tuple[Met, ...]:
    """Each prediction of an experiment beside what became of it: fine-tunes first, in the plan's order."""
    with cache_to_read(home) as cache:
        rows = cache.rows(
            "SELECT * FROM predictions_met AS m WHERE experiment = ? ORDER BY task IS NOT NULL, "
            "(SELECT min(rowid) FROM predictions AS p WHERE p.experiment = m.experiment "
            "AND p.run_name = m.run_name AND p.task IS m.task AND p.epoch IS m.epoch)",
            [experiment],
        )
    return tuple(_met(row) for row in rows)


def without_own_experiment(home: Home, tell: Callable[[int], None] = lambda _jobs: None) -> WithoutOwn:
    """Every job that is over, predicted from what was measured in other experiments."""
    with cache_to_read(home) as cache:
        rows = _measured(cache, MOST_MEASUREMENTS)
    left_out = leave_out([measurement_of(row) for row in rows], tell=tell)
    return WithoutOwn(left_out, known=int(str(rows[0]["total"])) if rows else 0)


def quoted(home: Home) -> str | None:
    """What a new plan says of the plans before it: from their predictions, else from prior runs alone."""
    with cache_to_read(home) as cache:
        if told := words.so_far(scores(graded(cache)).fine_tuning):
            return told
        rows = _measured(cache, _FOR_A_PLAN)
    found = leave_out([measurement_of(row) for row in rows], most=_JOBS_FOR_A_PLAN)
    return words.left_out(breakdown([each for each in found.graded if each.task is None]))


def graded(cache: Cache) -> list[Graded]:
    """Every prediction whose run is over, beside what became of it."""
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


def _measured(cache: Cache, most: int) -> list[Row]:
    """The measured fine-tunes and evaluations, of more than `most` so many, spread evenly; `total` is all."""
    return cache.rows(
        "WITH known AS (SELECT *, row_number() OVER (ORDER BY log_path, segment) AS place, "
        "count(*) OVER () AS total FROM measurements WHERE kind IN ('finetune', 'eval')) "
        "SELECT * FROM known WHERE place * min(?1, total) / total > (place - 1) * min(?1, total) / total "
        "ORDER BY place",
        [most],
    )
