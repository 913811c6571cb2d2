"""What a table of the cache is."""

from typing import NamedTuple


class Table(NamedTuple):
    """Columns with their types, those that tell rows apart, what is looked up by, and whose rows they are."""

    columns: dict[str, type]
    key: tuple[str, ...]
    indexes: tuple[tuple[str, ...], ...] = ()
    parent: tuple[str, str, str] | None = None
    """A column, and the table and column that its values stand in."""


OF_AN_EXPERIMENT = ("experiment", "experiments", "name")
