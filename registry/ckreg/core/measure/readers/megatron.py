"""Megatron-LM and what is built on it: a line an iteration, with its milliseconds."""

import re
from itertools import pairwise
from statistics import median

from ckreg.core.measure.bars.bar_speed import BarSpeed, robust_spread
from ckreg.core.measure.ends.ending import ending
from ckreg.core.measure.ends.epilogue import with_epilogue
from ckreg.core.measure.ends.outcome import last_line
from ckreg.core.measure.measurement import Framework, Kind, Measurement, SpeedMethod

_ITERATION = re.compile(
    rb"\biteration {1,20}(\d{1,9})/ {0,20}(\d{1,9}) \|[^\r\n]{0,120}?"
    rb"elapsed time per iteration \(ms\): (\d{1,9}(?:\.\d{1,9})?)"
    rb"(?:[^\r\n]{0,200}?global batch size: +(\d{1,9}))?"
)
_ARGUMENT = rb"\n\s{1,8}%b \.{2,80} ([^\s]{1,300})"
_MEMORY = re.compile(rb"max (?:reserved|allocated): (\d{1,9}(?:\.\d{1,20})?)")
_SAVED = re.compile(rb"successfully saved checkpoint (?:at|from) iteration")
_SUCCESS = re.compile(
    rb"\[after training is done\][^\r\n]{0,80}|\[exiting program (?:at|after) [^\r\n]{1,80}"
    rb"|training \.\.\.: done"
)
_ARGUMENTS = b"- end of arguments -"
_START = re.compile(rb"\nusing world size: \d{1,9}, data-parallel")
_WARM_UP = 10
_PAUSE = 10  # times the usual iteration


def sniff(data: bytes) -> bool:
    """Whether Megatron's lines are here."""
    if b"elapsed time per iteration (ms): " in data and _ITERATION.search(data):
        return True
    return _ARGUMENTS in data and b"using world size: " in data


def read(data: bytes, log_path: str) -> tuple[Measurement, ...]:
    """One measurement for each start of the program."""
    starts = [match.start() + 1 for match in _START.finditer(data)]
    edges = [0, *starts[1:], len(data)]
    return tuple(_measure(data[slice(*edge)], log_path, index) for index, edge in enumerate(pairwise(edges)))


def _measure(data: bytes, log_path: str, segment: int) -> Measurement:
    lines = list(_ITERATION.finditer(data))
    done = int(lines[-1][1]) if lines else None
    total = int(lines[-1][2]) if lines else _int_argument(data, b"train_iters")
    speed = _speed(lines)
    global_batch = next((int(line[4]) for line in reversed(lines) if line[4]), None)
    memory = [float(size) / 1024 for size in _MEMORY.findall(data)]
    unfinished = b"" if done is not None and done == total else last_line(data).encode()
    since = lines[-1].start() if lines else 0
    verdict = ending(data, since, success=_SUCCESS, unfinished=unfinished)
    measured = Measurement(
        log_path=log_path,
        segment=segment,
        framework=Framework.MEGATRON,
        kind=Kind.FINETUNE,
        batch_size=_int_argument(data, b"micro_batch_size"),
        max_seq_len=_int_argument(data, b"seq_length"),
        n_gpus=_int_argument(data, b"world_size"),
        steps_total=total,
        steps_done=done,
        seconds_per_step=speed.seconds_per_step if speed else None,
        speed_method=speed.method if speed else None,
        speed_spread=speed.spread if speed else None,
        samples_per_second=global_batch / speed.seconds_per_step if speed and global_batch else None,
        peak_gpu_mem_gib=round(max(memory), 5) if memory else None,
        outcome=verdict.outcome,
        outcome_evidence=verdict.evidence,
    )
    return with_epilogue(measured, data)


def _speed(lines: list[re.Match[bytes]]) -> BarSpeed | None:
    """The mean iteration; those that an evaluation or a save made long are left out."""
    if not lines:
        return None
    points = [(int(line[1]), float(line[3]) / 1000) for line in lines]
    skipped = min(_WARM_UP, len(points) // 10)
    each = [
        (after[0] - before[0], after[1])
        for before, after in pairwise(points)
        if after[0] > before[0] and after[1] > 0
    ][skipped:] or [(1, points[0][1])]
    usual = median(seconds for _, seconds in each)
    kept = [(steps, seconds) for steps, seconds in each if seconds <= _PAUSE * usual]
    steps = sum(steps for steps, _ in kept)
    mean = sum(steps * seconds for steps, seconds in kept) / steps if steps else 0.0
    if not mean:
        return None
    return BarSpeed(mean, SpeedMethod.ELAPSED, robust_spread([seconds for _, seconds in each]))


def _int_argument(data: bytes, name: bytes) -> int | None:
    match = re.search(_ARGUMENT % name, data)
    return int(match[1]) if match and match[1].isdigit() and len(match[1]) < 10 else None  # noqa: PLR2004
