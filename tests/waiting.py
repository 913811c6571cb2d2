"""Waiting for processes outside, which tell nobody when they are done."""

import time
from collections.abc import Callable

PATIENCE = 60.0  # seconds; the machine may be busy


def until(holds: Callable[[], object]) -> None:
    """Wait until it holds; fail when it does not for a minute."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
