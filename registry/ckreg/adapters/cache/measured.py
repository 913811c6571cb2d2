"""Measurements as rows of the cache, and back."""

import dataclasses
import zlib
from collections.abc import Mapping
from typing import Any

from ckreg.adapters.cache.schema import TABLES
from ckreg.core.estimate.setups import base_name
from ckreg.core.measure.measurement import Framework, Kind, Measurement, Outcome, SpeedMethod

_FIELDS = tuple(field.name for field in dataclasses.fields(Measurement))
_COLUMNS = tuple(name for name in TABLES["measurements"].columns if name in _FIELDS)


def row_of(measurement: Measurement) -> dict[str, object]:
    """The row of one measurement; what the log alone says is kept once more, beside the scheduler's word."""
    row: dict[str, object] = {name: getattr(measurement, name) for name in _COLUMNS}
    return with_lookups(
        row
        | {
            "log_outcome": measurement.outcome,
            "log_outcome_evidence": measurement.outcome_evidence,
            "log_elapsed_seconds": measurement.elapsed_seconds,
        }
    )


def with_lookups(row: Mapping[str, object]) -> dict[str, object]:
    """The row with the columns by which it is found."""
    model, path = row.get("model"), str(row["log_path"])
    return {
        **row,
        "base_model": base_name(str(model)) if model else None,
        "draw": zlib.crc32(path.encode("utf-8", "surrogateescape")),
    }


def measurement_of(row: dict[str, Any]) -> Measurement:
    """The measurement of a row of the table."""
    values = {name: row[name] for name in _COLUMNS}
    return Measurement(
        **values
        | {
            "framework": Framework(values["framework"]),
            "kind": Kind(values["kind"]),
            "outcome": Outcome(values["outcome"]),
            "speed_method": SpeedMethod(values["speed_method"]) if values["speed_method"] else None,
            "packed": None if values["packed"] is None else bool(values["packed"]),
        }
    )
