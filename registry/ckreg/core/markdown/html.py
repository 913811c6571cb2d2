"""Somebody's Markdown as HTML that can do nothing: no HTML of theirs, no script, no request to anywhere.

A page shows it under a heading of its own: its headings go one level down, and their ids have a prefix, so
that they are no other element's.
"""

import re
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block import table as upstream_table
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from ckreg.core.markdown.blocks import table_without_rows
from ckreg.core.markdown.values import Row, Table
from ckreg.core.text import BOM, line_starts

PREFIX = "doc-"
_PAGE = "ckreg_page"
_DEEPEST = 6
_CONTENTS = 3  # levels of headings in the contents
_LONGEST_SLUG = 80
_LONGEST_URL = 2000
_SCHEME = re.compile(r"[^/?#]*?:")
_WEB = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)
# No mark of Markdown is in it; an underscore within a word is none.
_PLAIN = re.compile(r"(?:[^\\`*_\[\]!<>&~\n]|(?<=[A-Za-z0-9])_(?=[A-Za-z0-9]))*")

LinkTo = Callable[[str], str | None]
"""Where a relative link of the document leads from the page; None for nowhere."""


@dataclass(frozen=True, slots=True)
class Html:
    """A document's HTML, and its headings of the first levels: level, text, id."""

    text: str
    headings: tuple[tuple[int, str, str], ...]


@dataclass(slots=True)
class _Ids:
    """The ids that headings of a document have by now, by GitHub's rule without the prefix."""

    taken: set[str] = field(default_factory=set)

    def new(self, title: str) -> str:
        slug = fresh = slug_of(title)
        number = 1
        while fresh in self.taken:
            fresh = f"{slug}-{number}"
            number += 1
        self.taken.add(fresh)
        return fresh


def slug_of(title: str) -> str:
    """A heading's name in a link: its words in lower case, with hyphens between."""
    words = re.sub(r"[^\w\- ]", "", title.casefold()).strip().replace(" ", "-")
    return words[:_LONGEST_SLUG] or "section"


def to_html(text: str, link_to: LinkTo = lambda _href: None) -> Html:
    """The Markdown as HTML; links lead to the web, to headings, or where `link_to` says, else nowhere.

    Images are links to themselves, for showing them would be a request. Raw HTML is shown as the text that
    it is.
    """
    body = text.removeprefix(BOM)
    env: dict[str, object] = {}
    tokens = _parser().parse(body, env)
    headings = tuple(_with_ids(tokens))
    page = _Page(body, line_starts(body), link_to, {anchor for _, _, anchor in headings}, env)
    for token in tokens:
        if token.type in {"th_open", "td_open"}:
            token.attrs = {}  # a style, which the page's policy does not allow
        if token.children:
            token.children = list(_tame(token.children, page))
    env[_PAGE] = page
    shown = tuple(each for each in headings if each[0] <= _CONTENTS)
    return Html(_parser().renderer.render(tokens, _parser().options, env), shown)


@dataclass(frozen=True, slots=True)
class _Page:
    """What is asked for while a document is rendered; `env` is markdown-it's own, with references."""

    text: str
    starts: list[int]
    link_to: LinkTo
    anchors: set[str]
    env: dict[str, object]


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "xhtmlOut": False})
    parser.enable(["table", "strikethrough"])
    parser.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})
    parser.core.ruler.at("inline", _inline)
    # All links are tokens first; `_tame` decides which of them lead anywhere.
    parser.validateLink = _any_link  # type: ignore[method-assign]  # as markdown-it documents it
    parser.add_render_rule("fence", _code)
    parser.add_render_rule("code_block", _code)
    parser.add_render_rule("table", _rendered_table)
    return parser


def _any_link(url: str) -> bool:  # noqa: ARG001  # the name is markdown-it's
    return True


def _table(state: StateBlock, first: int, end: int, silent: bool) -> bool:
    """A table's rows are read and rendered here, in a quarter of the time; within lists, by markdown-it."""
    rule = upstream_table if state.level or state.blkIndent else table_without_rows
    return rule(state, first, end, silent)


def _inline(state: StateCore) -> None:
    """What markdown-it does, but for text without marks, as most has: half the time."""
    for token in state.tokens:
        if token.type == "inline":
            token.children = _parsed(token.content, state.env)


def _parsed(text: str, env: MutableMapping[str, Any]) -> list[Token]:
    if _PLAIN.fullmatch(text):
        return [Token("text", "", 0, content=text)]
    children: list[Token] = []
    _parser().inline.parse(text, _parser(), env, children)
    return children


def _code(_self: object, tokens: Sequence[Token], place: int, *_: object) -> str:
    """Code without the language's name, which would be an attribute of somebody's choice."""
    return f'<pre tabindex="0"><code>{escapeHtml(tokens[place].content)}</code></pre>\n'


def _rendered_table(
    _self: object, tokens: Sequence[Token], place: int, _options: object, env: Mapping[str, Any]
) -> str:
    page: _Page = env[_PAGE]
    first, after = tokens[place].map or [0, 0]
    table = Table((), page.text, page.starts, first, after)
    classes = [_class(dashes) for dashes in table.delimiter.texts]
    head = _row(table.header, "th", classes, page)
    body = "".join(_row(row, "td", classes, page) for row in table.rows())
    return (
        f'<div class="scroll" tabindex="0"><table>\n<thead>\n{head}</thead>\n<tbody>\n{body}</tbody>\n'
        "</table></div>\n"
    )


def _class(dashes: str) -> str:
    """The class of a column's cells, by the colons in the row of dashes."""
    left, right = dashes.startswith(":"), dashes.endswith(":")
    if right:
        return ' class="center"' if left else ' class="right"'
    return ""


def _row(row: Row, tag: str, classes: Sequence[str], page: _Page) -> str:
    """A row with as many cells as the header has."""
    texts = (*row.texts, *[""] * len(classes))
    cells = (f"<{tag}{kind}>{_cell(text, page)}</{tag}>" for text, kind in zip(texts, classes, strict=False))
    return f"<tr>{''.join(cells)}</tr>\n"


def _cell(text: str, page: _Page) -> str:
    if _PLAIN.fullmatch(text):
        return escapeHtml(text)
    children = list(_tame(_parsed(text, page.env), page))
    return str(_parser().renderer.render(children, _parser().options, page.env))


def _with_ids(tokens: Sequence[Token]) -> Iterator[tuple[int, str, str]]:
    """Move headings one level down, and give each an id."""
    ids = _Ids()
    for token, inline in pairwise(tokens):
        if token.type == "heading_open":
            level, title = int(token.tag[1:]), _words(inline.children or ())
            anchor = PREFIX + ids.new(title)
            token.attrs = {"id": anchor}
            yield level, title, anchor
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1:]) + 1, _DEEPEST)}"


def _words(children: Sequence[Token]) -> str:
    return "".join(child.content for child in children if child.type in {"text", "code_inline"}).strip()


def _tame(children: Sequence[Token], page: _Page) -> Iterator[Token]:
    """The inline tokens with links that lead somewhere, and images as links."""
    open_links: list[str] = []
    for child in children:
        if child.type == "link_open":
            opening = _opening(str(child.attrs.get("href", "")), page)
            open_links.append(opening.tag)
            yield opening
        elif child.type == "link_close":
            yield Token("link_close", open_links.pop() if open_links else "span", -1)
        elif child.type == "image":
            yield from _as_link(child, page, inside=bool(open_links))
        else:
            yield child


def _as_link(image: Token, page: _Page, *, inside: bool) -> Iterator[Token]:
    words = Token("text", "", 0, content=f"[image: {_words(image.children or ()) or 'without words'}]")
    if inside:
        yield words
        return
    opening = _opening(str(image.attrs.get("src", "")), page)
    yield from (opening, words, Token("link_close", opening.tag, -1))


def _opening(url: str, page: _Page) -> Token:
    """The beginning of a link, or of a span where it leads nowhere."""
    href = _href(url, page)
    if href is None:
        return Token("link_open", "span", 1, attrs={"title": url[:_LONGEST_URL]} if url else {})
    attrs: dict[str, str | int | float] = {"href": href}
    if _WEB.match(href):
        attrs["rel"] = "noopener noreferrer"
    return Token("link_open", "a", 1, attrs=attrs)


def _href(url: str, page: _Page) -> str | None:
    if len(url) > _LONGEST_URL or not url.isprintable() or "\\" in url:
        return None
    if url.startswith("#"):
        anchor = PREFIX + url[1:].casefold()
        return f"#{anchor}" if anchor in page.anchors else None
    if _WEB.match(url):
        return url
    if _SCHEME.match(url) or url.startswith("/"):  # `//host` too: a link to another machine's files
        return None
    return page.link_to(url)
