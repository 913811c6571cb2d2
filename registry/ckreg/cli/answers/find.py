"""What `ckreg find --json` prints."""

from typing import TypeAlias, TypedDict

from ckreg.commands.find import Found


class Hit(TypedDict):
    """A text that has all the words: in a file, at a line counted from 1, or in a commit."""

    experiment: str | None
    run_name: str | None
    kind: str
    path: str | None
    line: int | None
    commit: str | None
    text: str


Answer: TypeAlias = list[Hit]


def hits(found: Found) -> Answer:
    """The answer of `ckreg find`."""
    return [
        {
            "experiment": hit.experiment,
            "run_name": hit.run_name,
            "kind": hit.kind,
            "path": hit.path,
            "line": hit.line,
            "commit": hit.commit,
            "text": hit.text,
        }
        for hit in found.hits
    ]
