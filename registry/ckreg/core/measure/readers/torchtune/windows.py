"""Reads a long torchtune log by windows: head, ends of epochs and tail, where all between is accounted for.

A log in which anything else may lie (two jobs, a resumed or interleaved one, validations) is read whole.
"""

import re
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

from ckreg.core.measure.readers.torchtune.config import BANNER
from ckreg.core.measure.readers.torchtune.frame_marks import (
    FEWEST_STEPS,
    FRAME,
    last_frame,
    seconds_of,
    stretch_in,
)
from ckreg.core.measure.readers.torchtune.frame_sizes import Bar, Mark, Stretch, bar_of, expected_bytes

ReadAt = Callable[[int, int], bytes]
"""The bytes of a log from an offset on, at most so many."""

_SMALLEST = 80_000
_HEADS = (10_240, 20_480, 65_536)
_TAILS = (8_192, 24_576, 65_536)
_BEFORE, _AFTER = 2_560, 4_608  # around the end of an epoch: its last steps, what saving says, the next ones
_PROBE = 3_072
_MOST_PROBES = 60
_MOST_UNTOLD = 1200  # bytes: less than a job says before its first step, more than numbers differ in length
_MOST_TRIES = 12
_SHORTEST_SECONDS = 90  # of shorter runs each frame's rate counts, see `speed`
_FRAME_LENGTH = 300  # at most
_WARM_UP = 20  # steps that `speed` leaves out at most

_MESSAGE = re.compile(
    rb"\n(?!\r|\Z)"
)  # later bars draw each frame as `ESC[A\n\r...`: such a line end is none
_EPOCHS = re.compile(rb"\nepochs: (\d{1,4})\r?\n")
_CELL = "█".encode()
_SAVED = (b"heckpoint saved in ", b"has been saved successfully")
# Settings that put more than frames between the ends of epochs, or that begin in the middle.
_MORE_THAN_FRAMES = re.compile(
    rb"\n(?:run_val_every_n_steps|save_every_n_steps): *[1-9]|\nresume_from_checkpoint: *[Tt]rue"
    rb"|\n +enabled: *[Tt]rue|StdoutLogger"
)


class _Window(NamedTuple):
    """A part of the log, and the frames before its first and after its last message (the same if none)."""

    start: int
    data: bytes
    message: int | None
    before: Stretch | None
    after: Stretch | None


def condensed(read_at: ReadAt, size: int) -> bytes | None:
    """What a reader needs of a log of `size` bytes; None where the log must be read whole."""
    if size < _SMALLEST:
        return None
    windows = _Windows(read_at, size)
    parts = windows.parts()
    return b"".join(parts) if parts else None


class _Windows:
    """The windows of one log while they are looked for."""

    def __init__(self, read_at: ReadAt, size: int) -> None:
        self._read_at = read_at
        self._size = size
        self._total = 0
        self._bar = Bar(0, (), 0)
        self._probes = 0
        self._losses = (0, 0)

    def parts(self) -> list[bytes] | None:
        """The head, each end of an epoch and the tail, each cut where a frame begins."""
        head = self._head()
        tail = self._tail() if head else None
        if not head or not tail or not head.after or not tail.before or not self._agree(head, tail):
            return None
        ends = self._ends(head.after, tail.before)
        if ends is None:
            return None
        windows = [head, *ends, tail]
        if sum(len(window.data) for window in windows) > self._size // 2:
            return None
        between = [(one.after, other.before) for one, other in pairwise(windows)]
        if not all(left and right and self._accounted(left, right) for left, right in between):
            return None
        ends_of_epochs = [self._end_kept(window) for window in windows[1:]]
        return [self._head_kept(head), *ends_of_epochs]

    def _head(self) -> _Window | None:
        """The log up to some frames after the warm-up; None where it does not begin as a plain run does."""
        for length in _HEADS:
            data = self._read_at(0, length)
            first = FRAME.search(data)
            if first is None:
                continue
            self._total = int(first[4])
            if (
                not self._total
                or not _begins_plainly(data, first)
                or _MORE_THAN_FRAMES.search(data, 0, first.start())
            ):
                return None
            window = self._window(0, data, at=max(0, first.start() - 1))
            if window.after and self._is_steady(data, window.after.last):
                return window
        return None

    def _is_steady(self, head: bytes, last: Mark) -> bool:
        """Whether the clock moves after the steps that the speed leaves out."""
        at = head.find(b"| %d/%d [" % (_WARM_UP + 1, self._total))
        frame = FRAME.search(head, max(0, at - 200)) if at >= 0 else None
        return frame is not None and last.seconds - seconds_of(frame[5]) > 1

    def _tail(self) -> _Window | None:
        for length in _TAILS:
            data = self._read_at(self._size - length, length)
            window = self._window(self._size - length, data)
            if window.before and window.message is not None:
                return window
        return None

    def _head_kept(self, head: _Window) -> bytes:
        """The head up to its first frames, and those after the warm-up."""
        text = head.data
        first, steady = (text.find(b"| %d/%d [" % (step, self._total)) for step in (3, _WARM_UP - 2))
        return _plain(text[: text.find(b"\r", first)] + text[text.find(b"\r", steady) : text.rfind(b"\r")])

    def _end_kept(self, window: _Window) -> bytes:
        """The messages, and on both sides so many frames that the clock moves in them."""
        if window.before is None or window.message is None:
            return _plain(window.data)
        steps = (window.before.last.step - 1) % self._total + 1
        in_a_tick = steps / max(1, window.before.last.seconds)
        kept = round(window.before.bytes_per_step * (1.5 * in_a_tick + FEWEST_STEPS))
        start = window.data.find(b"\r", max(0, window.message - kept - _FRAME_LENGTH))
        if window.after is None:
            return _plain(window.data[start:])
        begins = window.after.first.offset - window.start
        end = window.data.find(b"\r", min(begins + kept, len(window.data) - _FRAME_LENGTH))
        return _plain(window.data[start:end])

    def _agree(self, head: _Window, tail: _Window) -> bool:
        """Whether the tail ends all the epochs that the head announces, after so many steps, and says so."""
        epochs, last = _EPOCHS.search(head.data), last_frame(tail.data)
        if epochs is None or last is None or tail.before is None or BANNER in tail.data:
            return False
        wanted = int(epochs[1])
        if list(map(int, last.groups()[:4])) != [wanted, wanted * self._total, self._total, self._total]:
            return False
        # A cell of a bar of ASCII is as long as an empty one.
        self._bar = bar_of(self._total, len(_CELL) - 1 if _CELL in tail.data else 0)
        after = tail.data[max(0, tail.data.find(b"| %d/%d [" % (self._total, self._total))) :]
        seconds = wanted * tail.before.last.seconds
        return any(word in after for word in _SAVED) and seconds > _SHORTEST_SECONDS

    def _ends(self, head: Stretch, tail: Stretch) -> list[_Window] | None:
        """A window around the end of each epoch but the last, unless head or tail hold it."""
        found: list[_Window] = []
        left = head
        for step in range(self._total, tail.last.step, self._total):
            if step < left.last.step or step >= tail.first.step:
                return None  # epochs so short that windows save nothing
            window = self._end_after(step, left.last, tail.first)
            if window is None or window.after is None:
                return None
            found.append(window)
            left = window.after
        return found

    def _end_after(self, step: int, left: Mark, right: Mark) -> _Window | None:
        """Interpolates between two marks until the window holds frames on both sides of the epoch's end."""
        guess = _between(left, right, step)
        for widening in range(_MOST_TRIES):
            before, after = _BEFORE << widening // 4, _AFTER << widening // 4
            start = max(0, guess - before)
            window = self._window(start, self._read_at(start, before + after))
            first, last = window.before or window.after, window.after or window.before
            if window.message is not None:
                if window.before and window.after:
                    return window if self._is_end(step, window) else None
                guess = start + window.message  # the end of an epoch, it seems, at the window's edge
            elif first is None or last is None or first.first.step <= step < last.last.step:
                return None
            else:
                left, right = (last.last, right) if last.last.step <= step else (left, first.first)
                guess = _between(left, right, step)
        return None

    def _is_end(self, step: int, window: _Window) -> bool:
        """Whether the frames go on where they stopped, and no job began between."""
        if window.before is None or window.after is None or BANNER in window.data:
            return False
        return window.before.last.step == step and window.after.first.step - step in {1, 2}

    def _accounted(self, left: Stretch, right: Stretch) -> bool:
        """Whether frames alone fill the gap, by the bytes per step on both sides, and in its middle too."""
        gap, steps = right.first.offset - left.last.offset, right.first.step - left.last.step
        if gap <= 0 or steps <= 0 or abs(left.draws - right.draws) > 0.2:  # noqa: PLR2004  # once or twice
            return False
        # Losses of one size may come together (late ones are small), or all over the log.
        lengths = (self._losses[1] / self._losses[0], (left.loss_length + right.loss_length) / 2)
        plain, losses = expected_bytes(left, right, self._bar)
        untold = min(abs(gap - plain - losses * length) for length in lengths)
        if untold <= min(_MOST_UNTOLD, 200 + gap / 200):
            return True
        length = max(_PROBE, round(2.5 * FEWEST_STEPS * right.bytes_per_step))
        if gap < 4 * length or self._spent():
            return False
        start = left.last.offset + gap // 2
        middle = self._window(start, self._read_at(start, length))
        if middle.message is not None or middle.before is None:
            return False
        return self._accounted(left, middle.before) and self._accounted(middle.before, right)

    def _spent(self) -> bool:
        self._probes += 1
        return self._probes > _MOST_PROBES

    def _stretch(self, start: int, data: bytes, first: int, last: int) -> Stretch | None:
        found = stretch_in(data, first, last, start=start, total=self._total)
        if found:
            self._losses = (self._losses[0] + found.losses[0], self._losses[1] + found.losses[1])
        return found

    def _window(self, start: int, data: bytes, at: int = 0) -> _Window:
        messages = [match.end() for match in _MESSAGE.finditer(data, at)]
        if not messages:
            whole = self._stretch(start, data, at, len(data))
            return _Window(start, data, None, whole, whole)
        before = self._stretch(start, data, at, messages[0])
        return _Window(
            start, data, messages[0], before, self._stretch(start, data, messages[-1] - 1, len(data))
        )


def _begins_plainly(data: bytes, first: re.Match[bytes]) -> bool:
    """Whether one banner and config stand before the first frame, and the first step comes once."""
    banner_before = 0 <= data.find(BANNER) < first.start() and data.count(BANNER) == 1
    return banner_before and (first[1], first[2]) == (b"1", b"1") and data.count(b"\r1|1|Loss: ") <= 2  # noqa: PLR2004  # drawn once or twice


def _between(left: Mark, right: Mark, step: int) -> int:
    """Where a step is drawn, if all take the same space."""
    share = (step - left.step) / max(1, right.step - left.step)
    return left.offset + round(share * (right.offset - left.offset))


def _plain(text: bytes) -> bytes:
    """Without the cursor's moves by which tqdm draws a later bar."""
    return text.replace(b"\x1b[A\n\r", b"\r").replace(b"\x1b[A", b"")
