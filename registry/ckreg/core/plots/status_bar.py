"""How many rows have which status, as a bar of one line."""

from ckreg.core.plots.marks import NOTHING, Mark, element
from ckreg.core.plots.shapes import status_class
from ckreg.core.site.shared import Counts

_WIDTH = 160.0
_HEIGHT = 12.0
_GAP = 1.0
_LEAST = 3.0  # pixels: one failed run of a thousand is seen
# What still waits is low; what failed is hatched, by the style sheet.
_LOW = {"pending": 4.0, "running": 8.0}


def status_bar(counts: Counts, what: str | None = None) -> Mark:
    """A bar whose parts are as wide as there are rows; empty where there are none.

    `what` names the rows for who does not see the bar; without it, the words beside the bar must say all.
    """
    if not counts.total:
        return NOTHING
    drawn = []
    at = 0.0
    for status, width in widths(counts):
        drawn.append(_part(status, at, width))
        at += width
    return element(
        "svg",
        *drawn,
        class_="status-bar",
        role="img" if what else None,
        aria_label=f"{what}: {in_words(counts)}" if what else None,
        aria_hidden=None if what else "true",
        viewBox=f"0 0 {_WIDTH:.0f} {_HEIGHT:.0f}",
        preserveAspectRatio="none",
    )


def in_words(counts: Counts) -> str:
    """`12 completed, 1 failed`, in the bar's order; `none` of nothing."""
    return ", ".join(f"{number:,} {status}" for status, number in counts.parts.items()) or "none"


def widths(counts: Counts) -> list[tuple[str, float]]:
    """Each status with its width in pixels: a few at least, all together the bar's."""
    parts = counts.parts
    free = _WIDTH - _LEAST * len(parts)
    return [(status, _LEAST + free * number / counts.total) for status, number in parts.items()]


def _part(status: str, at: float, width: float) -> Mark:
    height = _LOW.get(status, _HEIGHT)
    return element(
        "rect",
        class_=status_class(status),
        x=at,
        y=(_HEIGHT - height) / 2,
        width=max(1.0, width - _GAP),
        height=height,
    )
