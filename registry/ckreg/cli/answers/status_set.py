"""What `ckreg status set --json` prints: what became of one change, or with --from-json of several."""

from collections.abc import Iterable
from typing import TypeAlias, TypedDict

from ckreg.cli.answers import Change
from ckreg.commands.status_lines import Line, Lines
from ckreg.core.status import StatusRequest
from ckreg.errors import CkregError
from ckreg.flows.updates import Outcome, Preview, Spooled

# `from` is a word of Python, so that this cannot be written as a class.
Update = TypedDict(
    "Update",
    {
        "experiment": str | None,
        "run": str | None,
        "task": str | None,
        "epoch": str | None,
        "from": str | None,
        "to": str | None,
        "cells": dict[str, str],
        "changed": bool,
        "overtaken": bool,
        "committed": bool,
        "commit": str | None,
        "error": str | None,
    },
)


class UpdateOfLine(Update):
    """What became of a line, counted from 1."""

    line: int


class Updates(TypedDict):
    """What became of each line; `committed` says that none waits or was refused."""

    committed: bool
    commit: str | None
    updates: list[UpdateOfLine]


class Waiting(TypedDict):
    """A change that waits in the spool, as the lock was not to be had (exit code 5)."""

    experiment: str
    run: str
    committed: bool
    commit: str | None


class Planned(TypedDict):
    """What would change, with --dry-run, and why what would not."""

    committed: bool
    files: list[Change]
    refused: list[str]


Answer: TypeAlias = Update | Updates | Waiting | Planned


def planned(shown: Preview) -> Planned:
    """The answer of a `--dry-run`."""
    return {
        "committed": False,
        "files": [{"path": file.path, "before": file.before, "after": file.after} for file in shown.files],
        "refused": [str(outcome) for outcome in shown.outcomes if isinstance(outcome, CkregError)],
    }


def updated(request: StatusRequest | None, outcome: Outcome) -> Update:
    """What became of a request; null for what is not so, or not known."""
    told: Update = {
        "experiment": request.experiment if request else None,
        "run": request.run if request else None,
        "task": request.task if request else None,
        "epoch": request.epoch if request else None,
        "from": None,
        "to": None,
        "cells": {},
        "changed": False,
        "overtaken": False,
        "committed": False,
        "commit": None,
        "error": None,
    }
    if isinstance(outcome, CkregError):
        return {**told, "error": str(outcome)}
    if isinstance(outcome, Spooled):
        return told
    update = outcome.update
    return {
        **told,
        "from": update.old,
        "to": update.new,
        "cells": dict(update.cells),
        "changed": outcome.commit is not None and not update.overtaken,
        "overtaken": update.overtaken,
        "committed": True,
        "commit": outcome.commit,
    }


def updates(lines: Lines) -> Updates:
    """The answer of `ckreg status set --from-json`."""
    told = [_of_line(line) for line in lines.lines]
    return {
        "committed": lines.preview is None and all(update["committed"] for update in told),
        "commit": _first(update["commit"] for update in told),
        "updates": told,
    }


def _first(commits: Iterable[str | None]) -> str | None:
    return next((commit for commit in commits if commit), None)


def _of_line(line: Line) -> UpdateOfLine:
    return {"line": line.number, **updated(line.request, line.outcome)}
