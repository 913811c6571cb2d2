"""`ckreg runs`: a row a run, across experiments, for a question in words."""

from dataclasses import replace

from ckreg.adapters.cache import Answer, Cache, SqlError, ask
from ckreg.adapters.clock import now
from ckreg.adapters.tree import Home
from ckreg.core.asking.names import Names
from ckreg.core.asking.runs import RunFilters, runs_question
from ckreg.errors import UsageError
from ckreg.flows.asking import cache_to_ask

# Every setting and result there is, each found by one step in an index.
_PARAMETERS = """
    WITH RECURSIVE found(name) AS (
        SELECT min(name) FROM parameters
        UNION ALL
        SELECT (SELECT min(name) FROM parameters WHERE name > found.name) FROM found WHERE name IS NOT NULL
    ) SELECT name FROM found WHERE name IS NOT NULL"""
_RESULTS = "SELECT DISTINCT task, metric FROM results WHERE metric IS NOT NULL"


def runs(home: Home, wanted: RunFilters) -> Answer:
    """The runs that are so, with the columns asked for; a value that a run has not is None.

    `since` may be any date in git's words, or a month.

    Raises:
        UsageError: a column is named that there is not, a condition is no SQL, or `since` no date.
        RefusedError: a condition would do more than read, or take too long.
    """
    if wanted.since is not None:
        wanted = replace(wanted, since=_begin(home, wanted.since))
    with cache_to_ask(home) as cache:
        question = runs_question(wanted, _names(cache))
        try:
            return ask(cache.path, question.sql, question.values)
        except SqlError as error:
            raise UsageError(f"That is no condition in SQL: {error.why}. Write `lora_rank >= 16`.") from None


def experiment_names(home: Home) -> tuple[str, ...]:
    """All experiments by name, to tell which beginning of a name is enough."""
    return tuple(home.experiment_names())


def _names(cache: Cache) -> Names:
    return Names(
        [str(row["name"]) for row in cache.rows(_PARAMETERS)],
        [
            (None if row["task"] is None else str(row["task"]), str(row["metric"]))
            for row in cache.rows(_RESULTS)
        ],
    )


def _begin(home: Home, word: str) -> str:
    """The date as documents write times: local, to the second."""
    from ckreg.adapters.git import since  # noqa: PLC0415  # only where a date is asked for

    return f"{since(home, word, now()):%Y-%m-%d %H:%M:%S}"
