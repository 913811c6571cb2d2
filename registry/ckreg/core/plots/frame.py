"""What all plots have: a caption, words for who does not see them, axes, a legend, their numbers."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ckreg.core.plots.marks import NOTHING, Content, Mark, element, ident, joined
from ckreg.core.plots.scales import Scale

WIDE = 960
"""The width of plots that take all of a page, in pixels."""


class Box(NamedTuple):
    """A drawing's size in pixels, and the room that axes take at its sides."""

    width: float
    height: float
    left: float = 56
    right: float = 16
    top: float = 10
    bottom: float = 34

    @property
    def x_end(self) -> float:
        """Where the plot's area ends on the right."""
        return self.width - self.right

    @property
    def y_end(self) -> float:
        """Where the plot's area ends at the bottom."""
        return self.height - self.bottom


class Numbers(NamedTuple):
    """A plot's numbers as a table; columns in `right` are set flush right."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    right: frozenset[int] = frozenset()


class TableBelow(NamedTuple):
    """The page has the plot's numbers in a table of its own, with this id."""

    name: str


class Words(NamedTuple):
    """A plot's title, what it shows in words, a name that no other plot of the page has.

    The description is for who does not see the plot; the caption stands above it.
    """

    title: str
    description: str
    name: str
    caption: str


def figure(
    words: Words, box: Box, drawing: Mark, *, legend: Mark = NOTHING, numbers: Numbers | TableBelow
) -> Mark:
    """A plot with its caption, legend and table."""
    return element(
        "figure",
        element("figcaption", words.caption),
        element("div", _svg(words, box, drawing), class_="plot-scroll"),
        legend,
        _details(words, numbers),
        class_="plot",
    )


def _svg(words: Words, box: Box, drawing: Mark) -> Mark:
    name = ident(words.name)
    return element(
        "svg",
        element("title", words.title, id=f"{name}-title"),
        element("desc", words.description, id=f"{name}-desc"),
        drawing,
        role="img",
        aria_labelledby=f"{name}-title {name}-desc",
        viewBox=f"0 0 {box.width:.0f} {box.height:.0f}",
        width=box.width,
        height=box.height,
    )


def _details(words: Words, numbers: Numbers | TableBelow) -> Mark:
    told = joined("As a table", element("span", f": {words.title}", class_="unseen"))
    if isinstance(numbers, TableBelow):
        return element("p", element("a", told, href=f"#{ident(numbers.name)}"), class_="below")
    summary = element("summary", told)
    scroll = element("div", table(numbers, caption=words.title), class_="scroll")
    return element("details", summary, scroll, class_="plot-data")


def table(numbers: Numbers, caption: str) -> Mark:
    """Rows as an HTML table."""
    head = (_cell("th", numbers, place, column, scope="col") for place, column in enumerate(numbers.columns))
    rows = (
        element("tr", *(_cell("td", numbers, place, value) for place, value in enumerate(row)))
        for row in numbers.rows
    )
    return element(
        "table",
        element("caption", caption, class_="unseen"),
        element("thead", element("tr", *head)),
        element("tbody", *rows),
    )


def _cell(tag: str, numbers: Numbers, place: int, content: str, scope: str | None = None) -> Mark:
    return element(tag, content, scope=scope, class_="n" if place in numbers.right else None)


def legend(entries: Iterable[tuple[Mark, str]]) -> Mark:
    """A list of symbols (drawn in 24 × 12 pixels) with their words."""
    return element("ul", *(element("li", _swatch(mark), words) for mark, words in entries), class_="legend")


def _swatch(mark: Mark) -> Mark:
    return element("svg", mark, viewBox="0 0 24 12", width=24, height=12, aria_hidden="true")


def label(words: Content, x: float, y: float, *, anchor: str | None = None, class_: str = "label") -> Mark:
    """Text in a drawing; `anchor` is `middle` or `end`."""
    return element("text", words, x=x, y=y, text_anchor=anchor, class_=class_)


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Mark:
    """A straight line."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def x_axis(box: Box, scale: Scale, ticks: Iterable[tuple[float, str]], title: str = "") -> Mark:
    """Marks and words along the bottom, and lines up through the plot."""
    marks = [
        joined(
            line(scale(value), box.top, scale(value), box.y_end, "grid"),
            label(words, scale(value), box.y_end + 16, anchor="middle", class_="tick"),
        )
        for value, words in ticks
    ]
    name = label(title, (box.left + box.x_end) / 2, box.height - 2, anchor="middle", class_="axis-title")
    base = line(box.left, box.y_end, box.x_end, box.y_end, "axis")
    return joined(*marks, base, name if title else NOTHING)


def y_axis(box: Box, scale: Scale, ticks: Iterable[tuple[float, str]]) -> Mark:
    """Marks and words along the left, and lines across the plot."""
    return joined(
        *(
            joined(
                line(box.left, scale(value), box.x_end, scale(value), "grid"),
                label(words, box.left - 7, scale(value) + 4, anchor="end", class_="tick"),
            )
            for value, words in ticks
        )
    )


def tip(words: str) -> Mark:
    """What a pointer that rests on a mark is told."""
    return element("title", words)


def room_for(names: Iterable[str], besides: float) -> float:
    """Pixels for names at the left, and for what else stands there; letters of 11.5 px are about 6.4 wide."""
    return max((len(name) for name in names), default=0) * 6.4 + besides


def shortened(words: str, most: int) -> str:
    """Words of at most so many characters; of longer ones more of the end, where names differ."""
    if len(words) <= most:
        return words
    head = (most - 1) // 3
    return f"{words[:head]}…{words[head + 1 - most :]}"
