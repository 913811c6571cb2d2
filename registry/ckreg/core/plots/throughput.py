"""How fast which setup trained: a bar each, by model."""

from collections.abc import Sequence
from itertools import groupby

from ckreg.core.plots.frame import (
    WIDE,
    Box,
    Numbers,
    TableBelow,
    Words,
    figure,
    label,
    line,
    room_for,
    shortened,
    tip,
    x_axis,
)
from ckreg.core.plots.marks import NOTHING, Mark, element, joined
from ckreg.core.plots.scales import Scale
from ckreg.core.plots.ticks import linear_ticks, number_label, widened
from ckreg.core.site.values import ThroughputLine
from ckreg.core.units import counted

_ROW = 20
_HEADING = 26
_NAME = 42  # characters
_TOKENS = "tokens per second and GPU"
_SAMPLES = "samples per second"


def throughput(lines: Sequence[ThroughputLine], name: str = "throughput", below: str | None = None) -> Mark:
    """Tokens per second and GPU (where no log tells them: samples per second), models one below the other.

    `below` is the id of a table on the page that has the same numbers.
    """
    unit = _TOKENS if any(one.tokens_per_second_per_gpu for one in lines) else _SAMPLES
    shown = [one for one in lines if _speed(one, unit)]
    if not shown:
        return NOTHING
    models = [(model, list(group)) for model, group in groupby(shown, key=lambda one: one.model)]
    box = Box(
        WIDE,
        _ROW * len(shown) + _HEADING * len(models) + 56,
        left=room_for((text for one in shown for text in (_setup(one), _model(one.model))), besides=16),
        right=64,
        bottom=46,
    )
    x = Scale(0.0, widened(0.0, max(_speed(one, unit) for one in shown))[1], box.left, box.x_end)
    ticks = [(tick, number_label(tick)) for tick in linear_ticks(x.low, x.high)]
    drawing = joined(x_axis(box, x, ticks, unit), *_groups(models, box, x, unit))
    words = Words(f"Speed: {unit}", _told(shown, unit), name, _told(shown, unit))
    return figure(words, box, drawing, numbers=TableBelow(below) if below else _numbers(shown, unit))


def _speed(one: ThroughputLine, unit: str) -> float:
    speed = one.tokens_per_second_per_gpu if unit == _TOKENS else one.samples_per_second
    return speed or 0.0


def _groups(models: Sequence[tuple[str, list[ThroughputLine]]], box: Box, x: Scale, unit: str) -> list[Mark]:
    marks = []
    y = box.top
    for model, group in models:
        marks.append(label(_model(model), 4, y + 18, class_="group"))
        y += _HEADING
        for one in group:
            marks.append(_bar(one, y + _ROW / 2, box, x, unit))
            y += _ROW
    return [*marks, line(box.left, box.top, box.left, box.y_end, "axis")]


def _model(name: str) -> str:
    return shortened(name, _NAME)


def _setup(one: ThroughputLine) -> str:
    return shortened(setup(one), _NAME)


def _bar(one: ThroughputLine, y: float, box: Box, x: Scale, unit: str) -> Mark:
    speed = _speed(one, unit)
    return element(
        "g",
        tip(f"{one.model}, {setup(one)}: {amount(speed)} {unit}, {counted(one.jobs, 'job')}"),
        label(_setup(one), box.left - 8, y + 4, anchor="end"),
        element("rect", x=box.left, y=y - 6, width=max(1.0, x(speed) - box.left), height=12, class_="amount"),
        label(amount(speed), x(speed) + 6, y + 4, class_="value"),
    )


def setup(one: ThroughputLine) -> str:
    """What of a setup decides its speed, but for the model: `2 × H100, batch 4 × 8, rank 64, packed`."""
    gpu = (one.gpu_type or "GPU not known").removeprefix("NVIDIA ")
    batch = f"batch {one.batch_size}" if one.batch_size else None
    if batch and one.grad_accum and one.grad_accum > 1:
        batch = f"{batch} × {one.grad_accum}"
    rank = f"rank {one.lora_rank}" if one.lora_rank else None
    packed = "packed" if one.packed else None
    gpus = f"{one.n_gpus} × {gpu}" if one.n_gpus and one.n_gpus > 1 else gpu
    return ", ".join(part for part in (gpus, batch, rank, packed) if part)


def amount(value: float) -> str:
    """A speed with three digits at least: `0.47`, `33.6`, `13,720`."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"  # noqa: PLR2004


def _told(shown: Sequence[ThroughputLine], unit: str) -> str:
    best = max(shown, key=lambda one: _speed(one, unit))
    return (
        f"Median {unit} of {counted(len(shown), 'setup')}. "
        f"The fastest, {amount(_speed(best, unit))}, is {best.model} on {setup(best)}."
    )


def _numbers(shown: Sequence[ThroughputLine], unit: str) -> Numbers:
    rows = [(one.model, setup(one), amount(_speed(one, unit)), f"{one.jobs:,}") for one in shown]
    return Numbers(("Model", "Setup", unit.capitalize(), "Jobs"), rows, frozenset({2, 3}))
