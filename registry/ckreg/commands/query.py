"""Asks the cache in SQL, after bringing it up to date."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from ckreg.adapters.cache import SHOWN, Answer, Cache, ask, known_roots
from ckreg.adapters.config import load_settings
from ckreg.adapters.tree import Home
from ckreg.flows.caching import cache_path
from ckreg.flows.documents import documents_at
from ckreg.flows.indexing import index_logs
from ckreg.flows.past import past_cache
from ckreg.flows.refreshing import cache_to_read


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
    with _refreshed(home) as cache:
        if past is not None:
            with past_cache(cache, home, past) as path:
                return ask(path, sql)
        return ask(cache.path, sql)


@contextlib.contextmanager
def _refreshed(home: Home) -> Iterator[Cache]:
    """The cache, up to date; one that was lost or damaged reads the logs of the known places again."""
    with cache_to_read(home) as cache:
        lost = cache.path == cache_path(home) and not cache.rows("SELECT 1 FROM logs LIMIT 1")
        roots = known_roots(home) if lost else ()
        if not roots:
            yield cache
            return
    index_logs(home, roots, load_settings(home).log_patterns)
    with cache_to_read(home) as cache:
        yield cache


def tables(home: Home) -> tuple[TableFacts, ...]:
    """All tables and views, views first."""
    with _refreshed(home) as cache:
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
