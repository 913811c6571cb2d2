"""Filters over runs to one SELECT over the view `run_summary`, with settings and results as columns."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ckreg.core.asking.expression import condition, quoted
from ckreg.core.asking.names import Names
from ckreg.core.run_summary import COLUMNS

DEFAULT = ("experiment", "run_name", "status", "elapsed_seconds")
_WILD = "*?["
_OF_RUN = "experiment = v.experiment AND run_name = v.run_name"
# `best (1)` is an epoch with its number, counted from 0 as others are.
_EPOCH = "CAST(CASE WHEN {0}.epoch LIKE 'best (%' THEN substr({0}.epoch, 7) ELSE {0}.epoch END AS REAL)"
# A task's last evaluated epoch counts.
_MEANS = f"""
    SELECT avg(s.value) AS mean FROM results AS s
    WHERE s.experiment = v.experiment AND s.run_name = v.run_name AND s.metric = {{metric}} {{of_task}}
      AND NOT EXISTS (
          SELECT 1 FROM results AS later
          WHERE later.experiment = s.experiment AND later.run_name = s.run_name AND later.task IS s.task
            AND later.metric = s.metric AND {_EPOCH.format("later")} > {_EPOCH.format("s")}
      )
    GROUP BY s.task
"""  # noqa: S608  # our own


@dataclass(frozen=True, slots=True)
class RunFilters:
    """Which runs are wanted, and what of them; several words of one kind are alternatives, `where` all hold.

    `experiments` are beginnings of names, or have wildcards as in a shell; `since` is a local time. A name
    in `sort` after a `-` sorts the greatest first. No `columns` at all are the usual ones.
    """

    runs: tuple[str, ...] = ()
    experiments: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    since: str | None = None
    sort: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    limit: int | None = None
    count: bool = False


class Question(NamedTuple):
    """SQL with the values of its placeholders."""

    sql: str
    values: tuple[object, ...]


def runs_question(wanted: RunFilters, names: Names) -> Question:
    """The SELECT that answers it.

    Raises:
        UsageError: a column is named that there is not.
    """
    terms, named = _terms(wanted, names)
    order = [(names.wanted(name.lstrip("+-")), name.startswith("-")) for name in wanted.sort]
    named += [name for name, _ in order]
    columns = _columns(wanted, names, named)
    shown = ["count(*) AS count"] if wanted.count else [quoted(name) for name in columns]
    lines = [f"SELECT {', '.join(shown)} FROM ({_with_columns({*columns, *named}, names)})"]  # noqa: S608  # quoted
    if terms:
        lines.append("WHERE " + "\n  AND ".join(term for term, _ in terms))
    if not wanted.count:
        keys = [f"{quoted(name)} {'DESC' if down else 'ASC'} NULLS LAST" for name, down in order]
        lines.append(f"ORDER BY {', '.join([*keys, 'experiment', 'place'])}")
    if wanted.limit is not None:
        lines.append(f"LIMIT {wanted.limit:d}")
    return Question("\n".join(lines), tuple(value for _, values in terms for value in values))


_Terms = list[tuple[str, tuple[object, ...]]]


def _terms(wanted: RunFilters, names: Names) -> tuple[_Terms, list[str]]:
    """Each condition with its values, and the columns that people's own conditions name."""
    beginnings = [text if any(char in text for char in _WILD) else f"{text}*" for text in wanted.experiments]
    asked: dict[str, Sequence[str]] = {
        "experiment GLOB ?": beginnings,
        "run_name GLOB ?": wanted.runs,
        "model GLOB ?": wanted.models,
        "status = ?": wanted.statuses,
        "began >= ?": [wanted.since] if wanted.since else [],
    }
    terms: _Terms = [(_any(term, len(words)), tuple(words)) for term, words in asked.items() if words]
    own = [condition(text, names) for text in wanted.where]
    terms += [(f"(\n{one.sql}\n)", ()) for one in own]
    return terms, [name for one in own for name in one.columns]


def _any(term: str, number: int) -> str:
    return f"({' OR '.join([term] * number)})"


def _columns(wanted: RunFilters, names: Names, named: Iterable[str]) -> tuple[str, ...]:
    """Those to show: as asked for, else the usual ones, with what was sorted and filtered by."""
    if wanted.columns == ("all",):
        return names.all
    if wanted.columns:
        return tuple(dict.fromkeys(map(names.wanted, wanted.columns)))
    metric = [names.metric] if names.metric else []
    usual = (*DEFAULT, *(name for name in named if name != "place"), *metric, "notes")
    return tuple(dict.fromkeys(usual))


def _with_columns(named: Iterable[str], names: Names) -> str:
    """All of the view, and settings and results as far as they are named."""
    more = [f",\n{_looked_up(name, names)} AS {quoted(name)}" for name in sorted({*named} - {*COLUMNS})]
    return f"SELECT v.*{''.join(more)} FROM run_summary AS v"  # noqa: S608  # quoted


def _looked_up(name: str, names: Names) -> str:
    if name in names.parameters:
        return f"(SELECT value FROM parameters WHERE {_OF_RUN} AND name = {_text(name)})"  # noqa: S608  # quoted
    task, metric = names.pair(name)
    of_task = f"AND s.task = {_text(task)}" if task else ""
    return f"(SELECT avg(mean) FROM ({_MEANS.format(metric=_text(metric), of_task=of_task)}))"  # noqa: S608  # quoted


def _text(value: str) -> str:
    escaped = value.replace("'", "''")
    return f"'{escaped}'"


def shortened(names: Iterable[str], among: Iterable[str]) -> dict[str, str]:
    """For each name the shortest beginning, up to a `_` or `-`, that names it alone: fit to be typed."""
    ordered = sorted({*names, *among})
    places = {name: place for place, name in enumerate(ordered)}
    return {name: _shortest(name, _beside(ordered, places[name])) for name in dict.fromkeys(names)}


def _beside(ordered: Sequence[str], place: int) -> list[str]:
    return [*ordered[max(0, place - 1) : place], *ordered[place + 1 : place + 2]]


def _shortest(name: str, others: Iterable[str]) -> str:
    for place, char in enumerate(name):
        if place and char in "_-" and not any(other.startswith(name[:place]) for other in others):
            return name[:place]
    return name
