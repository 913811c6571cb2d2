"""What `ckreg scaffold --json` prints."""

from typing import TypedDict

from ckreg.flows.scaffolding import Scaffolded, State


class File(TypedDict):
    """A file, relative to the registry, and what became of it; with --dry-run what would."""

    path: str
    state: State


class Answer(TypedDict):
    """The files of an experiment's runs; `changed` is false with --dry-run, or where all was there."""

    experiment: str
    files: list[File]
    warnings: list[str]
    changed: bool
    commit: str | None


def scaffolded(done: Scaffolded) -> Answer:
    """The answer of `ckreg scaffold`."""
    return {
        "experiment": done.experiment,
        "files": [{"path": file.path, "state": file.state} for file in done.files],
        "warnings": list(done.warnings),
        "changed": done.commit is not None,
        "commit": done.commit,
    }
