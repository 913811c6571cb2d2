"""What `ckreg cancel --json` prints."""

from collections.abc import Iterable
from typing import TypedDict

from ckreg.cli.answers import Row, row
from ckreg.commands.cancel import Target


class Found(Row):
    """A job that waits or runs; `ours` says that `ckreg submit` named it."""

    job: str
    name: str
    state: str
    ours: bool


class Answer(TypedDict):
    """The jobs that were found, and the ids of those that were cancelled: none with --dry-run."""

    found: list[Found]
    cancelled: list[str]


def cancelled(found: Iterable[Target], chosen: Iterable[Target]) -> Answer:
    """The answer of `ckreg cancel`."""
    return {
        "found": [
            {
                **row(each.key),
                "job": each.job,
                "name": each.name,
                "state": each.state,
                "ours": each.is_ours,
            }
            for each in found
        ],
        "cancelled": [each.job for each in chosen],
    }
