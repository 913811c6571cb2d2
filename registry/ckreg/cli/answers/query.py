"""What `ckreg query --json` prints: the rows as objects by column, or without SQL the tables there are."""

from collections.abc import Mapping
from typing import TypeAlias, cast

from ckreg.adapters.cache import Answer as Asked
from ckreg.commands.query import TableFacts

Cell: TypeAlias = str | int | float | None
Rows: TypeAlias = list[Mapping[str, Cell]]
Answer: TypeAlias = Rows | list[TableFacts]


def rows_of(answer: Asked) -> Rows:
    """The rows as objects by column; SQLite has no other values that are let out."""
    return [dict(zip(answer.columns, cast("tuple[Cell, ...]", row), strict=True)) for row in answer.rows]
