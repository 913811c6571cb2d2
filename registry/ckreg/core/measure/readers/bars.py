"""Any other program that draws bars or prints steps; of a bar that may be its main loop, the steps."""

import re
from collections.abc import Sequence

from ckreg.core.measure.bars.bar_speed import bar_speed
from ckreg.core.measure.bars.frames import Bar, Frame, bars_of, read_frames
from ckreg.core.measure.bars.printed_steps import printed_steps
from ckreg.core.measure.ends.ending import ending
from ckreg.core.measure.ends.epilogue import with_epilogue
from ckreg.core.measure.ends.outcome import last_line
from ckreg.core.measure.gpu_lines import peak_memory_gib
from ckreg.core.measure.measurement import Framework, Kind, Measurement, Outcome, Verdict
from ckreg.core.measure.readers.training_bars import main_bars

_BAR_SIGNS = (b"it/s", b"s/it", b"/s]")
_TRAINING = re.compile(
    rb"(?i)\bfine-?tun\w{0,6}\b"
    rb"|\btraining\b|\bgradient|\bepochs? ?[:=\[]?\d|\bval_loss\b|\b(?:train_)?loss[=:]"
    rb"|reward_(?:sum|mean)|\brun_(?:sft|dpo|orpo|grpo)\b|\b(?:sft|dpo|grpo|pretrain)\.py\b|'rejected'"
)
_EVALUATION = re.compile(rb"(?i)\bevaluat(?:e|ing|ion)\b|\bbenchmark\b")
_INFERENCE = re.compile(rb"(?i)\binference\b|\bpredict|\bgenerat(?:e|ing|ion) |\bembedding|/chat/completions")
_LARGEST_LOOK = 60_000


def sniff(data: bytes) -> bool:
    """Whether a bar or a step is drawn."""
    return any(sign in data for sign in _BAR_SIGNS) or printed_steps(data).done is not None


def read(data: bytes, log_path: str) -> tuple[Measurement, ...]:
    """One measurement, or one for each of the jobs whose bars alternate."""
    frames = read_frames(data)
    bars = bars_of(frames)
    main = main_bars(bars)
    if len(main) < 2:  # noqa: PLR2004  # one job
        return (_measure(data, log_path, 0, main[0] if main else None, frames),)
    return tuple(_measure(data, log_path, index, bar, frames) for index, bar in enumerate(main))


def kind_of(data: bytes) -> Kind:
    """What the words of a log suggest."""
    text = data[:_LARGEST_LOOK]
    if _TRAINING.search(text):
        return Kind.FINETUNE
    if _EVALUATION.search(text):
        return Kind.EVAL
    return Kind.INFERENCE if _INFERENCE.search(text) else Kind.OTHER


def _measure(
    data: bytes, log_path: str, segment: int, bar: Bar | None, frames: Sequence[Frame]
) -> Measurement:
    printed = printed_steps(data)
    done, total, speed = printed.done, printed.total, printed.speed
    if bar and done is None:
        done, total = bar.last.done, bar.total
        own = {id(frame) for frame in bar.frames}
        named = [frame.start for frame in frames if id(frame) not in own and frame.name != bar.name]
        speed = bar_speed(bar, named)
    verdict = _verdict(data, bar, frames)
    measured = Measurement(
        log_path=log_path,
        segment=segment,
        framework=Framework.OTHER,
        kind=kind_of(data),
        steps_total=total,
        steps_done=done,
        seconds_per_step=speed.seconds_per_step if speed else None,
        speed_method=speed.method if speed else None,
        speed_spread=speed.spread if speed else None,
        seen_seconds=float(bar.last.seconds) if bar else None,
        peak_gpu_mem_gib=peak_memory_gib(data),
        outcome=verdict.outcome,
        outcome_evidence=verdict.evidence,
    )
    return with_epilogue(measured, data)


def _verdict(data: bytes, bar: Bar | None, frames: Sequence[Frame]) -> Verdict:
    last = bar.last if bar else (frames[-1] if frames else None)
    unfinished = b""
    if last and last.total and last.done < last.total:
        unfinished = data[
            max(data.rfind(b"\r", 0, last.start), data.rfind(b"\n", 0, last.start)) + 1 : last.end
        ]
    since = last.start if last else 0
    verdict = ending(data, since, unfinished=unfinished)
    if verdict.outcome is Outcome.UNKNOWN and not frames and printed_steps(data).done:
        return Verdict(Outcome.INCOMPLETE, last_line(data))
    return verdict
