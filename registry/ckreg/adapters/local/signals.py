"""Signals as something to wait for, with a time limit, without asking again and again."""

import os
import select
import signal
from types import FrameType, TracebackType
from typing import Self


class Signals:
    """Signals that are noted instead of acted on, from entering to leaving."""

    def __init__(self, *numbers: signal.Signals) -> None:
        self._numbers = numbers
        self._seen: set[int] = set()

    def __enter__(self) -> Self:
        self._read, write = os.pipe()
        os.set_blocking(self._read, False)
        os.set_blocking(write, False)
        self._before = signal.set_wakeup_fd(write, warn_on_full_buffer=False)
        self._write = write
        self._handlers = {number: signal.signal(number, self._note) for number in self._numbers}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._before)
        os.close(self._read)
        os.close(self._write)

    def wait(self, seconds: float | None) -> None:
        """Wait for one, at most so long; one that came since the last time counts."""
        if select.select([self._read], [], [], seconds)[0]:
            os.read(self._read, 4096)

    def seen(self, number: signal.Signals) -> bool:
        """Whether it came."""
        return number in self._seen

    def forget(self, number: signal.Signals) -> None:
        """As if it had not come."""
        self._seen.discard(number)

    def _note(self, number: int, _frame: FrameType | None) -> None:
        self._seen.add(number)
