"""What `ckreg --json` prints, without a verb: how the registry stands."""

from collections.abc import Mapping, Sequence
from typing import TypedDict

from ckreg.commands.attention import Need


class Step(TypedDict):
    """A command that may come next, and why."""

    command: str
    why: str


class Answer(TypedDict):
    """How many experiments there are, rows by status, what needs attention; outside a registry it is null."""

    registry: str | None
    experiments: int
    statuses: Mapping[str, int]
    attention: Sequence[Need]
    next: list[Step]
