"""A status has a colour, a shape and a word: whoever does not see one sees the others."""

from ckreg.core.plots.marks import Mark, element, joined

KNOWN = ("completed", "running", "failed", "pending")


def status_class(status: str | None) -> str:
    """The class that gives a status its colours: `s-failed`; `s-other` for what is none of the four."""
    return f"s-{status}" if status in KNOWN else "s-other"


def shape(status: str | None, x: float, y: float, size: float = 5.0) -> Mark:
    """A disc for completed, a triangle for running, a cross for failed, a ring for pending, else a square."""
    kind = f"mark {status_class(status)}"
    if status == "running":
        points = f"M{x - size:.1f} {y - size:.1f}L{x + size:.1f} {y:.1f}L{x - size:.1f} {y + size:.1f}Z"
        return element("path", d=points, class_=kind)
    if status == "failed":
        return element("path", d=_cross(x, y, size * 0.85), class_=f"{kind} stroked")
    if status in KNOWN:
        return element("circle", cx=x, cy=y, r=size * 0.9, class_=kind)
    return element(
        "rect", x=x - size * 0.8, y=y - size * 0.8, width=size * 1.6, height=size * 1.6, class_=kind
    )


def diamond(x: float, y: float, size: float, class_: str) -> Mark:
    """A square on its corner."""
    d = f"M{x:.1f} {y - size:.1f}L{x + size:.1f} {y:.1f}L{x:.1f} {y + size:.1f}L{x - size:.1f} {y:.1f}Z"
    return element("path", d=d, class_=class_)


def upward(x: float, y: float, size: float, class_: str) -> Mark:
    """An arrow head that points up: `at least`."""
    d = f"M{x:.1f} {y - size:.1f}L{x + size:.1f} {y + size * 0.8:.1f}L{x - size:.1f} {y + size * 0.8:.1f}Z"
    return element("path", d=d, class_=class_)


def icon(status: str | None) -> Mark:
    """A status's shape in a line of text; the word stands beside it."""
    drawn = joined(shape(status, 6, 6, 4.5))
    return element("svg", drawn, class_="icon", viewBox="0 0 12 12", width=12, height=12, aria_hidden="true")


def _cross(x: float, y: float, arm: float) -> str:
    left, right, top, bottom = x - arm, x + arm, y - arm, y + arm
    return f"M{left:.1f} {top:.1f}L{right:.1f} {bottom:.1f}M{left:.1f} {bottom:.1f}L{right:.1f} {top:.1f}"
