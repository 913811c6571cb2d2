"""The section `Results` of a document: put there or replaced when asked, all else stays to the byte."""

from collections.abc import Iterable

from ckreg.core.markdown import Heading, read
from ckreg.core.text import BOM, LINE_END, Splice, line_starts, newline_of, spliced
from ckreg.errors import MalformedError, RefusedError

TITLE = "Results"
MARK = "<!-- written by `ckreg results --write`; it is replaced as a whole -->"
_BEFORE = ("Quick Reference", "Notes")
_LEVEL = 2
_MARK_WITHIN = 5  # lines


def with_section(source: str, body: str, where: str) -> str:
    """The document with `body` as its section Results; one that a person wrote is refused.

    A new section goes before Quick Reference or Notes, else to the end.

    Raises:
        RefusedError: there is such a section that is not ours.
        MalformedError: there are several.
    """
    headings = read(source).headings
    top = _sections(source, headings)
    if len(top) > 1:
        raise MalformedError(
            f"{where}:{top[1].line}: a second section {TITLE}; the first is on line {top[0].line}. Keep one."
        )
    newline = newline_of(source)
    text = newline.join([f"## {TITLE}", "", MARK, "", *LINE_END.split(body.strip("\r\n")), ""])
    if top:
        result = _replaced(source, headings, top[0], text + newline, where)
    else:
        result = _added(source, headings, text, newline)
    _refuse_unclear(source, result, where)
    return result


def _refuse_unclear(before: str, after: str, where: str) -> None:
    """The same headings as before, and ours: in an open fence or comment ours would be none."""
    if not _sections(after, read(after).headings) or _titles(without_section(before)) != _titles(
        without_section(after)
    ):
        raise MalformedError(
            f"{where}: a section cannot be put in: a fence or a comment before it is not closed. Close it."
        )


def _titles(source: str) -> list[str]:
    return [heading.title for heading in read(source).headings]


def without_section(source: str) -> str:
    """The document without the section that `with_section` wrote; as it is where there is none."""
    headings = read(source).headings
    for heading in _sections(source, headings):
        start, end = _extent(source, headings, heading)
        if MARK in source[start:end]:
            return source[:start] + source[end:]
    return source


def _sections(source: str, headings: Iterable[Heading]) -> list[Heading]:
    """The headings `## Results`; deeper ones are parts of something else."""
    return [
        heading
        for heading in headings
        if heading.title.strip().casefold() == TITLE.casefold() and _level(source, heading) == _LEVEL
    ]


def _replaced(source: str, headings: tuple[Heading, ...], heading: Heading, text: str, where: str) -> str:
    start, end = _extent(source, headings, heading)
    there = LINE_END.split(source[start:end])
    if MARK not in (line.strip() for line in there[:_MARK_WITHIN]):
        raise RefusedError(
            f"{where}:{heading.line}: the section {TITLE} was written by hand, and stays. Rename it, or put "
            f"the line {MARK} below its heading if it may be replaced."
        )
    if end == len(source):  # nothing follows: one line end at the end
        text = text.rstrip("\r\n") + newline_of(source)
    return spliced(source, [Splice(start, end, text)])


def _added(source: str, headings: tuple[Heading, ...], text: str, newline: str) -> str:
    place = next((heading for heading in headings if _is_before(source, heading)), None)
    if place is not None:
        start = line_starts(source)[place.line - 1]
        return spliced(source, [Splice(start, start, text + newline)])
    gap = "" if not source else newline if LINE_END.search(source[-1:]) else newline * 2
    return source + gap + text.rstrip("\r\n") + newline


def _is_before(source: str, heading: Heading) -> bool:
    return heading.title.strip() in _BEFORE and _level(source, heading) == _LEVEL


def _extent(source: str, headings: tuple[Heading, ...], heading: Heading) -> tuple[int, int]:
    """From the heading's line to the next heading that is not below it."""
    starts = line_starts(source)
    level = _level(source, heading)
    after = (each.line for each in headings if each.line > heading.line and _level(source, each) <= level)
    line = next(after, None)
    return starts[heading.line - 1], len(source) if line is None else starts[line - 1]


def _level(source: str, heading: Heading) -> int:
    """How many hashes it has; one that is underlined has one or two by its line."""
    lines = LINE_END.split(source)
    line = lines[heading.line - 1].lstrip(f"{BOM} ")
    if line.startswith("#"):
        return len(line) - len(line.lstrip("#"))
    below = lines[heading.line] if heading.line < len(lines) else ""
    return 1 if below.lstrip().startswith("=") else 2
