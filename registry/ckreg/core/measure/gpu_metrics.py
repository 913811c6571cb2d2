"""The `gpu_metrics.csv` that `nvidia-smi --format=csv -l 30` writes beside a log: memory and utilisation."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby, pairwise
from statistics import fmean

from ckreg.core.measure.measurement import Measurement

_LINE_END = re.compile(r"\r\n|\r|\n")
# nvidia-smi's own columns in the order in which jobs ask for them: a file made with `noheader` has no names.
_USUAL = (
    "timestamp",
    "utilization.gpu",
    "utilization.memory",
    "memory.used",
    "memory.total",
    "power.draw",
    "temperature.gpu",
)
_IDENTITY = ("uuid", "gpu_uuid", "index", "pci.bus_id", "gpu_bus_id", "serial", "gpu_serial")
_UNIT = re.compile(r"\[.{1,20}\]$")
_NUMBER = re.compile(r"(\d{1,12}(?:\.\d{1,6})?)(?: ?(%|MiB|GiB|KiB|B))?")
_IN_MIB = {"": 1.0, "MiB": 1.0, "GiB": 1024.0, "KiB": 1 / 1024, "B": 2**-20}
_AT_ONCE = 0.5  # seconds between the rows of one look at all GPUs; two looks are seconds apart
_IDLE_SHARE = 0.1

Window = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class GpuUse:
    """What the samples of a job's GPUs say; None where nothing was measured, as on MIG slices.

    Memory is GiB of one GPU: `peak_gib` the most that any held, `mean_gib` the mean over GPUs and time.
    `utilisation` is the mean share of the time in which a GPU was busy, in percent.
    """

    peak_gib: float | None = None
    mean_gib: float | None = None
    total_gib: float | None = None
    utilisation: float | None = None
    gpu_type: str | None = None


@dataclass(frozen=True, slots=True)
class _Sample:
    gpu: str
    at: datetime | None
    used: float | None
    total: float | None
    busy: float | None
    name: str | None


def with_gpu_metrics(measurement: Measurement, text: str, window: Window | None = None) -> Measurement:
    """The measurement with what `gpu_metrics.csv` says of its GPUs.

    What the log itself says of the peak and the GPU's type goes before: the program knows its own memory
    at any moment, nvidia-smi looks every 30 s. `window` is as in `gpu_use`.
    """
    use = gpu_use(text, window)
    peak, gpu_type = measurement.peak_gpu_mem_gib, measurement.gpu_type
    return replace(
        measurement,
        peak_gpu_mem_gib=use.peak_gib if peak is None else peak,
        mean_gpu_mem_gib=use.mean_gib,
        total_gpu_mem_gib=use.total_gib,
        gpu_utilisation=use.utilisation,
        gpu_type=use.gpu_type if gpu_type is None else gpu_type,
    )


def gpu_use(text: str, window: Window | None = None) -> GpuUse:
    """Peak, means and totals of a `gpu_metrics.csv`; lines that are cut or no samples are left out.

    `window` is the job's first and last moment in the node's own zone (as `Started` and `Ended` of sacct):
    samples outside it are another job's. GPUs that did nothing beside busy ones are not the job's.
    """
    samples = list(_samples(text))
    if window is not None:
        samples = [each for each in samples if each.at is None or window[0] <= each.at <= window[1]]
    own = _of_the_job(_told_apart(samples))
    used = [each.used for each in own if each.used is not None]
    busy = [each.busy for each in own if each.busy is not None]
    return GpuUse(
        peak_gib=round(max(used) / 1024, 3) if used else None,
        mean_gib=round(fmean(used) / 1024, 3) if used else None,
        total_gib=_most(each.total / 1024 for each in own if each.total),
        utilisation=round(fmean(busy), 1) if busy else None,
        gpu_type=next((each.name for each in own if each.name), None),
    )


def span(text: str) -> Window | None:
    """The first and last moment of the samples, None where no time was written."""
    times = [each.at for each in _samples(text) if each.at]
    return (min(times), max(times)) if times else None


def _most(values: Iterable[float]) -> float | None:
    most = max(values, default=None)
    return None if most is None else round(most, 3)


def _samples(text: str) -> Iterable[_Sample]:
    """One for each whole row; a header may come again, where several jobs wrote one file."""
    columns: Sequence[str] = _USUAL
    lines = _LINE_END.split(text)
    for number, line in enumerate(lines):
        cells = [cell.strip() for cell in line.lstrip("\ufeff").split(",")]
        if "memory.used" in line or "utilization.gpu" in line:
            columns = [_UNIT.sub("", cell).strip() for cell in cells]
        elif len(cells) == len(columns) and not (number == len(lines) - 1 and _is_cut(cells, lines)):
            yield _sample(dict(zip(columns, cells, strict=True)))


def _is_cut(cells: Sequence[str], lines: Sequence[str]) -> bool:
    """Whether the last line, which no newline ends, lacks the unit that the row before it has at its end."""
    unit = re.search(r"\d ?([^\d\s]{1,5})$", lines[-2] if len(lines) > 1 else "")
    return unit is not None and not cells[-1].endswith(unit[1])


def _sample(row: dict[str, str]) -> _Sample:
    return _Sample(
        gpu=" ".join(row[key] for key in _IDENTITY if key in row),
        at=_time(row.get("timestamp", "")),
        used=_value(row, "memory.used"),
        total=_value(row, "memory.total"),
        busy=_value(row, "utilization.gpu"),
        name=row.get("name") or row.get("gpu_name"),
    )


def _value(row: dict[str, str], key: str) -> float | None:
    """MiB or percent; None for `[N/A]`, `[Not Supported]` and whatever else is no number."""
    match = _NUMBER.fullmatch(row.get(key, ""))
    return float(match[1]) * _IN_MIB.get(match[2] or "", 1.0) if match else None


def _time(cell: str) -> datetime | None:
    try:
        return datetime.fromisoformat(cell.replace("/", "-")).replace(tzinfo=None)
    except ValueError:
        return None


def _told_apart(samples: Sequence[_Sample]) -> list[_Sample]:
    """With each GPU's own mark: where no column has one, its place among the rows of one look."""
    if any(each.gpu for each in samples) or not samples:
        return list(samples)
    looks = [0]
    for before, here in pairwise(samples):
        together = before.at and here.at and 0 <= (here.at - before.at).total_seconds() < _AT_ONCE
        looks.append(looks[-1] + (not together))
    apart = []
    for _, look in groupby(zip(looks, samples, strict=True), key=lambda pair: pair[0]):
        apart += [replace(sample, gpu=str(place)) for place, (_, sample) in enumerate(look)]
    return apart


def _of_the_job(samples: Sequence[_Sample]) -> Sequence[_Sample]:
    """Without the GPUs that were never busy and held next to nothing beside one that held much."""
    gpus: dict[str, list[_Sample]] = {}
    for each in samples:
        gpus.setdefault(each.gpu, []).append(each)
    held = {gpu: max(each.used or 0.0 for each in rows) for gpu, rows in gpus.items()}
    idle = {
        gpu
        for gpu, rows in gpus.items()
        if held[gpu] < _IDLE_SHARE * max(held.values()) and not any(each.busy for each in rows)
    }
    return [each for each in samples if each.gpu not in idle]
