"""What `ckreg site --json` prints."""

from typing import TypedDict


class Answer(TypedDict):
    """The first page, the pages that were written, and how long it took."""

    index: str
    written: list[str]
    unchanged: int
    removed: list[str]
    files: int
    seconds: float
