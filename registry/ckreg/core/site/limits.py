"""How much of an experiment a page shows, so that none is larger than a megabyte."""

from dataclasses import dataclass

MOST_BYTES = 1_000_000
"""Of a page; one that comes out larger is made again with less."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Rows of a page's tables, bars, curves, and characters of its document."""

    experiments: int = 500
    rows: int = 400
    events: int = 200
    bars: int = 200
    curves: int = 24
    results: int = 300
    points: int = 2000
    lines: int = 500
    document_table: int = 150
    document: int = 150_000

    def less(self, size: int) -> "Limits":
        """The limits for a page that came out `size` bytes large with these."""
        share = min(0.9 * MOST_BYTES / size, 0.9)
        return Limits(*(int(getattr(self, name) * share) for name in self.__slots__))


def fits(html: str) -> bool:
    """Whether a page is small enough."""
    return len(html) <= MOST_BYTES and len(html.encode("utf-8", "replace")) <= MOST_BYTES
