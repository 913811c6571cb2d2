"""Two torchtune jobs that write one file at the same time: their bars told apart, the rest honestly null."""

import re
from collections.abc import Sequence
from itertools import pairwise

from ckreg.core.measure.bars.frames import Bar, Frame, bars_of, read_frames
from ckreg.core.measure.measurement import Measurement

_STEP = re.compile(rb"\|(\d{1,9})\|Loss: ")
_BANNER = b" with resolved config:"
_TAIL = 8000
_FEWEST_DROPS = 6
_MOST_JOBS = 4


def untangled(data: bytes) -> tuple[bytes, ...]:
    """The log as each of its jobs would have written it alone; the log itself where one job wrote it.

    What is no bar stays in each part. Where the bars cannot be told apart, none of them stays.
    """
    if b"|Loss: " not in data or not _alternates(data):
        return (data,)
    frames = [frame for frame in read_frames(data) if _STEP.search(frame.name + b": ")]
    jobs = _jobs(frames)
    # A second banner would pass for the beginning of a second job in each part.
    first = data.find(_BANNER) + len(_BANNER)
    if not 1 < len(jobs) <= _MOST_JOBS:
        jobs = [set()]
    parts = [_without(data, [frame for frame in frames if frame.start not in job]) for job in jobs]
    return tuple(part[:first] + part[first:].replace(_BANNER, b" with config:") for part in parts)


def without_what_is_shared(measured: Measurement) -> Measurement:
    """What a part of an untangled log tells of its job alone: its steps, its speed and its end."""
    return Measurement(
        log_path=measured.log_path,
        framework=measured.framework,
        kind=measured.kind,
        steps_done=measured.steps_done,
        seconds_per_step=measured.seconds_per_step,
        speed_method=measured.speed_method,
        speed_spread=measured.speed_spread,
        seen_seconds=measured.seen_seconds,
        outcome=measured.outcome,
        outcome_evidence=measured.outcome_evidence,
    )


def _alternates(data: bytes) -> bool:
    """Whether steps fall back again and again; a run that begins anew falls back to the first once."""
    text = data if data.count(_BANNER) > 1 else data[-_TAIL:]
    steps = [int(step) for step in _STEP.findall(text)]
    drops = sum(1 < after < before for before, after in pairwise(steps))
    return drops >= _FEWEST_DROPS


def _jobs(frames: Sequence[Frame]) -> list[set[int]]:
    """Of each job the offsets of its frames: its epochs follow each other, and its steps go on."""
    jobs: list[tuple[set[int], Bar, int]] = []
    names = {frame.start: frame.name for frame in frames}
    for bar in bars_of([_unnamed(frame) for frame in frames]):
        offsets = {frame.start for frame in bar.frames}
        begins, ends = (_step(names[frame.start]) for frame in (bar.first, bar.last))
        index = next(
            (i for i, (_, last, step) in enumerate(jobs) if last.full and 0 <= begins - step <= 1), len(jobs)
        )
        if index < len(jobs):
            jobs[index] = (jobs[index][0] | offsets, bar, ends)
        else:
            jobs.append((offsets, bar, ends))
    return [offsets for offsets, _, _ in jobs]


def _unnamed(frame: Frame) -> Frame:
    """The frame without its description, which changes with each step."""
    return frame._replace(name=b"")


def _step(name: bytes) -> int:
    match = _STEP.search(name + b": ")
    return int(match[1]) if match else 0


def _without(data: bytes, frames: Sequence[Frame]) -> bytes:
    parts, at = [], 0
    for frame in frames:
        start = max(at, data.rfind(b"\r", at, frame.start), data.rfind(b"\n", at, frame.start))
        parts.append(data[at:start])
        at = frame.end
    return b"".join([*parts, data[at:]])
