"""The schema of a type, by what a value of it looks like as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, NotRequired, TypedDict

import pytest

from ckreg.core.schemas import schema_of


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Pair(NamedTuple):
    name: str
    number: int


class Row(TypedDict):
    """A row.

    More about it.
    """

    run: Annotated[str, "Its name."]
    epoch: NotRequired[int | None]


@dataclass(frozen=True)
class Plain:
    path: Path
    rows: tuple[Row, ...] = ()


TEXT = {"type": "string"}
ROW = {
    "type": "object",
    "description": "A row.",
    "properties": {"run": {"description": "Its name.", **TEXT}, "epoch": {"type": ["integer", "null"]}},
    "required": ["run"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("kind", "schema"),
    [
        (str, TEXT),
        (bool, {"type": "boolean"}),
        (float | None, {"type": ["number", "null"]}),
        (object, {}),
        (str | Any, {}),
        (Path, TEXT),
        (datetime, {"type": "string", "format": "date-time"}),
        (date, {"type": "string", "format": "date"}),
        (Colour, {"enum": ["red", "blue"]}),
        (Literal["a", 1], {"enum": ["a", 1]}),
        (Colour | None, {"anyOf": [{"enum": ["red", "blue"]}, {"type": "null"}]}),
        (list[str], {"type": "array", "items": TEXT}),
        (Sequence[int], {"type": "array", "items": {"type": "integer"}}),
        (tuple[str, ...], {"type": "array", "items": TEXT}),
        (Mapping[str, str], {"type": "object", "additionalProperties": TEXT}),
        (dict, {"type": "object"}),
        (list, {"type": "array"}),
        (
            Pair,
            {"type": "array", "prefixItems": [TEXT, {"type": "integer"}], "minItems": 2, "maxItems": 2},
        ),
        (Row, ROW),
        (
            Plain,
            {
                "type": "object",
                "properties": {"path": TEXT, "rows": {"type": "array", "items": ROW}},
                "required": ["path", "rows"],
                "additionalProperties": False,
            },
        ),
    ],
)
def test_a_schema(kind: object, schema: object) -> None:
    assert schema_of(kind) == schema


@pytest.mark.parametrize("kind", [complex, "a word", type[int]])
def test_what_has_no_json_has_no_schema(kind: object) -> None:
    with pytest.raises(TypeError, match="no JSON Schema"):
        schema_of(kind)
