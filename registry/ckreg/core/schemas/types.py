"""The JSON Schema of what a value of a type looks like, printed as JSON."""

import dataclasses
import types
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from enum import Enum
from pathlib import PurePath
from typing import (
    Annotated,
    Any,
    Literal,
    NotRequired,
    Required,
    TypeAlias,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

Schema: TypeAlias = dict[str, object]

_PLAIN: dict[object, Schema] = {
    Any: {},
    object: {},
    type(None): {"type": "null"},
    None: {"type": "null"},
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
}


def schema_of(kind: object) -> Schema:
    """The schema of a type: records are objects with their fields and no others, named tuples are arrays.

    Of what an `Annotated` type says, text is its description, and a mapping is a part of its schema.

    Raises:
        TypeError: values of this type have no JSON.
    """
    try:
        plain = _PLAIN.get(kind)
    except TypeError:  # a type with an unhashable part
        plain = None
    if plain is not None:
        return dict(plain)
    origin = get_origin(kind)
    if origin is Annotated:
        bare, *told = get_args(kind)
        return _told(told) | schema_of(bare)
    if origin in {Union, types.UnionType}:
        return _any_of(get_args(kind))
    if origin is Literal:
        return {"enum": list(get_args(kind))}
    if origin is not None:
        return _of_generic(origin, get_args(kind))
    if isinstance(kind, type):
        return _of_class(kind)
    raise TypeError(f"{kind!r} has no JSON Schema")


def _told(told: Sequence[str | Schema]) -> Schema:
    found: Schema = {}
    for each in told:
        found |= {"description": each} if isinstance(each, str) else each
    return found


def _of_class(kind: type) -> Schema:
    if issubclass(kind, Enum):
        return {"enum": [member.value for member in kind]}
    if issubclass(kind, PurePath):
        return {"type": "string"}
    if dataclasses.is_dataclass(kind):
        hints = get_type_hints(kind, include_extras=True)
        fields = {field.name: hints[field.name] for field in dataclasses.fields(kind)}
        return _record(kind, fields, list(fields))
    if is_typeddict(kind):
        hints = get_type_hints(kind, include_extras=True)
        required: frozenset[str] = vars(kind)["__required_keys__"]
        return _record(kind, hints, [name for name in hints if name in required])
    if issubclass(kind, tuple) and hasattr(kind, "_fields"):
        hints = get_type_hints(kind)
        return _fixed([hints[name] for name in kind._fields])
    if issubclass(kind, Mapping):
        return {"type": "object"}
    if issubclass(kind, list | tuple):
        return {"type": "array"}
    raise TypeError(f"{kind!r} has no JSON Schema")


def _record(kind: type, fields: Mapping[str, object], required: Sequence[str]) -> Schema:
    about = _about(kind)
    return {
        "type": "object",
        **({"description": about} if about else {}),
        "properties": {name: schema_of(_bare(hint)) for name, hint in fields.items()},
        "required": list(required),
        "additionalProperties": False,
    }


def _about(kind: type) -> str | None:
    """The first paragraph of what a record says of itself; dataclasses without a word write their own."""
    text = kind.__dict__.get("__doc__")
    if not text or text.startswith(f"{kind.__name__}("):
        return None
    return " ".join(text.split("\n\n")[0].split())


def _bare(hint: object) -> object:
    return get_args(hint)[0] if get_origin(hint) in {NotRequired, Required} else hint


def _of_generic(origin: Any, arguments: tuple[object, ...]) -> Schema:  # noqa: ANN401  # what `get_origin` gives
    if issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": schema_of(arguments[1])}
    if issubclass(origin, tuple) and arguments[-1] is not Ellipsis:
        return _fixed(arguments)
    if issubclass(origin, Sequence | AbstractSet):
        return {"type": "array", "items": schema_of(arguments[0])}
    raise TypeError(f"{origin!r} has no JSON Schema")


def _fixed(kinds: Sequence[object]) -> Schema:
    return {
        "type": "array",
        "prefixItems": [schema_of(kind) for kind in kinds],
        "minItems": len(kinds),
        "maxItems": len(kinds),
    }


def _any_of(kinds: Sequence[object]) -> Schema:
    """One of several; plain types together are one list of types."""
    schemas = [schema_of(kind) for kind in kinds]
    if {} in schemas:
        return {}
    if all(schema.keys() == {"type"} for schema in schemas):
        return {"type": [schema["type"] for schema in schemas]}
    return {"anyOf": schemas}
