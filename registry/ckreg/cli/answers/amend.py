"""What `ckreg amend --json` prints."""

from typing import TypedDict

from ckreg.flows.amending import Amended


class Answer(TypedDict):
    """The changes of the plan in words; `changed` is false with --dry-run, or where there was none."""

    experiment: str
    changes: list[str]
    files: list[str]
    changed: bool
    commit: str | None


def amended(done: Amended) -> Answer:
    """The answer of `ckreg amend`."""
    return {
        "experiment": done.experiment,
        "changes": list(done.changes),
        "files": [file.path for file in done.files],
        "changed": done.commit is not None,
        "commit": done.commit,
    }
