"""Asks the cache in SQL, after bringing it up to date."""

from dataclasses import dataclass

from ckreg.adapters.cache import SHOWN, Answer, ask
from ckreg.adapters.tree import Home
from ckreg.flows.asking import cache_to_ask
from ckreg.flows.documents import documents_at
from ckreg.flows.past import past_cache


@dataclass(frozen=True, slots=True)
class TableFacts:
    """A table or view that can be asked: its columns, and how many rows it has."""

    name: str
    kind: str
    columns: tuple[str, ...]
    rows: int


def query(home: Home, sql: str, at: str | None = None) -> Answer:
    """The answer to one SELECT; over documents and history as they were `at` a revision or date.

    Raises:
        NotFoundError: there is no such revision.
        UsageError: the SQL is wrong; the message names the tables.
        RefusedError: it would do more than read, or take too long.
    """
    past = None if at is None else documents_at(home, at)
    with cache_to_ask(home) as cache:
        if past is not None:
            with past_cache(cache, home, past) as path:
                return ask(path, sql)
        return ask(cache.path, sql)


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
                columns=tuple(
                    str(column["name"])
                    for column in cache.rows("SELECT name FROM pragma_table_info(?)", [row["name"]])
                ),
                rows=cache.count(str(row["name"])),
            )
            for row in names
        )
