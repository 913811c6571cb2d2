"""What `ckreg query --json` prints: the rows as objects by column, or without SQL the tables there are."""

from collections.abc import Mapping
from typing import TypeAlias

from ckreg.commands.query import TableFacts

Cell: TypeAlias = str | int | float | None
Answer: TypeAlias = list[Mapping[str, Cell]] | list[TableFacts]
