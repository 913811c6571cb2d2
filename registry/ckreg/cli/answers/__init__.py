"""What `--json` prints: for every command a module with the type of its `Answer`, and what makes one.

`ckreg schema` makes its schemas of these types, and the MCP server returns the same values.
"""

from typing import TypedDict

from ckreg.core.summary.rows import RowKey


class Row(TypedDict):
    """A run's fine-tuning, or with a task one of its evaluations; a base model has no epoch."""

    run: str
    task: str | None
    epoch: str | None


class Change(TypedDict):
    """A file before and after, relative to the registry unless absolute; before is null for a new one."""

    path: str
    before: str | None
    after: str


def row(key: RowKey) -> Row:
    """The row as it is printed."""
    return {"run": key.run, "task": key.task, "epoch": key.epoch}
