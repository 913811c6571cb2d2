"""All tables, indexes and views of the cache, and how they are made."""

import sqlite3

from ckreg.adapters.cache.answer_tables import ANSWER_TABLES
from ckreg.adapters.cache.experiment_tables import EXPERIMENT_TABLES
from ckreg.adapters.cache.log_tables import LOG_TABLES
from ckreg.core.query import VIEWS

SCHEMA = 14
"""Kept in SQLite's `user_version`; another number there means: drop everything and build anew."""

TABLES = {**EXPERIMENT_TABLES, **LOG_TABLES, **ANSWER_TABLES}

SHOWN = "type IN ('table', 'view') AND name NOT IN ('facts', 'text_rows') AND name NOT GLOB 'texts_*'"
"""What of `sqlite_master` people are told of: not the parts that an index is made of."""

_TEXTS = "experiment, run_name, kind, path, line, commit_id, text"
# Datasette reads this text to find what it can search in: no spaces around `=`.
_INDEX = f"""
CREATE VIRTUAL TABLE texts USING fts5({_TEXTS.replace(",", " UNINDEXED,")},
    content="text_rows", content_rowid="id", tokenize="unicode61")
"""


_VIRTUAL = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL TABLE%'"


def build(connection: sqlite3.Connection) -> None:
    """Drop whatever is there, and make the tables, indexes and views; the number comes last."""
    from sqlite_utils import Database  # noqa: PLC0415  # 150 ms that only building anew has to pay

    database = Database(connection, execute_plugins=False)
    connection.execute("PRAGMA user_version = 0")
    for old in database.view_names():
        connection.execute(f"DROP VIEW {_quoted(old)}")
    for (old,) in connection.execute(_VIRTUAL).fetchall():  # each takes the tables that it is made of along
        connection.execute(f"DROP TABLE {_quoted(old)}")
    for old in reversed(database.table_names()):
        connection.execute(f"DROP TABLE {_quoted(old)}")
    for name, table in TABLES.items():
        made = database.table(name).create(
            table.columns,
            pk=table.key if len(table.key) > 1 else table.key[0],
            foreign_keys=[table.parent] if table.parent else None,
        )
        for columns in table.indexes:
            made.create_index(list(columns))
    if connection.execute("SELECT sqlite_compileoption_used('ENABLE_FTS5')").fetchone()[0]:
        connection.execute(_INDEX)
    else:
        database.create_view("texts", f"SELECT {_TEXTS} FROM text_rows")  # noqa: S608  # our own
    for view, sql in VIEWS.items():
        database.create_view(view, sql.strip())
    connection.execute(f"PRAGMA user_version = {SCHEMA}")


def _quoted(name: str) -> str:
    escaped = name.replace('"', '""')
    return f'"{escaped}"'
