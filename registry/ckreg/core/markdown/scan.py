"""Reads Markdown as most documents are written, line by line; leaves what is unusual to markdown-it.

Headings with `#`, paragraphs, lists of one-line items, tables with a pipe at each end, fences, comments and
rules are told apart by how their lines begin. Wherever CommonMark has more to say (an indented line, a quote,
a line that goes on in a list item, an underlined heading, HTML, a row that is not closed, ...), the answer is
None: markdown-it is then asked about the whole text. It is some thirty times slower.
"""

import re
from dataclasses import dataclass, field
from itertools import accumulate

from ckreg.core.markdown.values import Document, Field, Heading, Table
from ckreg.core.text import BOM, line_starts

FIELD = re.compile(r"\*\*(?P<key>[^*\n]+?):?\*\*:?[ \t]*(?P<value>[^\n]*)")

# How a line begins that is a paragraph's whatever stands around it.
_TEXT = r"""(?=[^\W\d_]|\d(?!\d*[.)])|\*\*[^\s*]|`(?!``)|~(?!~~)|[\\"'(){}\]$✓✗/.,%@!?;^&])"""
_LINE = re.compile(
    rf"""(?:
      (?P<row>\|)
    | (?P<blank>[ \t]*(?=[\r\n]|\Z))
    | (?P<item>[ ]{{0,3}}-[ ]){_TEXT}
    | (?P<heading>(?P<marks>\#{{1,6}})[ ](?P<title>[^\r\n]*))
    | (?P<paragraph>){_TEXT}
    | (?P<numbered>(?P<number>\d{{1,9}})\.[ ]){_TEXT}
    | (?P<fence>(?P<ticks>`{{3,}}|~{{3,}})[^`\r\n]*(?=[\r\n]|\Z))
    | (?P<comment><!--)
    | (?P<rule>-{{3,}}[ \t]*(?=[\r\n]|\Z))
    )""",
    re.VERBOSE,
)
# Which lines may come before one of this kind; after any other, a line may mean something else.
_APART = frozenset({"", "blank", "heading", "comment", "fence", "rule"})
_ANY = _APART | {"paragraph", "item", "first", "numbered"}
_BEFORE = {
    "row": _APART,
    "paragraph": _APART | {"paragraph"},
    "rule": _APART,
    "fence": _ANY,
    "comment": _ANY,
    "heading": _ANY,
    "item": _ANY,
    "first": _ANY,  # only a list that begins with 1 may begin right under a paragraph
    "numbered": frozenset({"first", "numbered"}),
}
_DELIMITER = re.compile(r"\|(?:[ ]*:?-+:?[ ]*\|)+[ \t]*(?=[\r\n]|\Z)")
_HEADER = re.compile(r"\|(?:[^|\\\r\n]*\|)+[ \t]*(?=[\r\n]|\Z)")
# Characters that markdown-it replaces, or that Python and CommonMark do not take for the same.
_ODD = "\0\v\f\x1c\x1d\x1e\x1f\x85\u2028\u2029"


class _UnusualError(Exception):
    """markdown-it has to say what this is."""


def scan(text: str) -> Document | None:
    """The same as markdown-it finds, None where that takes markdown-it itself."""
    if any(odd in text for odd in _ODD):  # each a search in C: a tenth of a regular expression's time
        return None
    scanner = _Scanner(text, _starts(text))
    try:
        scanner.run()
    except _UnusualError:
        return None
    return Document(text, tuple(scanner.headings), tuple(scanner.fields), tuple(scanner.tables))


def _starts(text: str) -> list[int]:
    offset = len(BOM) if text.startswith(BOM) else 0
    if offset or "\r" in text:
        return [start + offset for start in line_starts(text[offset:])]
    starts = list(accumulate((len(line) + 1 for line in text.split("\n")), initial=0))
    del starts[-1]
    return starts


@dataclass(slots=True)
class _Scanner:
    text: str
    starts: list[int]
    headings: list[Heading] = field(default_factory=list)
    fields: list[Field] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    open: dict[int, str] = field(default_factory=dict)  # the open headings by level
    path: tuple[str, ...] = ()

    def run(self) -> None:
        """Go through the lines; what spans several gives the line behind it."""
        text, starts = self.text, self.starts
        match_line, before_of = _LINE.match, _BEFORE
        index, before = 0, ""
        while index < len(starts):
            match = match_line(text, starts[index])
            if match is None:
                raise _UnusualError
            kind = match.lastgroup or ""  # the outer group: it closes last
            if kind == "numbered" and match["number"] == "1":
                kind = "first"
            if kind != "blank" and before not in before_of[kind]:
                raise _UnusualError
            match kind:
                case "item" | "first" | "numbered" | "paragraph":
                    self._field(index, match.end())
                case "row":
                    index = self._table(index)
                    before = "row"
                    continue
                case "heading":
                    self._heading(index, len(match["marks"]), match["title"])
                case "fence":
                    index = self._fence(index, match["ticks"])
                case "comment":
                    index = self._comment(index)
                case _:
                    pass
            before = kind
            index += 1

    def _field(self, index: int, start: int) -> None:
        if self.text.startswith("**", start):
            found = FIELD.match(self.text, start, self._end(index))
            if found:
                self.fields.append(Field(self.path, found["key"], found["value"].strip(), index + 1))

    def _heading(self, index: int, level: int, title: str) -> None:
        title = title.strip(" \t")
        # A title of marks alone, or with some behind it; whitespace that is not ASCII.
        if not title or title[-1] == "#" or title.startswith("**") or title != title.strip():
            raise _UnusualError
        above = {number: name for number, name in self.open.items() if number < level}
        self.headings.append(Heading(tuple(above.values()), title, index + 1))
        self.open = {**above, level: title}
        self.path = tuple(self.open.values())

    def _table(self, first: int) -> int:
        """Take a table whose rows all begin with a pipe; gives the line behind it."""
        text, starts = self.text, self.starts
        if first + 1 >= len(starts):
            raise _UnusualError
        header = _HEADER.match(text, starts[first])
        dashes = _DELIMITER.match(text, starts[first + 1])
        if not header or not dashes:
            raise _UnusualError
        if header[0].count("|") != dashes[0].count("|"):
            raise _UnusualError
        index, count = first + 2, len(starts)
        while index < count and text.startswith("|", starts[index]):
            index += 1
        behind = None if index == count else _LINE.match(text, starts[index])
        if index < count and (behind is None or behind.lastgroup != "blank"):
            raise _UnusualError
        self.tables.append(Table(self.path, text, starts, first, index))
        return index

    def _fence(self, index: int, ticks: str) -> int:
        """The line that closes the fence, or the last one."""
        closing = re.compile(rf" {{0,3}}{re.escape(ticks[0])}{{{len(ticks)},}}[ \t]*(?=[\r\n]|\Z)")
        for line in range(index + 1, len(self.starts)):
            if closing.match(self.text, self.starts[line]):
                return line
        return len(self.starts) - 1

    def _comment(self, index: int) -> int:
        """The line on which the comment ends, or the last one."""
        found = self.text.find("-->", self.starts[index])
        if found < 0:
            return len(self.starts) - 1
        while index + 1 < len(self.starts) and self.starts[index + 1] <= found:
            index += 1
        return index

    def _end(self, index: int) -> int:
        """The offset of the line's end, its line ending left out."""
        end = self.starts[index + 1] if index + 1 < len(self.starts) else len(self.text)
        while end > self.starts[index] and self.text[end - 1] in "\r\n":
            end -= 1
        return end
