"""PyTorch Lightning and NeMo: one bar an epoch, called after it."""

import re
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from ckreg.core.measure.bars.bar_speed import BarSpeed, bar_speed, robust_spread
from ckreg.core.measure.bars.frames import Bar, Frame, bars_of, read_frames
from ckreg.core.measure.ends.ending import ending
from ckreg.core.measure.ends.epilogue import with_epilogue
from ckreg.core.measure.ends.outcome import last_line
from ckreg.core.measure.gpu_lines import peak_memory_gib
from ckreg.core.measure.log_settings import int_setting, text_setting
from ckreg.core.measure.measurement import Framework, Kind, Measurement, SpeedMethod

_SIGNS = (
    b"pytorch_lightning",
    b"lightning.pytorch",
    b"lightning_fabric",
    b"`Trainer.fit` stopped",
    b"[NeMo ",
)
_BAR_SIGN = re.compile(rb"Epoch \d{1,6}:[^\r\n]{1,300}, v_num=")
_EPOCH = re.compile(rb"^Epoch (\d{1,6})\b")
_STOPPED = re.compile(rb"`Trainer\.fit` stopped: [^\r\n]{1,120}reached\.")
_MAX_EPOCHS = re.compile(rb"`?max_epochs=(\d{1,9})`? reached")
_MAX_STEPS = re.compile(rb"`?max_steps=(\d{1,9})`? reached")
_GLOBAL_STEP = re.compile(rb"\bglobal_step=(\d{1,12})(?:\.0)?\b")
_TIMING = re.compile(rb"train_step_timing in s: \[([\d., ]{1,20000})\]")
_NUMBER = re.compile(rb" ?\d{1,9}(?:\.\d{1,9})?")
_GPUS = re.compile(rb"MEMBER: \d{1,6}/(\d{1,6})\b|with (\d{1,6}) processes")


def sniff(data: bytes) -> bool:
    """Whether Lightning's words or its bars are here."""
    return any(sign in data for sign in _SIGNS) or _BAR_SIGN.search(data) is not None


def read(data: bytes, log_path: str) -> tuple[Measurement, ...]:
    """One measurement for each fit: the epochs begin anew."""
    frames = read_frames(data)
    fits = _fits(bars_of(frames))
    starts = [max(data.rfind(b"\n", 0, fit[0].first.start), 0) for fit in fits]
    edges = [0, *starts[1:], len(data)]
    return tuple(_measure(data[slice(*edge)], log_path, index) for index, edge in enumerate(pairwise(edges)))


def _epochs(bars: Sequence[Bar]) -> list[Bar]:
    return [bar for bar in bars if bar.total and _EPOCH.match(bar.name)]


def _number(bar: Bar) -> int:
    match = _EPOCH.match(bar.name)
    return int(match[1]) if match else 0


def _fits(bars: Sequence[Bar]) -> list[list[Bar]]:
    fits: list[list[Bar]] = []
    for bar in _epochs(bars):
        if not fits or _number(bar) < _number(fits[-1][-1]) or _begins_again(fits[-1][-1], bar):
            fits.append([])
        fits[-1].append(bar)
    return fits


def _begins_again(before: Bar, bar: Bar) -> bool:
    return before.name == bar.name and bar.first.done == 0 and before.last.done > 0 and not before.full


def _measure(data: bytes, log_path: str, segment: int) -> Measurement:
    frames = read_frames(data)
    epochs = _epochs(bars_of(frames))
    accumulate = int_setting(data, "accumulate_grad_batches") or 1
    done, total = _steps(data, epochs, accumulate)
    speed = _speed(epochs, frames) or _timed_speed(data, accumulate)
    finished = _STOPPED.search(data) or (done is not None and done == total)
    unfinished = b"" if finished or not epochs else last_line(data).encode()
    last = epochs[-1].last.start if epochs else 0
    verdict = ending(data, last, success=_STOPPED, unfinished=unfinished)
    measured = Measurement(
        log_path=log_path,
        segment=segment,
        framework=Framework.LIGHTNING,
        kind=Kind.FINETUNE,
        model=text_setting(data, "restore_from_path", "model_name_or_path", "pretrained_model_name_or_path"),
        batch_size=int_setting(data, "micro_batch_size", "per_device_train_batch_size", "batch_size"),
        grad_accum=int_setting(data, "accumulate_grad_batches"),
        n_gpus=_gpus(data),
        epochs=_max_epochs(data),
        steps_total=total,
        steps_done=done,
        seconds_per_step=speed.seconds_per_step * accumulate if speed else None,
        speed_method=speed.method if speed else None,
        speed_spread=speed.spread if speed else None,
        seen_seconds=float(sum(bar.last.seconds for bar in epochs)) if epochs else None,
        peak_gpu_mem_gib=peak_memory_gib(data),
        outcome=verdict.outcome,
        outcome_evidence=verdict.evidence,
    )
    return with_epilogue(measured, data)


def _max_epochs(data: bytes) -> int | None:
    match = _MAX_EPOCHS.search(data)
    return int(match[1]) if match else int_setting(data, "max_epochs")


def _steps(data: bytes, epochs: Sequence[Bar], accumulate: int) -> tuple[int | None, int | None]:
    """Optimiser steps over all epochs; the last epoch may have steps left over."""
    if not epochs:
        return None, None
    bar, number = epochs[-1], _number(epochs[-1])
    each = -(-(bar.total or 0) // accumulate)
    done = number * each + -(-bar.last.done // accumulate)
    counted = [int(step) for step in _GLOBAL_STEP.findall(bar.last.extra)]
    stopped = _MAX_STEPS.search(data)
    most = int(stopped[1]) if stopped else int_setting(data, "max_steps")
    max_epochs = _max_epochs(data)
    total = max_epochs * each if max_epochs and max_epochs < 10**6 else None
    if most and (total is None or most < total):
        total = most
    if counted and stopped:
        done = most or done
    return done, total


def _speed(epochs: Sequence[Bar], frames: Sequence[Frame]) -> BarSpeed | None:
    """Of the longest epoch; validation draws bars of its own."""
    if not epochs:
        return None
    bar = max(epochs, key=lambda bar: bar.last.done)
    own = {id(frame) for frame in bar.frames}
    return bar_speed(bar, [frame.start for frame in frames if id(frame) not in own])


def _timed_speed(data: bytes, accumulate: int) -> BarSpeed | None:
    """NeMo's own timing of the last optimiser steps, of which it prints a list."""
    lists = _TIMING.findall(data)
    each = (
        [float(seconds) for seconds in lists[-1].split(b",") if _NUMBER.fullmatch(seconds)] if lists else []
    )
    if not each or not median(each):
        return None
    return BarSpeed(median(each) / accumulate, SpeedMethod.AVERAGE, robust_spread(each))


def _gpus(data: bytes) -> int | None:
    match = _GPUS.search(data)
    return int(match[1] or match[2]) if match else int_setting(data, "world_size")
