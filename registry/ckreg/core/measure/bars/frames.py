"""The frames that any tqdm bar draws, and the bars that they belong to."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

_TIMES = re.compile(
    rb" \[(\d{1,5}+(?::\d\d){1,2})(?:<[^],\r\n]{1,24}+)?+, *+(\d[\d.]{0,15}+|\?)([kM]?)"
    rb"(it/s|s/it|[^],/\r\n]{0,30}+/s|s/[^],\r\n]{1,30}+)([^]\r\n]{0,1000}+)\]"
)
_COUNT = re.compile(rb"(\d{1,12})/(\d{1,12}|\?)|(\d{1,12})it")
_LONGEST_NAME = 300
_NEAR = 2.0  # seconds within which the bar that was drawn last goes on, whichever is nearest


class Frame(NamedTuple):
    """One drawing of a bar: `name: 12%|#| done/total [seconds<left, rate, extra]` at bytes `start:end`."""

    start: int
    end: int
    name: bytes
    done: int
    total: int | None
    seconds: int
    seconds_each: float | None
    """The rate as printed, in seconds per step; None for `?` and zero."""
    extra: bytes


@dataclass(slots=True)
class Bar:
    """The frames of one bar, in the order in which they were drawn."""

    name: bytes
    total: int | None
    frames: list[Frame] = field(default_factory=list)

    @property
    def first(self) -> Frame:
        """The first frame that is there, which the log may begin after."""
        return self.frames[0]

    @property
    def last(self) -> Frame:
        """The last frame."""
        return self.frames[-1]

    @property
    def full(self) -> bool:
        """Whether it counted to its end."""
        return bool(self.total) and self.last.done >= (self.total or 0)


def read_frames(data: bytes) -> list[Frame]:
    """All frames; what a bar counts in other units than whole things (bytes) is left out."""
    frames = []
    floor = 0
    for match in _TIMES.finditer(data):
        start = max(floor, match.start() - _LONGEST_NAME)
        head = data[start : match.start()]
        line = max(head.rfind(b"\r"), head.rfind(b"\n")) + 1
        at = max(head.rfind(b" ", -30) + 1, line)
        counted = _COUNT.fullmatch(head, at)
        floor = match.end()
        if counted is None:
            continue
        frames.append(
            Frame(
                start + at,
                match.end(),
                _name(head[line:at]),
                int(counted[1] or counted[3]),
                int(counted[2]) if counted[2] and counted[2] != b"?" else None,
                seconds_of(match[1]),
                _seconds_each(match),
                match[5],
            )
        )
    return frames


def seconds_of(clock: bytes) -> int:
    """Whole seconds of `M:SS` or `H:MM:SS`."""
    seconds = 0
    for part in clock.split(b":"):
        seconds = seconds * 60 + int(part)
    return seconds


def bars_of(frames: Sequence[Frame]) -> list[Bar]:
    """The bars in the order of their first frames; frames of two jobs that alternate are told apart."""
    bars: list[Bar] = []
    alive: dict[tuple[bytes, int | None], list[Bar]] = {}
    for frame in frames:
        same = alive.setdefault((frame.name, frame.total), [])
        bar = _continued(same, frame)
        if bar is None:
            bar = Bar(frame.name, frame.total)
            bars.append(bar)
            same.append(bar)
            del same[:-8]
        elif bar is not same[-1]:
            same.remove(bar)
            same.append(bar)
        bar.frames.append(frame)
    return bars


def _continued(bars: list[Bar], frame: Frame) -> Bar | None:
    """The bar that a frame continues, the most recent one unless another is much nearer."""
    fitting = [bar for bar in bars if bar.last.done <= frame.done and bar.last.seconds <= frame.seconds + 1]
    if not fitting:
        return None
    if len(bars) == 1:
        return bars[0] if _follows(bars[0], frame) else None
    nearest = min(reversed(fitting), key=lambda bar: _distance(bar, frame))
    recent = fitting[-1]
    near = _NEAR + 2.5 * (frame.seconds_each or 0.0)  # one step, by the clock and by the counter
    if recent is bars[-1] and _distance(recent, frame) <= _distance(nearest, frame) + near:
        nearest = recent
    return nearest if _follows(nearest, frame) else None


def _distance(bar: Bar, frame: Frame) -> float:
    """Seconds between a bar's last frame and this one, by its clock and by its counter together."""
    last = bar.frames[-1]
    return frame.seconds - last.seconds + (frame.done - last.done) * (frame.seconds_each or 1.0)


def _follows(bar: Bar, frame: Frame) -> bool:
    """Whether the time between is about what the steps between take; a resumed bar jumps from zero."""
    if len(bar.frames) == 1 or bar.last.done == 0:
        return True
    seconds = frame.seconds - bar.last.seconds
    steps = frame.done - bar.last.done
    usual = (bar.last.seconds - bar.first.seconds) / max(1, bar.last.done - bar.first.done)
    return seconds + 2 >= 0.05 * usual * steps  # seconds of rounding; a twentieth


def _name(line: bytes) -> bytes:
    percent = max(line.find(b"%|"), line.find(b"% ")) if b"%" in line else -1
    name = line[:percent].rstrip(b"0123456789 .") if percent >= 0 else line.partition(b"|")[0]
    return name.strip(b" \t:")[-100:]


def _seconds_each(match: re.Match[bytes]) -> float | None:
    if match[2] == b"?" or match[2].count(b".") > 1:
        return None
    value = float(match[2]) * {b"k": 1e3, b"M": 1e6}.get(match[3], 1.0)
    if not value:
        return None
    return value if match[4].startswith(b"s/") else 1 / value
