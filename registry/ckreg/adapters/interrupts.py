"""Ctrl-C, kept waiting while something must not be cut in two."""

import contextlib
import signal
from collections.abc import Iterator


@contextlib.contextmanager
def interrupt_later() -> Iterator[None]:
    """Keep Ctrl-C waiting to the end of the block; programs that are started in it, git say, do the same."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
