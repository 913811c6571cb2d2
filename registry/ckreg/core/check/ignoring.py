"""`<!-- ckreg: ignore CK203 -->`: problems that a person has looked at and lets stand.

Behind something on a line, or in a cell, the comment is for that line. On a line of its own it is for the
next line that is not empty; where that begins a table, for the whole table. `ignore-file` is for all.
Codes may be cut (`CK2` is all of CK2xx), and stand with commas or spaces between them.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ckreg.core.check.problem import Problem
from ckreg.core.check.selection import is_known, matches
from ckreg.core.check.subject import Subject

_COMMENT = re.compile(r"<!--\s*ckreg:\s*ignore(?P<file>-file)?\b(?P<codes>[^>]*?)-->")
_CODE = re.compile(r"[A-Za-z]+\d*")


class Ignored(NamedTuple):
    """The codes of a comment, its line, and the first and last line that it is for (1-based)."""

    codes: tuple[str, ...]
    line: int
    first: int
    last: int

    def holds_for(self, problem: Problem) -> bool:
        """Whether the comment lets this problem stand."""
        of_document = problem.file is None and self.first <= problem.line <= self.last
        whole_file = self.first == 0
        return (of_document or whole_file) and any(matches(problem.code, code) for code in self.codes)


def ignored_in(subject: Subject) -> list[Ignored]:
    """The comments of a document."""
    return list(_comments(subject)) if "ckreg:" in subject.text else []


def unknown_codes(comments: Sequence[Ignored]) -> Iterator[tuple[int, str]]:
    """Codes in comments that are no rule's, with their lines."""
    for comment in comments:
        for code in comment.codes:
            if not is_known(code):
                yield comment.line, code
        if not comment.codes:
            yield comment.line, ""


def _comments(subject: Subject) -> Iterator[Ignored]:
    lines = subject.all_lines
    for index, line in enumerate(lines):
        for found in _COMMENT.finditer(line):
            codes = tuple(code.upper() for code in _CODE.findall(found["codes"].partition("--")[0]))
            if found["file"]:
                yield Ignored(codes, index + 1, 0, len(lines))
            elif _COMMENT.sub("", line).strip():
                yield Ignored(codes, index + 1, index + 1, index + 1)
            else:
                yield Ignored(codes, index + 1, *_below(subject, lines, index))


def _below(subject: Subject, lines: Sequence[str], index: int) -> tuple[int, int]:
    """The next line that is not empty, and the last line of the table if it begins one."""
    after = [number for number in range(index + 1, len(lines)) if lines[number].strip()][:1]
    first = after[0] + 1 if after else index + 1
    for table in subject.document.tables:
        if table.line == first:
            return first, table.after
    return first, first
