"""Throughput: what was measured of fine-tunes, by model, GPU and batch size."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from statistics import median

from ckreg.core.site.material import Row
from ckreg.core.site.names import data_file
from ckreg.core.site.shared import Cut
from ckreg.core.site.values import ThroughputLine, ThroughputPage
from ckreg.core.site.words import number, text, whole, words
from ckreg.core.tabular import as_csv

FILE = data_file("registry", "throughput")
SETUP = ("model", "gpu_type", "n_gpus", "batch_size", "grad_accum", "lora_rank", "packed", "recipe")
"""What of a run is the same in a line."""
_MEASURED = ("seconds_per_step", "samples_per_second", "tokens_per_second_per_gpu", "peak_gpu_mem_gib")
_COLUMNS = tuple(ThroughputLine.__dataclass_fields__)


def throughput(rows: Iterable[Row], most: int) -> ThroughputPage:
    """A line a setup; `most` of them are shown."""
    lines = _lines(rows)
    return ThroughputPage(
        lines=tuple(lines[:most]),
        cut=Cut(most, len(lines), FILE) if len(lines) > most else None,
        jobs=sum(line.jobs for line in lines),
    )


def throughput_file(rows: Iterable[Row]) -> str:
    """All lines as CSV."""
    return as_csv(_COLUMNS, (tuple(getattr(line, column) for column in _COLUMNS) for line in _lines(rows)))


def _lines(rows: Iterable[Row]) -> list[ThroughputLine]:
    known = sorted((row for row in rows if row["model"] and number(row["seconds_per_step"])), key=_setup)
    found = (_line(list(group)) for _, group in groupby(known, key=_setup))
    return sorted(found, key=lambda line: (line.model, line.gpu_type or "", -(line.samples_per_second or 0)))


def _setup(row: Row) -> tuple[str, ...]:
    return tuple(str(row[name]) for name in SETUP)


def _line(rows: Sequence[Row]) -> ThroughputLine:
    setup = rows[0]
    measured = {name: list(_known(rows, name)) for name in _MEASURED}
    steps = measured["seconds_per_step"]
    return ThroughputLine(
        model=words(setup["model"]),
        gpu_type=text(setup["gpu_type"]),
        n_gpus=whole(setup["n_gpus"]),
        batch_size=whole(setup["batch_size"]),
        grad_accum=whole(setup["grad_accum"]),
        lora_rank=whole(setup["lora_rank"]),
        packed=None if setup["packed"] is None else bool(setup["packed"]),
        recipe=text(setup["recipe"]),
        jobs=len(rows),
        tokens_per_second_per_gpu=_median(measured, "tokens_per_second_per_gpu"),
        samples_per_second=_median(measured, "samples_per_second"),
        seconds_per_step=_median(measured, "seconds_per_step"),
        slowest_seconds_per_step=max(steps),
        fastest_seconds_per_step=min(steps),
        peak_gpu_mem_gib=max(measured["peak_gpu_mem_gib"], default=None),
    )


def _known(rows: Iterable[Row], name: str) -> Iterator[float]:
    return (found for row in rows if (found := number(row[name])) is not None)


def _median(measured: Mapping[str, Sequence[float]], name: str) -> float | None:
    return median(measured[name]) if measured[name] else None
