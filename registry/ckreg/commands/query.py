"""Asks the cache in SQL, after bringing it up to date."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from ckreg.adapters.cache import SHOWN, Answer, ask
from ckreg.adapters.config import load_settings
from ckreg.adapters.tree import Home
from ckreg.core.asking.placeholders import values_for
from ckreg.core.described import DESCRIBED, Described
from ckreg.core.saved_queries import SavedQuery
from ckreg.core.text import one_line
from ckreg.errors import NotFoundError, UsageError
from ckreg.flows.asking import cache_to_ask
from ckreg.flows.documents import documents_at
from ckreg.flows.past import past_cache

_NAME = re.compile(r"[A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class TableFacts:
    """A table or view that can be asked: what it is, its columns, and how many rows it has."""

    name: str
    kind: str
    description: str | None
    columns: tuple[str, ...]
    rows: int


def query(home: Home, sql: str, at: str | None = None, values: Mapping[str, object] = {}) -> Answer:
    """The answer to one SELECT, or to the saved query of that name; `values` of its placeholders `:name`.

    Over documents and history as they were `at` a revision or date.

    Raises:
        NotFoundError: there is no such revision.
        UsageError: the SQL is wrong; the message names the tables.
        RefusedError: it would do more than read, or take too long.
    """
    sql = _sql(home, sql)
    values = values_for(sql, values)
    past = None if at is None else documents_at(home, at)
    with cache_to_ask(home) as cache:
        if past is not None:
            with past_cache(cache, home, past) as path:
                return ask(path, sql, values)
        return ask(cache.path, sql, values)


def _sql(home: Home, words: str) -> str:
    """The SQL of a saved query, where the words are its name; else they are SQL themselves."""
    if not _NAME.fullmatch(words):
        return words
    saved = {one.name: one for one in saved_queries(home)}
    if words in saved:
        return saved[words].sql
    near = get_close_matches(words, saved, n=1)
    hint = (
        f"Did you mean `{near[0]}`?" if near else "`ckreg query` lists them. SQL is one word: 'SELECT ...'."
    )
    raise UsageError(f"There is no saved query `{words}`. {hint}")


def saved_queries(home: Home) -> tuple[SavedQuery, ...]:
    """The queries that settings have a name for."""
    return load_settings(home).queries


def tables(home: Home) -> tuple[TableFacts, ...]:
    """All tables and views, views first."""
    with cache_to_ask(home) as cache:
        names = cache.rows(
            f"SELECT name, type FROM sqlite_master WHERE {SHOWN} ORDER BY type DESC, name"  # noqa: S608  # our own
        )
        return tuple(
            TableFacts(
                name=str(row["name"]),
                kind=str(row["type"]),
                description=_description(str(row["name"])),
                columns=tuple(
                    str(column["name"])
                    for column in cache.rows("SELECT name FROM pragma_table_info(?)", [row["name"]])
                ),
                rows=cache.count(str(row["name"])),
            )
            for row in names
        )


def _description(name: str) -> str | None:
    return DESCRIBED[name].text if name in DESCRIBED else None


def describe(name: str) -> Described:
    """What a table or view is, and each of its columns.

    Raises:
        NotFoundError: there is none of this name.
    """
    if name in DESCRIBED:
        return DESCRIBED[name]
    near = get_close_matches(name, DESCRIBED, n=1)
    hint = f"Did you mean `{near[0]}`?" if near else f"There are {', '.join(DESCRIBED)}."
    raise NotFoundError(f"There is no table or view `{one_line(name)}`. {hint}")
