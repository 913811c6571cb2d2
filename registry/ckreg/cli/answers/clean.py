"""What `ckreg clean --json` prints."""

from pathlib import Path
from typing import TypedDict

from ckreg.commands.clean import Cleaned, Cleaning, Kept, Spare


class Answer(TypedDict):
    """What may go and what stays, and what was deleted: nothing with --dry-run, or without --yes."""

    experiment: str
    spare: list[Spare]
    kept: list[Kept]
    bytes: int
    deleted: list[Path]
    commit: str | None
    problems: list[str]


def cleaned(found: Cleaning, done: Cleaned | None) -> Answer:
    """The answer of `ckreg clean`; `done` is None where nothing was deleted."""
    return {
        "experiment": found.experiment,
        "spare": list(found.spare),
        "kept": list(found.kept),
        "bytes": found.bytes,
        "deleted": [each.path for each in done.deleted] if done else [],
        "commit": done.commit if done else None,
        "problems": list(done.problems) if done else [],
    }
