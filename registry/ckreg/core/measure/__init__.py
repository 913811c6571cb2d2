"""Job logs to measurements: one file a framework; the first reader that knows a log reads it."""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from ckreg.core.measure import plain, torchtune
from ckreg.core.measure.measurement import Framework, Kind, Measurement, Outcome, SpeedMethod
from ckreg.core.measure.place import place_of

__all__ = ["READER_VERSION", "Framework", "Kind", "Measurement", "Outcome", "SpeedMethod", "read_log"]

READER_VERSION = 1
"""Raised whenever a reader gives another answer for the same log: caches keyed by it are then read anew."""


class Reader(NamedTuple):
    """How one framework's logs are known and read; a log may hold several jobs."""

    sniff: Callable[[bytes], bool]
    read: Callable[[bytes, str], tuple[Measurement, ...]]


_READERS = (Reader(torchtune.sniff, torchtune.read), Reader(plain.sniff, plain.read))


def read_log(data: bytes, *, log_path: str) -> tuple[Measurement, ...]:
    """At least one measurement, whatever the bytes are; the path tells job, experiment and run."""
    reader = next(reader for reader in _READERS if reader.sniff(data))
    job_id, array_task, experiment, run_name = place_of(log_path)
    return tuple(
        replace(each, job_id=job_id, array_task=array_task, experiment=experiment, run_name=run_name)
        for each in reader.read(data, log_path)
    )
