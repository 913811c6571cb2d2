"""A document as a page shows it: its long tables cut, and all of it where it is longer than a page."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from posixpath import normpath
from urllib.parse import quote, unquote

from ckreg.core import markdown
from ckreg.core.markdown.html import to_html
from ckreg.core.site.limits import Limits
from ckreg.core.site.shared import Link
from ckreg.core.text import lines_of, printable
from ckreg.core.units import count

_LONGEST_LINE = 4000
_CONTENTS = 60
_TAB = 4  # columns, as Markdown has them
_DOCUMENT = re.compile(r"experiments/([^/]+)(?:/experiment_summary\.md)?")


@dataclass(frozen=True, slots=True)
class Shown:
    """The HTML, the headings, and how many lines of the document are in it."""

    html: str
    contents: tuple[Link, ...]
    lines: int
    lines_total: int


def shown(text: str, limits: Limits, link_to: Callable[[str], str | None]) -> Shown:
    """The document's HTML; tables show their first rows, and what is beyond the limits is left out."""
    lines = lines_of(text)
    kept = _within(_short_tables(text, lines, limits.document_table), limits.document)
    found = to_html("\n".join(kept), link_to)
    contents = tuple(Link(title, f"#{anchor}") for _, title, anchor in found.headings[:_CONTENTS])
    left_out = len(lines) - len(kept)
    return Shown(found.text, contents, len(lines) - max(0, left_out), len(lines))


def _short_tables(text: str, lines: list[str], most: int) -> list[str]:
    """The lines, of each long table the first rows and a row that says how many are left out."""
    kept, begin = [], 0
    for table in markdown.read(text).tables if len(lines) > most else ():
        rows = [row.line for row in table.rows()]
        if len(rows) > most:
            kept += lines[begin : rows[most] - 1]
            kept.append(f"| … and {count(len(rows) - most)} more rows |")
            begin = rows[-1]
    return kept + lines[begin:]


def _within(lines: list[str], most: int) -> list[str]:
    """As many whole lines as there is room for; of a line that is no text for people, its beginning.

    Without control and formatting codes: what turns the direction of text around shows another text.
    """
    kept = []
    for line in lines:
        short = printable(
            (line if len(line) <= _LONGEST_LINE else f"{line[:_LONGEST_LINE]}…").expandtabs(_TAB)
        )
        most -= len(short) + 1
        if most < 0:
            break
        kept.append(short)
    return kept


def links_from(folder: str, files: str | None, page_of: Callable[[str], str]) -> Callable[[str], str | None]:
    """Where relative links of a document in `folder` (`experiments/NAME`) lead from a page of the site.

    Documents lead to the pages of their experiments (`page_of` a name), other files are reached through
    `files`, the way from the page to the registry's root, where there is one. No link leaves the registry.
    """

    def link_to(href: str) -> str | None:
        path, mark, rest = href.partition("#")
        if not path or "?" in path:
            return None
        there = normpath(f"{folder}/{unquote(path)}")
        if there == ".." or there.startswith(("../", "/")):
            return None
        if document := _DOCUMENT.fullmatch(there):
            return page_of(document[1])
        return None if files is None else f"{files}/{quote(there)}{mark}{rest}"

    return link_to
