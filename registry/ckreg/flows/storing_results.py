"""Results in the cache: those that were found, and those of `results.csv`, which is read when it changes."""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any, NamedTuple

from ckreg.adapters.cache import Cache, Row
from ckreg.adapters.tree import EXPERIMENTS, Home, read_text
from ckreg.core.results.values import RESULTS, Result
from ckreg.errors import CkregError

_STAMPS = "results_csv"
_NAMES = tuple(field.name for field in fields(Result))


class Faulty(NamedTuple):
    """A line of a results.csv that was passed over, as `file:line`, and why."""

    place: str
    reason: str


def import_results(cache: Cache, home: Home, names: Iterable[str], changed: Iterable[str] = ()) -> None:
    """Take in each results.csv that changed; sum up anew where the plan may have `changed`."""
    stamps = {name: stamp for name in names if (stamp := _stamp(home, name))}
    told = cache.fact(_STAMPS)
    known: Mapping[str, object] = json.loads(told) if told else {}
    new = {name for name in {*known, *stamps} if known.get(name) != stamps.get(name)}
    again = _with_results(cache, changed) if changed else set()
    if not (new or again):
        return
    with cache.writing():
        for name in sorted((new | again) & set(names)):
            put_results(cache, home, name, found_results(cache, name))
        cache.put("facts", [{"name": _STAMPS, "value": json.dumps(stamps)}])


def _stamp(home: Home, name: str) -> list[int] | None:
    try:
        found = os.stat(f"{home.root}/{EXPERIMENTS}/{name}/{RESULTS}")  # noqa: PTH116  # one of thousands
    except OSError:
        return None
    return [found.st_mtime_ns, found.st_size, found.st_ino]


def _with_results(cache: Cache, names: Iterable[str]) -> set[str]:
    rows = cache.rows("SELECT DISTINCT experiment FROM results")
    return {str(row["experiment"]) for row in rows} & set(names)


def found_results(cache: Cache, name: str) -> tuple[Result, ...]:
    """The results of an experiment that were found in files, when they were last looked for."""
    return _results(cache.rows("SELECT * FROM results WHERE experiment = ? AND NOT kept", [name]))


def all_results(cache: Cache, name: str) -> tuple[Result, ...]:
    """The results of an experiment, found or kept."""
    return _results(cache.rows("SELECT * FROM results WHERE experiment = ? ORDER BY rowid", [name]))


def _results(rows: Sequence[dict[str, Any]]) -> tuple[Result, ...]:
    return tuple(Result(**{name: row[name] for name in _NAMES}) for row in rows)


def put_results(cache: Cache, home: Home, name: str, found: Sequence[Result]) -> None:
    """Put what was found and what is kept in the place of what was known, within a transaction."""
    from ckreg.core.results.joining import plan_of  # noqa: PLC0415  # 40 ms that most calls need not pay
    from ckreg.core.results.summing import summed  # noqa: PLC0415
    from ckreg.core.summary import parse  # noqa: PLC0415

    keys = {result.key for result in found}
    kept = [result for result in kept_results(home, name)[0] if result.key not in keys]
    plan = plan_of(parse(_text(home, name)), name)
    cache.delete("results", "experiment", [name])
    cache.delete("result_summary", "experiment", [name])
    cache.put("results", [_row(name, result, kept=False) for result in found])
    cache.put("results", [_row(name, result, kept=True) for result in kept])
    cache.put(
        "result_summary",
        [
            {**asdict(row), "experiment": name, "difference": row.difference}
            for row in summed([*found, *kept], plan)
        ],
    )


def _row(name: str, result: Result, *, kept: bool) -> Row:
    return {**asdict(result), "experiment": name, "kept": kept}


def kept_results(home: Home, name: str) -> tuple[tuple[Result, ...], tuple[Faulty, ...]]:
    """What results.csv says, and the lines that say nothing; one that is no text says nothing."""
    from ckreg.core.results.kept import read_kept  # noqa: PLC0415  # only where there is one

    path = home.experiments / name / RESULTS
    if not os.path.lexists(path):
        return (), ()
    try:
        read = read_kept(read_text(path))
    except CkregError as error:
        return (), (Faulty(str(path), str(error)),)
    return read.results, tuple(Faulty(f"{path}:{fault.line}", fault.reason) for fault in read.faults)


def _text(home: Home, name: str) -> str:
    try:
        return read_text(home.summary(name))
    except CkregError:  # `ckreg check` says why
        return ""
