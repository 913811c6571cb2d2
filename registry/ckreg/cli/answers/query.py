"""What `ckreg query --json` prints: rows by column, without SQL the tables there are, or one described."""

from collections.abc import Mapping
from typing import TypeAlias, TypedDict, cast

from ckreg.adapters.cache import Answer as Asked
from ckreg.commands.query import TableFacts

Cell: TypeAlias = str | int | float | None
Rows: TypeAlias = list[Mapping[str, Cell]]


class Described(TypedDict):
    """A table or view in words, with what each of its columns tells."""

    name: str
    description: str
    columns: dict[str, str]


Answer: TypeAlias = Rows | list[TableFacts] | Described


def rows_of(answer: Asked) -> Rows:
    """The rows as objects by column; SQLite has no other values that are let out."""
    return [dict(zip(answer.columns, cast("tuple[Cell, ...]", row), strict=True)) for row in answer.rows]
