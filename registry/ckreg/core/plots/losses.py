"""Loss curves: how training went, run beside run."""

import math
from collections.abc import Sequence
from dataclasses import replace

from ckreg.core.plots.frame import WIDE, Box, Numbers, Words, figure, label, legend, line, tip, x_axis, y_axis
from ckreg.core.plots.marks import NOTHING, Mark, element, joined
from ckreg.core.plots.scales import Scale, span
from ckreg.core.plots.ticks import linear_ticks, log_ticks, number_label, widened
from ckreg.core.site.experiment_page import LossCurve, LossPoint

COLOURS = 8
"""So many curves go into one plot: each has a colour of its own."""

_BOX = Box(WIDE, 340, bottom=46)
_WIDE = 30.0  # greatest over least loss from which on the scale is a log scale


def loss_curves(curves: Sequence[LossCurve], name: str = "losses") -> Mark:
    """Training losses as lines, validation losses dashed with marks.

    More curves than there are colours are several plots with the same axes.
    """
    known = [one for curve in curves if (one := _finite(curve)).train or one.validation]
    if not known:
        return NOTHING
    x, y = _scales(known)
    parts = [known[first : first + COLOURS] for first in range(0, len(known), COLOURS)]
    titles = (
        ["Losses"] if len(parts) == 1 else [f"Losses, {n} of {len(parts)}" for n in range(1, len(parts) + 1)]
    )
    return joined(
        *(_plot(part, x, y, title, f"{name}-{title}") for part, title in zip(parts, titles, strict=True))
    )


def _finite(curve: LossCurve) -> LossCurve:
    """The curve without losses that are no numbers."""
    return replace(curve, train=_numbers_of(curve.train), validation=_numbers_of(curve.validation))


def _numbers_of(points: Sequence[LossPoint]) -> tuple[LossPoint, ...]:
    return tuple(point for point in points if math.isfinite(point.loss))


def _scales(curves: Sequence[LossCurve]) -> tuple[Scale, Scale]:
    points = [point for curve in curves for point in (*curve.train, *curve.validation)]
    first, last = span(point.step for point in points)
    low, high = span(point.loss for point in points)
    x = Scale(min(0.0, first), max(last, 1.0), _BOX.left, _BOX.x_end)
    if low > 0 and high / low > _WIDE:
        return x, Scale(low / 1.1, high * 1.1, _BOX.y_end, _BOX.top + 8, log=True)
    return x, Scale(*widened(low, high), _BOX.y_end, _BOX.top + 8)


def _plot(curves: Sequence[LossCurve], x: Scale, y: Scale, title: str, name: str) -> Mark:
    ticks = log_ticks(y.low, y.high) if y.log else linear_ticks(y.low, y.high)
    drawing = joined(
        y_axis(_BOX, y, [(tick, number_label(tick)) for tick in ticks]),
        x_axis(_BOX, x, [(tick, number_label(tick)) for tick in linear_ticks(x.low, x.high, 8)], "step"),
        label("loss, log scale" if y.log else "loss", 4, _BOX.top + 2, class_="axis-title"),
        *(_curve(curve, place, x, y) for place, curve in enumerate(curves)),
    )
    words = Words(title, _told(curves), name, _caption(curves))
    return figure(words, _BOX, drawing, legend=_legend(curves), numbers=_numbers(curves))


def _curve(curve: LossCurve, place: int, x: Scale, y: Scale) -> Mark:
    kind = f"c{place % COLOURS + 1}"
    return element(
        "g",
        tip(f"{curve.run_name}: {_sentence(curve)}"),
        _path(curve.train, x, y, "curve", kind),
        _path(curve.validation, x, y, "curve validation", kind),
        *(_dot(x(point.step), y(point.loss), kind) for point in curve.validation),
        class_="curves",
    )


def _path(points: Sequence[LossPoint], x: Scale, y: Scale, class_: str, kind: str) -> Mark:
    if not points:
        return NOTHING
    if len(points) == 1:
        return _dot(x(points[0].step), y(points[0].loss), kind)
    places = " ".join(f"{x(point.step):.1f},{y(point.loss):.1f}" for point in points)
    return element("polyline", points=places, class_=f"{class_} {kind}")


def _dot(x: float, y: float, kind: str) -> Mark:
    return element("circle", cx=x, cy=y, r=3, class_=f"dot {kind}")


def _sentence(curve: LossCurve) -> str:
    parts = []
    for what, points in (("training", curve.train), ("validation", curve.validation)):
        if points:
            lowest = min(point.loss for point in points)
            parts.append(f"{what} loss {points[0].loss:.4g} to {points[-1].loss:.4g}, lowest {lowest:.4g}")
    return "; ".join(parts)


def _told(curves: Sequence[LossCurve]) -> str:
    return "Loss by step. " + ". ".join(f"{curve.run_name}: {_sentence(curve)}" for curve in curves) + "."


def _caption(curves: Sequence[LossCurve]) -> str:
    dashed = "; dashed, with rings: of validation" if any(one.validation for one in curves) else ""
    return f"Loss by step, as the logs have it{dashed}."


def _legend(curves: Sequence[LossCurve]) -> Mark:
    entries = [
        (line(1, 6, 23, 6, f"curve c{place % COLOURS + 1}"), curve.run_name)
        for place, curve in enumerate(curves)
    ]
    if any(curve.validation for curve in curves):
        dashed = joined(line(1, 6, 23, 6, "curve validation plain"), _dot(12, 6, "plain"))
        entries.append((dashed, "dashed: validation"))
    return legend(entries)


def _numbers(curves: Sequence[LossCurve]) -> Numbers:
    columns = (
        "Run",
        "Losses logged",
        "Last step",
        "First",
        "Last",
        "Lowest",
        "Last validation",
        "Lowest validation",
    )
    return Numbers(columns, [_row(curve) for curve in curves], frozenset(range(1, 8)))


def _row(curve: LossCurve) -> tuple[str, ...]:
    train, validation = curve.train, curve.validation
    return (
        curve.run_name,
        f"{curve.points_total:,}",
        f"{max(point.step for point in (*train, *validation)):,}",
        _loss(train[:1]),
        _loss(train[-1:]),
        _loss(_lowest(train)),
        _loss(validation[-1:]),
        _loss(_lowest(validation)),
    )


def _lowest(points: Sequence[LossPoint]) -> list[LossPoint]:
    return sorted(points, key=lambda point: point.loss)[:1]


def _loss(points: Sequence[LossPoint]) -> str:
    return f"{points[0].loss:.4g}" if points else "-"
