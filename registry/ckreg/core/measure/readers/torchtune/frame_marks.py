"""Finds where steps are drawn in a part of a torchtune log."""

import re

from ckreg.core.measure.readers.torchtune.frame_sizes import Mark, Stretch

FEWEST_STEPS = 4
FRAME = re.compile(
    rb"(\d{1,6})\|(\d{1,9})\|Loss: [^|\r\n]{1,40}\|[^|\r\n]{1,120}\| (\d{1,9})/(\d{1,9}) \[([\d:]{4,12})<"
)
_LOSS = re.compile(rb"Loss: ([^:]{1,40}):")


def stretch_in(data: bytes, first: int, last: int, *, start: int, total: int) -> Stretch | None:
    """The frames in `data[first:last]`; None where they are few, or do not count as one bar of `total` does.

    `start` is where the data begin in the log.
    """
    left, right = _first_mark(data, first, last, total), _last_mark(data, first, last, total)
    if left is None or right is None or right.step - left.step < FEWEST_STEPS:
        return None
    draws = data.count(b"\r", left.offset, right.offset) / (right.step - left.step)
    if not 0.9 < draws < 2.1:  # noqa: PLR2004  # once or twice
        return None
    losses = _LOSS.findall(data, left.offset, right.offset)
    told = (len(losses), sum(map(len, losses)))
    return Stretch(_moved(left, start), _moved(right, start), draws, told)


def _first_mark(data: bytes, first: int, last: int, total: int) -> Mark | None:
    step, at = None, data.find(b"\r", first, last)
    while at >= 0:
        frame = FRAME.match(data, at + 1, last)
        if frame is None:
            step = None  # what stands before the first whole frame
        elif step is not None and frame[2] != step:
            return _mark(at, frame, total)
        else:
            step = frame[2]
        at = data.find(b"\r", at + 1, last)
    return None


def _last_mark(data: bytes, first: int, last: int, total: int) -> Mark | None:
    later, end = None, last
    while (at := data.rfind(b"\r", first, end)) >= 0:
        end = at
        frame = FRAME.match(data, at + 1, last)
        if frame and later and frame[2] != later[1][2]:
            return _mark(*later, total)
        later = (at, frame) if frame else None
    return None


def _mark(at: int, frame: re.Match[bytes], total: int) -> Mark | None:
    """A mark, None where the frame's numbers are not those of one bar after the other."""
    epoch, step, count, its_total = map(int, frame.groups()[:4])
    regular = its_total == total and (epoch - 1) * total + count == step
    return Mark(at, step, count, seconds_of(frame[5])) if regular else None


def last_frame(data: bytes) -> re.Match[bytes] | None:
    """The last frame, None where none is whole."""
    at = data.rfind(b"|Loss: ")
    return FRAME.search(data, data.rfind(b"\r", 0, at) + 1) if at >= 0 else None


def seconds_of(clock: bytes) -> int:
    """The seconds of `12:34` or `1:23:45`."""
    seconds = 0
    for part in clock.split(b":"):
        seconds = seconds * 60 + int(part or 0)
    return seconds


def _moved(mark: Mark, by: int) -> Mark:
    return mark._replace(offset=mark.offset + by)
