"""The lines of a task: those that it is given, a log each, and those that it gives back.

All are JSON in ASCII: paths that are no UTF-8 come through as they are.
"""

import dataclasses
import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from ckreg.core.measure.measurement import Measurement
from ckreg.core.typed_values import checked, no_number, types_of

_DONE = "done"
_MEASURED = "measurements"
_STAMP = {"path": str, "size": int, "mtime_ns": int, "inode": int, "metrics_ns": int}


class Wanted(NamedTuple):
    """A log to be read, with what tells whether it has changed since it was listed; see `adapters.scan`."""

    path: str
    size: int
    mtime_ns: int
    inode: int
    metrics_ns: int


class ReadLog(NamedTuple):
    """A log that a task has read, and what it says."""

    log: Wanted
    reader_version: int
    fingerprint: str
    measurements: tuple[Measurement, ...]


def wanted_line(log: Wanted) -> str:
    """The line by which a task is given a log."""
    return json.dumps(log._asdict())


def read_wanted(line: bytes) -> Wanted:
    """The log that a line of either kind is about.

    Raises:
        ValueError: it is none.
    """
    return _wanted(_values(line))


def read_log_line(read: ReadLog) -> str:
    """The line in which a task tells what it read."""
    told = [_told(measurement) for measurement in read.measurements]
    about = {"reader_version": read.reader_version, "fingerprint": read.fingerprint}
    return json.dumps(read.log._asdict() | about | {_MEASURED: told})


def read_read_log(line: bytes) -> ReadLog:
    """What a task told of a log; every value is of its type.

    Raises:
        ValueError: it is no such line.
    """
    values = _values(line)
    log = _wanted(values)
    told = values.get(_MEASURED)
    if not isinstance(told, list):
        raise ValueError("it has no measurements")  # noqa: TRY004  # like all that is wrong with a line
    measurements = tuple(_measurement(each, log.path) for each in told)
    version, fingerprint = _required(values, "reader_version", int), _required(values, "fingerprint", str)
    return ReadLog(log, version, fingerprint, measurements)


def done_line(lines: int) -> str:
    """The last line, after so many others."""
    return json.dumps({_DONE: lines})


def is_done(last: bytes, before: int) -> bool:
    """Whether a file with so many lines before the last one is whole."""
    try:
        told = _values(last).get(_DONE)
    except ValueError:
        return False
    return type(told) is int and told == before


def _told(measurement: Measurement) -> Mapping[str, object]:
    values = dataclasses.asdict(measurement)
    return {name: value for name, value in values.items() if value is not None and name != "log_path"}


def _measurement(values: object, log_path: str) -> Measurement:
    if not isinstance(values, dict):
        raise ValueError("a measurement is no JSON object")  # noqa: TRY004  # see `read_read_log`
    known = {name: _typed(values, name, types) for name, types in _TYPES.items()}
    return Measurement(
        log_path=log_path, **{name: value for name, value in known.items() if value is not None}
    )


def _typed(values: Mapping[str, Any], name: str, types: tuple[type, ...]) -> Any:  # noqa: ANN401  # a field's
    value = checked(values, name, types)
    enum = next((kind for kind in types if issubclass(kind, StrEnum)), None)
    return value if value is None or enum is None else enum(str(value))


def _wanted(values: Mapping[str, Any]) -> Wanted:
    return Wanted(*(_required(values, name, kind) for name, kind in _STAMP.items()))


def _required(values: Mapping[str, Any], name: str, kind: type) -> Any:  # noqa: ANN401  # of `kind`
    value = checked(values, name, (kind,))
    if value is None:
        raise ValueError(f"{name} is missing")
    return value


def _values(line: bytes) -> dict[str, Any]:
    try:
        values = json.loads(line, parse_constant=no_number)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if not isinstance(values, dict):
        raise ValueError("it is no JSON object")  # noqa: TRY004  # see `read_read_log`
    return values


_TYPES = {name: types for name, types in types_of(Measurement).items() if name != "log_path"}
