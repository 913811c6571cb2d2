"""Values that came out of a file as JSON, held to the types of a dataclass's fields."""

import dataclasses
import math
from collections.abc import Mapping
from enum import StrEnum
from types import UnionType
from typing import Any, get_args, get_type_hints

_LONGEST_SHOWN = 60


def checked(values: Mapping[str, Any], name: str, types: tuple[type, ...]) -> object:
    """The value of that name, None where there is none; the words of an enum are text.

    Raises:
        ValueError: it is of another type.
    """
    value = values.get(name)
    if value is None:
        return None
    enum = next((kind for kind in types if issubclass(kind, StrEnum)), None)
    if enum:
        if not isinstance(value, str) or value not in set(enum):
            raise ValueError(f"{name} is {_shown(value)}, which is none of its words")
        return str(value)
    fits = type(value) in types or (float in types and type(value) is int)
    if not fits:
        raise ValueError(f"{name} is {_shown(value)}, which is no {types[0].__name__}")
    return value


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."


def no_number(word: str) -> float:
    """What to make of NaN and Infinity, which JSON does not have, as `json.loads(parse_constant=...)`."""
    del word
    return math.nan  # a float: refused where text is wanted, and null in the cache


def types_of(kind: type) -> dict[str, tuple[type, ...]]:
    """The types of a dataclass's fields, without None."""
    hints = get_type_hints(kind)
    return {field.name: _without_none(hints[field.name]) for field in dataclasses.fields(kind)}


def _without_none(hint: Any) -> tuple[type, ...]:  # noqa: ANN401  # a type, or a union of types
    kinds = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    return tuple(kind for kind in kinds if kind is not type(None))
