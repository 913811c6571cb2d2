"""What a commit says of an experiment whose files it changed, in one line of its history."""

from collections.abc import Collection
from enum import StrEnum
from typing import NamedTuple

from ckreg.core.text import LINE_END, one_line
from ckreg.core.trailers import trailer_value

_OURS = (
    *("design: ", "status: ", "amend: ", "seal: ", "index: ", "init: ", "scaffold: ", "submit: ", "retry: "),
)
_DOCUMENT, _SEAL_FILE = "experiment_summary.md", "plan.seal"


class What(StrEnum):
    """The kind of a line of the timeline."""

    LOG = "log"
    DESIGN = "design"
    STATUS = "status"
    AMEND = "amend"
    SEAL = "seal"
    EDIT = "hand edit"
    COMMIT = "commit"


class CommitLine(NamedTuple):
    """A commit in one line, with what it says besides."""

    kind: What
    words: str
    details: tuple[str, ...] = ()


def commit_line(message: str, files: Collection[str], *, told: bool) -> CommitLine | None:
    """The line of a commit that changed these files of an experiment, named without their folder.

    None where its trailers have `told` all there is: it changed statuses and nothing else. A commit that
    changed the document and is none of ckreg's was made by hand.
    """
    subject = one_line(LINE_END.split(message, maxsplit=1)[0])
    if (reason := trailer_value(message, "Ckreg-Amend")) is not None:
        return CommitLine(What.AMEND, one_line(reason), _body(message))
    if _SEAL_FILE in files and (seal := trailer_value(message, "Ckreg-Seal")) is not None:
        return CommitLine(What.SEAL, f"the plan was sealed as {one_line(seal)[:12]}")
    if told:
        return None
    if subject.startswith("design: "):
        return CommitLine(What.DESIGN, subject)
    if _DOCUMENT in files and not subject.startswith(_OURS):
        return CommitLine(What.EDIT, subject)
    return CommitLine(What.COMMIT, subject)


def _body(message: str) -> tuple[str, ...]:
    lines = LINE_END.split(message)[1:]
    return tuple(one_line(line) for line in lines if line.strip() and not line.startswith("Ckreg-"))
