"""What `ckreg find --json` prints."""

from typing import TypeAlias, TypedDict


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
