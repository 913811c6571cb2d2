"""What `ckreg status flush --json` prints."""

from typing import NotRequired, TypeAlias, TypedDict

from ckreg.cli.answers.status_set import Planned, Update, updated
from ckreg.flows.updates import Flushed, Spooled


class Refused(TypedDict):
    """A file of the spool that was put aside, and why."""

    file: str
    error: str


class Told(TypedDict):
    """What became of all that waited; `commit` is there, and null, where the lock was not to be had."""

    committed: bool
    commit: NotRequired[str | None]
    updates: list[Update]
    refused: list[Refused]


Answer: TypeAlias = Told | Planned


def flushed(done: Flushed) -> Told:
    """The answer of `ckreg status flush`."""
    return {
        "committed": not any(isinstance(outcome, Spooled) for _, outcome in done.settled),
        "updates": [updated(*settled) for settled in done.settled],
        "refused": [{"file": str(refusal.path), "error": refusal.error} for refusal in done.refused],
    }
