"""The texts of a document that people wrote: its question, notes and wording, by paragraph, item and cell.

What ckreg itself writes into every document (estimates, naming, the commands of Quick Reference) is left
out: a word that all have finds none.
"""

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from ckreg.core.markdown import Document, plain
from ckreg.core.summary.tables import SECTIONS, sections_of
from ckreg.core.summary.values import EvaluationRow, FineTuningRow, Summary
from ckreg.core.text import lines_of, one_line

_LONGEST = 4000  # characters; a snippet of it is shown


class Kind(StrEnum):
    """What a text is."""

    NAME = "name"  # of an experiment
    QUESTION = "question"
    NOTE = "note"  # under Notes
    DOCUMENT = "document"  # other wording of the document
    STATUS = "status"  # Notes of a Status table
    REASON = "reason"  # of an amended plan
    COMMIT = "commit"  # what a person's commit says
    EVIDENCE = "evidence"  # of a status
    ERROR = "error"  # what ended a job, out of its log


class Text(NamedTuple):
    """A text of a document, on one line, and the 1-based line where it begins."""

    kind: Kind
    text: str
    line: int
    run_name: str | None = None


_ITEM = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])\s+")
_FENCE = re.compile(r"\s*(?:```|~~~)")
_MARKS = re.compile(r"\*\*|`")
_KEY = re.compile(r"\*\*([^*]+?):?\*\*:?\s*")
_MACHINES_SECTIONS = {"compute estimates", "naming conventions", "configuration", "evaluation plan"}
_MACHINES_KEYS = {"type", "total runs", "created", "fingerprint", "sha 256", "size", "splits"}
_MACHINES_NOTES = re.compile(r"took [^,;]{1,20}|Base model|Checkpoint|training failed|-")
_TEMPLATES = {tuple(map(plain, section)) for section in SECTIONS}


def texts_in(document: Document, summary: Summary) -> Iterator[Text]:
    """The texts of a document that was mapped and read, cells last."""
    yield from _wording(document)
    for task in summary.tasks:
        if task.description:
            yield from _text(Kind.DOCUMENT, task.description, task.line)
    rows: list[FineTuningRow | EvaluationRow] = [*summary.fine_tuning, *summary.evaluations]
    for row in rows:
        if row.notes and not _MACHINES_NOTES.fullmatch(row.notes):
            yield from _text(Kind.STATUS, row.notes, row.line, row.run_name)


def _text(kind: Kind, source: str, line: int, run: str | None = None) -> Iterator[Text]:
    text = one_line(_MARKS.sub("", source[: 2 * _LONGEST]))[:_LONGEST]
    if text:
        yield Text(kind, text, line, run)


def _wording(document: Document) -> Iterator[Text]:
    """Headings of a person's own, paragraphs and items, in their order."""
    headings = {heading.line: (*heading.path, heading.title) for heading in document.headings}
    in_tables = {line for table in document.tables for line in range(table.first + 1, table.after + 1)}
    section: tuple[str, ...] = ()
    begin, block, commented = 0, list[str](), False
    for number, line in enumerate([*lines_of(document.text), ""], 1):
        ends = number in headings or number in in_tables or not line.strip() or _FENCE.match(line)
        commented = commented or line.lstrip().startswith("<!--")
        if block and (ends or commented or _ITEM.match(line)):
            yield from _block(section, block, begin)
            block = []
        if number in headings:
            section = sections_of(headings[number])[-1]
            if section not in _TEMPLATES and len(headings[number]) > 1:
                yield from _text(Kind.DOCUMENT, headings[number][-1], number)
        elif not ends and not commented:
            begin = begin if block else number
            block.append(line)
        commented = commented and "-->" not in line


def _block(section: Sequence[str], lines: Sequence[str], line: int) -> Iterator[Text]:
    top = section[0] if section else ""
    item = _ITEM.match(lines[0])
    source = " ".join([lines[0][item.end() :] if item else lines[0], *lines[1:]])
    key = _KEY.match(source)
    if top == "quick reference" or (top == "status" and source.startswith("Status values")):
        return
    if item and key and top in _MACHINES_SECTIONS and plain(key[1]) != "system prompt":
        return
    if top == "overview" and key and plain(key[1]) == "scientific question":
        yield from _text(Kind.QUESTION, source[key.end() :], line)
    elif top == "notes":
        yield from _text(Kind.NOTE, source, line)
    elif not (item and key and plain(key[1]) in _MACHINES_KEYS):
        yield from _text(Kind.DOCUMENT, source, line)
