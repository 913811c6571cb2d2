"""Queries with a name, as settings have them: SQL, or a table with `sql` and `description`."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeGuard

from ckreg.core.naming import LABEL_RULE, is_label

WANTED = f'names (of {LABEL_RULE}) with SQL, as in slow = "SELECT run_name FROM run_summary"'  # noqa: S608  # for people

# What begins a query cannot name one.
_RESERVED = {"select", "with", "values"}
_KEYS = {"sql", "description"}


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """A query by its name; `place` says which file has it."""

    name: str
    sql: str
    description: str | None = None
    place: str | None = None

    def __str__(self) -> str:
        return self.name


def saved_queries(value: object) -> tuple[SavedQuery, ...]:
    """The queries of a TOML table, by name.

    Raises:
        ValueError: it is not such a table; the message is what was expected.
    """
    if isinstance(value, tuple) and all(isinstance(query, SavedQuery) for query in value):
        return value
    if not isinstance(value, Mapping):
        raise ValueError(WANTED)  # noqa: TRY004  # as for every other kind of setting
    return tuple(sorted((_query(name, said) for name, said in value.items()), key=lambda one: one.name))


def _query(name: str, said: object) -> SavedQuery:
    tree = {"sql": said} if isinstance(said, str) else said
    if not is_label(name) or name.casefold() in _RESERVED or not isinstance(tree, Mapping):
        raise ValueError(WANTED)
    sql, description = tree.get("sql"), tree.get("description")
    if not _is_text(sql) or not (description is None or _is_text(description)) or set(tree) - _KEYS:
        raise ValueError(WANTED)
    return SavedQuery(name, sql.strip(), description)


def _is_text(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and bool(value.strip()) and re.sub(r"[\n\r\t]", " ", value).isprintable()


def merged(stronger: Iterable[SavedQuery], weaker: Iterable[SavedQuery]) -> tuple[SavedQuery, ...]:
    """All of both by name; of two of one name the stronger."""
    found = {query.name: query for query in (*weaker, *stronger)}
    return tuple(found[name] for name in sorted(found))
