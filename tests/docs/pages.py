"""The Markdown of this repository, as its readers see it."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
# The scripts import each other by name, as Python lets them when they are run.
if str(DOCS) not in sys.path:
    sys.path.insert(0, str(DOCS))

_PARSER = MarkdownIt("commonmark").enable("table")
_NOT_IN_ANCHORS = re.compile(r"[^\w\- ]")


class Fence(NamedTuple):
    """A block of code: its language (with what stands behind it), its text, the line where it begins."""

    language: str
    text: str
    line: int


def pages() -> list[Path]:
    """Every page: those at the top, docs/, and not what a virtual environment brings."""
    return sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])


def tokens(page: Path) -> Iterator[Token]:
    """The page's blocks and what stands within them."""
    for token in _PARSER.parse(page.read_text(encoding="utf-8")):
        yield token
        yield from token.children or ()


def fences(page: Path) -> list[Fence]:
    """The page's blocks of code, fenced or indented."""
    return [
        Fence(token.info.strip(), token.content, (token.map or [0])[0] + 1)
        for token in tokens(page)
        if token.type in ("fence", "code_block")
    ]


def code_spans(page: Path) -> list[str]:
    """What stands in backquotes within the text, on one line."""
    return [" ".join(token.content.split()) for token in tokens(page) if token.type == "code_inline"]


def links(page: Path) -> list[str]:
    """Where the page's links and pictures lead."""
    found = [token.attrs.get("href") or token.attrs.get("src") for token in tokens(page)]
    return [str(target) for target in found if target]


def anchors(page: Path) -> set[str]:
    """The page's headings as GitHub names them in links."""
    found: list[str] = []
    heading = False
    for token in _PARSER.parse(page.read_text(encoding="utf-8")):
        if heading:
            words = "".join(child.content for child in token.children or ())
            name = _NOT_IN_ANCHORS.sub("", words.lower()).replace(" ", "-")
            times = sum(
                one == name or re.fullmatch(rf"{re.escape(name)}-\d+", one) is not None for one in found
            )
            found.append(f"{name}-{times}" if times else name)
        heading = token.type == "heading_open"
    return set(found)


def name_of(page: Path) -> str:
    """The page's path within the repository."""
    return str(page.relative_to(ROOT))
