"""Finds the measurements that an estimate may rest on, without reading all there are."""

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from ckreg.adapters.cache.measured import measurement_of
from ckreg.adapters.cache.store import Cache
from ckreg.core.estimate.seed_table import billions
from ckreg.core.estimate.setups import base_name
from ckreg.core.measure.measurement import Measurement

# So many of one kind tell all that more would tell.
_OF_THE_MODEL = 60
_OF_OTHERS = 4
_OTHERS = 15

_NAMES = """
WITH RECURSIVE names(name) AS (
    SELECT min(base_model) FROM measurements
    UNION ALL
    SELECT (SELECT min(base_model) FROM measurements WHERE base_model > name)
    FROM names WHERE name IS NOT NULL
)
SELECT name FROM names WHERE name IS NOT NULL
"""

_COMPLETED = """
SELECT * FROM measurements
WHERE base_model = ? AND kind = 'finetune' AND batch_size IS ? AND outcome = 'completed'
"""

_Pick = tuple[str, list[object]]


def measurements_near(cache: Cache, model: str, batch_size: int | None) -> tuple[Measurement, ...]:
    """Runs of the model, of the batch size first, and some of the models that are nearest to it in size.

    Where there are very many of a kind, some hundred are drawn, always the same.
    """
    name = base_name(model)
    picks = list(chain(_of_model(name, batch_size), *map(_of_other, _others(cache, model, name))))
    union = " UNION ".join(sql for sql, _ in picks)
    rows = cache.rows(
        f"SELECT * FROM measurements WHERE rowid IN ({union}) ORDER BY log_path, segment",  # noqa: S608  # our own
        chain.from_iterable(values for _, values in picks),
    )
    return tuple(map(measurement_of, rows))


def completed_runs(cache: Cache, setups: Iterable[tuple[str, int | None]]) -> tuple[Measurement, ...]:
    """The completed fine-tunes of these models with these batch sizes, in the order of their logs."""
    found = {
        (str(row["log_path"]), int(str(row["segment"]))): row
        for model, batch_size in setups
        for row in cache.rows(_COMPLETED, [base_name(model), batch_size])
    }
    return tuple(measurement_of(row) for _, row in sorted(found.items()))


def all_measurements(cache: Cache) -> tuple[Measurement, ...]:
    """All there are, in the order of their logs."""
    return tuple(map(measurement_of, cache.rows("SELECT * FROM measurements ORDER BY log_path, segment")))


def _of_model(name: str, batch_size: int | None) -> Iterator[_Pick]:
    yield _pick("base_model = ? AND kind = 'finetune' AND batch_size = ?", [name, batch_size], _OF_THE_MODEL)
    yield _pick("base_model = ? AND kind = 'finetune'", [name], _OF_THE_MODEL)
    yield _pick("base_model = ? AND kind = 'eval'", [name], _OF_THE_MODEL)
    yield _pick("base_model = ? AND packed = 1", [name], _OF_THE_MODEL)
    # The smallest that failed is a limit: it may not be left out by chance.
    failed = "base_model = ? AND outcome = 'oom_gpu' AND batch_size > 0"
    yield _pick(failed, [name], _OF_THE_MODEL, order="batch_size, draw")


def _of_other(name: str) -> Iterator[_Pick]:
    yield _pick("base_model = ? AND kind = 'finetune'", [name], _OF_OTHERS)
    yield _pick("base_model = ? AND kind = 'eval'", [name], _OF_OTHERS)
    yield _pick("base_model = ? AND packed = 1", [name], _OF_OTHERS)


def _pick(where: str, values: list[object], most: int, order: str = "draw") -> _Pick:
    chosen = f"SELECT rowid FROM measurements WHERE {where} ORDER BY {order} LIMIT {most}"  # noqa: S608  # our own
    sql = f"SELECT rowid FROM ({chosen})"  # noqa: S608  # our own
    return sql, values


def _others(cache: Cache, model: str, name: str) -> Sequence[str]:
    """The models nearest in size; those whose names tell none come last."""
    size = billions(model)

    def distance(other: str) -> tuple[float, str]:
        known = billions(other)
        return (abs(math.log(known / size)) if known and size else math.inf), other

    names = [str(row["name"]) for row in cache.rows(_NAMES)]
    return sorted((other for other in names if other != name), key=distance)[:_OTHERS]
