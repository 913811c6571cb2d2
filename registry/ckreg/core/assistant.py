"""What makes ckreg known to an assistant: a skill of its own, and a section of somebody's AGENTS.md."""

import hashlib
import re
from enum import StrEnum

from ckreg.core.text import BOM, LINE_END, newline_of
from ckreg.errors import MalformedError

BEGIN, END = "<!-- ckreg: begin -->", "<!-- ckreg: end -->"

_FRONT_MATTER_END = "\n---\n"
_MARK = re.compile(r"<!-- written by `ckreg skill install`, sha256 ([0-9a-f]{64}) -->\n")
_SECTION = re.compile(rf"(\r\n|\r|\n)?{re.escape(BEGIN)}.*?{re.escape(END)}(\r\n|\r|\n)?", re.DOTALL)


class Whose(StrEnum):
    """Who wrote a file: ckreg as it is, ckreg with a person's changes, or somebody else."""

    OURS = "ours"
    EDITED = "edited"
    FOREIGN = "foreign"


def skill_text(template: str) -> str:
    """The skill with a mark below its front matter, by which it is known again."""
    head, end, body = template.partition(_FRONT_MATTER_END)
    return f"{head}{end}{_mark(template)}{body}"


def whose_skill(text: str) -> Whose:
    """Whether a skill is one that ckreg wrote, and as it wrote it."""
    found = _MARK.search(text)
    if found is None:
        return Whose.FOREIGN
    template = text[: found.start()] + text[found.end() :]
    return Whose.OURS if _mark(template) == found[0] else Whose.EDITED


def _mark(template: str) -> str:
    digest = hashlib.sha256(template.encode()).hexdigest()
    return f"<!-- written by `ckreg skill install`, sha256 {digest} -->\n"


def with_section(text: str | None, section: str) -> str:
    """The text with our section, in its own line endings: in the place of an older one, else at its end.

    Raises:
        MalformedError: it has marks of a section that do not fit together.
    """
    text = text or ""
    _refuse_torn(text)
    newline = newline_of(text)
    ours = LINE_END.sub(lambda _: newline, f"{BEGIN}\n{section}{END}")
    found = _SECTION.search(text)
    if found:
        return f"{text[: found.start()]}{found[1] or ''}{ours}{found[2] or ''}{text[found.end() :]}"
    between = "\r" if text.endswith("\r") else newline  # a line feed after it would be part of that ending
    return f"{text}{between if text.removeprefix(BOM) else ''}{ours}{newline}"


def without_section(text: str) -> str:
    """The text as it was before our section was put at its end.

    Raises:
        MalformedError: as `with_section`.
    """
    _refuse_torn(text)
    return _SECTION.sub("", text, count=1)


def _refuse_torn(text: str) -> None:
    begins, ends = text.count(BEGIN), text.count(END)
    if (begins, ends) not in {(0, 0), (1, 1)} or text.find(BEGIN) > text.find(END):
        raise MalformedError(
            f"AGENTS.md has the line `{BEGIN}` {begins} times and `{END}` {ends} times. Leave one of each, "
            "in this order, or none."
        )
