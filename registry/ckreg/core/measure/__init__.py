"""Job logs to measurements: one file a framework; the first reader that knows a log reads it."""

from typing import TYPE_CHECKING

from ckreg.core.measure.measurement import Framework, Kind, Measurement, Outcome, SpeedMethod

if TYPE_CHECKING:
    from ckreg.core.measure.reading import read_log

__all__ = ["READER_VERSION", "Framework", "Kind", "Measurement", "Outcome", "SpeedMethod", "read_log"]

READER_VERSION = 3
"""Raised whenever a reader gives another answer for the same log: caches keyed by it are then read anew."""


def __getattr__(name: str) -> object:
    """Load the readers when a log is to be read: most calls only speak of measurements."""
    if name == "read_log":
        from ckreg.core.measure.reading import read_log  # noqa: PLC0415  # lazy on purpose

        return read_log
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
