"""Hugging Face's Trainer and what is built on it: TRL, alignment-handbook, LLaMA-Factory, axolotl."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from ckreg.core.measure.bars.bar_speed import BarSpeed, bar_speed, steps_begun_at
from ckreg.core.measure.bars.frames import Bar, Frame, bars_of, read_frames
from ckreg.core.measure.ends.ending import ending
from ckreg.core.measure.ends.epilogue import with_epilogue
from ckreg.core.measure.ends.outcome import last_line, shown
from ckreg.core.measure.gpu_lines import peak_memory_gib
from ckreg.core.measure.measurement import Framework, Kind, Measurement, Outcome, SpeedMethod, Verdict
from ckreg.core.measure.readers.hf_trainer.settings import UNKNOWN_SETTINGS, HfSettings, hf_settings
from ckreg.core.measure.readers.hf_trainer.summary import NO_SUMMARY, Summary, read_summary
from ckreg.core.measure.readers.training_bars import main_bars, part_edges

_SIGNS = (
    b"***** Running training *****",
    b"train_runtime",
    b"[INFO|trainer.py",
    b"transformers/trainer.py",
    b"transformers/training_args.py",
    b"trl/trainer/",
    b"SFTConfig(",
    b"TrainingArguments(",
    b"alignment-handbook/scripts/",
    b"llamafactory",
    b"axolotl.",
    b"TrainerType.TRL_",
    b"trainable params: ",
)
_LOSS_DICT = re.compile(rb"\{'loss': '?[\d.naif-]{1,30}'?, ")
# A tokenizer's hint, which only a collator of the Trainer draws out, at the first step of an unnamed bar.
_COLLATOR = re.compile(rb"\| 0/\d{1,9} \[00:00<\?, \?it/s\]You're using a \w{1,60} tokenizer\.")
_SUCCESS = re.compile(
    rb"'train_runtime': [^\r\n}]{1,200}|\*\*\* Training complete \*\*\*|train_runtime {2,30}= [^\r\n]{1,40}"
    rb"|Training completed\. Do not forget to share[^\r\n]{0,80}"
)
_STARTED = (b"Running training *****", b"Starting training", b"Config(", b"TrainingArguments(", b"{'loss': ")
_PAUSE = re.compile(
    rb"Saving model checkpoint|Running Evaluation|Saving adapter|global_step\d+ is about to be"
)


def sniff(data: bytes) -> bool:
    """Whether a Trainer wrote this."""
    if any(sign in data for sign in _SIGNS):
        return True
    return (b"{'loss': " in data and _LOSS_DICT.search(data) is not None) or (
        b"You're using a " in data and _COLLATOR.search(data) is not None
    )


def read(data: bytes, log_path: str) -> tuple[Measurement, ...]:
    """One measurement for each training."""
    edges = part_edges(data, bars_of(read_frames(data)))
    measured = [each for edge in pairwise(edges) for each in _measured(data[slice(*edge)], log_path)]
    return tuple(replace(each, segment=index) for index, each in enumerate(measured))


def _measured(data: bytes, log_path: str) -> Iterator[Measurement]:
    """One measurement, or one for each of the jobs whose bars alternate; what is whose is not known then."""
    frames = read_frames(data)
    settings, summary = hf_settings(data), read_summary(data)
    bars = main_bars(bars_of(frames), settings.steps_total)
    if len(bars) > 1:
        settings, summary = UNKNOWN_SETTINGS, NO_SUMMARY
    alone: list[Bar | None] = [None]
    for bar in bars or alone:
        yield _measure(data, log_path, (frames, bar), settings, summary)


def _measure(
    data: bytes,
    log_path: str,
    drawn: tuple[Sequence[Frame], Bar | None],
    settings: HfSettings,
    summary: Summary,
) -> Measurement:
    frames, bar = drawn
    done, total = _steps(bar, settings, summary)
    begun = steps_begun_at(bar) if bar else 0
    speed = _speed(data, bar, frames, summary, done, begun)
    verdict = _verdict(data, bar, done, total)
    samples = summary.samples_per_second
    if samples and begun and done and verdict.outcome is Outcome.COMPLETED:
        samples *= (done - begun) / done  # a resumed run counts the steps of the one before, too
    measured = Measurement(
        log_path=log_path,
        framework=Framework.HF_TRAINER,
        kind=Kind.FINETUNE,
        model=settings.model,
        lora_rank=settings.lora_rank,
        batch_size=settings.batch_size,
        grad_accum=settings.grad_accum,
        packed=settings.packed,
        max_seq_len=settings.max_seq_len,
        dataset=settings.dataset,
        n_gpus=settings.n_gpus,
        epochs=settings.epochs or (summary.epochs if done == total else None),
        steps_total=total,
        steps_done=done,
        seconds_per_step=speed.seconds_per_step if speed else None,
        speed_method=speed.method if speed else None,
        speed_spread=speed.spread if speed else None,
        samples_per_second=samples or _samples_per_second(settings, speed),
        seen_seconds=float(bar.last.seconds) if bar else summary.train_runtime,
        peak_gpu_mem_gib=peak_memory_gib(data),
        outcome=verdict.outcome,
        outcome_evidence=verdict.evidence,
    )
    return with_epilogue(measured, data)


def _samples_per_second(settings: HfSettings, speed: BarSpeed | None) -> float | None:
    """Rows a second over all GPUs; None for packed runs, where a sample holds an unknown number of rows."""
    if not speed or not settings.batch_size or settings.n_gpus is None or settings.packed:
        return None
    return settings.batch_size * (settings.grad_accum or 1) * max(1, settings.n_gpus) / speed.seconds_per_step


def _steps(bar: Bar | None, settings: HfSettings, summary: Summary) -> tuple[int | None, int | None]:
    """Optimiser steps done and to be done."""
    if bar:
        return bar.last.done, bar.total
    if summary.steps is not None:
        return summary.steps, settings.steps_total or summary.steps
    return None, settings.steps_total


def _speed(
    data: bytes, bar: Bar | None, frames: Sequence[Frame], summary: Summary, done: int | None, begun: int
) -> BarSpeed | None:
    by_bar = None
    if bar:
        own = {id(frame) for frame in bar.frames}
        others = [frame.start for frame in frames if id(frame) not in own]
        told = [match.start() for match in _PAUSE.finditer(data, bar.first.start, bar.last.end)]
        by_bar = bar_speed(bar, sorted(others + told))
        if by_bar and by_bar.method is SpeedMethod.ELAPSED:
            return by_bar
    if summary.train_seconds and done and done > begun:
        spread = by_bar.spread if by_bar else None
        return BarSpeed(summary.train_seconds / (done - begun), SpeedMethod.AVERAGE, spread)
    return by_bar


def _verdict(data: bytes, bar: Bar | None, done: int | None, total: int | None) -> Verdict:
    since = _last_advance(bar) if bar else 0
    unfinished = b""
    if bar:
        unfinished = b"" if bar.full else _frame_line(data, bar.last)
    elif done is None or done != total:
        started = any(sign in data for sign in _STARTED)
        unfinished = last_line(data).encode() if started else b""
    verdict = ending(data, since, success=_SUCCESS, unfinished=unfinished)
    if verdict.outcome is Outcome.UNKNOWN and bar:
        return Verdict(Outcome.COMPLETED, shown(_frame_line(data, bar.last)))
    return verdict


def _last_advance(bar: Bar) -> int:
    """Where the step before the last is drawn: what went wrong before it did not end the job.

    The last step itself may be drawn late, when the bar is closed.
    """
    return next((frame.end for frame in reversed(bar.frames) if frame.done != bar.last.done), bar.first.start)


def _frame_line(data: bytes, frame: Frame) -> bytes:
    start = max(data.rfind(b"\r", 0, frame.start), data.rfind(b"\n", 0, frame.start), frame.start - 300) + 1
    return data[start : frame.end]
