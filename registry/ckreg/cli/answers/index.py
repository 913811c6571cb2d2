"""What `ckreg index --json` prints: what was read, what is understood of a log, or which tasks will read."""

from collections.abc import Sequence
from typing import NotRequired, TypeAlias, TypedDict

from ckreg.flows.indexing import Indexed


class Fact(TypedDict):
    """A value, and the line that it was read from, or how it was come by."""

    name: str
    value: object
    line: int | None
    text: str | None
    how: str | None


class Explained(TypedDict):
    """One job of a log, with --explain."""

    segment: int
    facts: list[Fact]
    not_said: Sequence[str]


class Shared(TypedDict):
    """The tasks that read logs, with --slurm: the job, or with --dry-run the call and its script."""

    tasks: int
    logs: int
    size: int
    unchanged: int
    left: int
    minutes: int
    job: NotRequired[str | None]
    call: NotRequired[Sequence[str]]
    script: NotRequired[str]


Answer: TypeAlias = Indexed | list[Explained] | Shared
