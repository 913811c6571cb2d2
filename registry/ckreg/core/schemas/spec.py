"""The JSON Schema of a spec, made from the description of its keys.

What the reader accepts is valid; what is valid may still contradict itself (an epoch that is not trained, two
runs of one name), which no schema says.
"""

from collections.abc import Callable

from ckreg.core.schemas.types import Schema
from ckreg.core.spec import kinds
from ckreg.core.spec.described import Key, keys_under
from ckreg.core.spec.kinds import LABEL_PATTERN, RECIPE_KEY_PATTERN

_NULL: Schema = {"type": "null"}
_ANY_KEY = "<key>"


def spec_schema() -> Schema:
    """The schema of what `ckreg design --spec` reads; a key that is null counts as not given."""
    return _object("") | {"allOf": [_TRAINED_OR_CHECKPOINTS, _ABLATION]}


def _object(path: str) -> Schema:
    """A mapping with the keys that are described under a path, and no others."""
    described = keys_under(path)
    return {
        "type": "object",
        "properties": {key.name: _value(key) for key in described},
        "required": [key.name for key in described if key.required and not _only_where_trained(key)],
        "additionalProperties": False,
    }


def _only_where_trained(key: Key) -> bool:
    return key.path in {"models", "dataset", "training.recipe"}


def _value(key: Key) -> Schema:
    """A key's schema with what is said of it; null is "not given", but where a value is required."""
    schema = _SHAPES[key.path](key) if key.path in _SHAPES else _plain(key)
    default = {} if key.default is None else {"default": key.default}
    about: Schema = {"description": key.text, **default}
    required = key.required and not _only_where_trained(key)
    return {**about, **schema} if required else {**about, "anyOf": [schema, _NULL]}


def _plain(key: Key) -> Schema:
    """A value without a shape of its own: as its kind says, or what is described under it."""
    if keys_under(f"{key.path}[]"):
        return {"type": "array", "minItems": 1, "items": _object(f"{key.path}[]")}
    return _object(key.path) if keys_under(key.path) else dict(key.kind.schema)


def _models(key: Key) -> Schema:
    return {**key.kind.schema, "items": {"anyOf": [kinds.NAME.schema, _object("models[]")]}}


def _dataset(key: Key) -> Schema:
    one = _object(key.path)
    return {"anyOf": [one, _by(LABEL_PATTERN, one)]}


def _matrix(key: Key) -> Schema:
    return {"anyOf": [{"const": "all"}, {**key.kind.schema, "items": _object(f"{key.path}[]")}]}


def _training(key: Key) -> Schema:
    """Known recipe keys and others, each a value or one for every model."""
    return _recipe_keys({one.name: _or_per_model(one) for one in keys_under(key.path)})


def _or_per_model(key: Key) -> Schema:
    value = key.kind.schema
    per_model = {"type": "object", "minProperties": 1, "additionalProperties": value}
    default = {} if key.default is None else {"default": key.default}
    return {"description": key.text, **default, "anyOf": [value, per_model, _NULL]}


def _variables() -> Schema:
    return _recipe_keys({name: _levels(schema) for name, schema in _level_kinds().items()})


def _level_kinds() -> dict[str, Schema]:
    """What a level or variant sets; what varies is said, not estimated."""
    known = {key.name: key.kind.schema for key in keys_under("training")}
    return {**known, "batch_size": kinds.WHOLE.schema}


def _levels(value: Schema) -> Schema:
    """A list of levels that need no label, or labels with levels of any kind."""
    unlabelled: Schema = {"allOf": [value, {"type": ["number", "boolean"]}]}
    items: Schema = {"type": "array", "minItems": 1, "items": unlabelled}
    return {"anyOf": [items, _by(LABEL_PATTERN, {"anyOf": [value, _NULL]}), _NULL]}


def _variants() -> Schema:
    settings: dict[str, Schema] = {
        name: {"anyOf": [schema, _NULL]} for name, schema in _level_kinds().items()
    }
    return _by(LABEL_PATTERN, {"anyOf": [_recipe_keys(settings), _NULL]})


def _recipe_keys(by_name: dict[str, Schema]) -> Schema:
    others = by_name[_ANY_KEY]
    return {
        "type": "object",
        "properties": {name: schema for name, schema in by_name.items() if name != _ANY_KEY},
        "propertyNames": {"pattern": RECIPE_KEY_PATTERN},
        "additionalProperties": others,
    }


def _by(pattern: str, value: Schema) -> Schema:
    """A mapping, not empty, from names that fit the pattern."""
    return {
        "type": "object",
        "minProperties": 1,
        "patternProperties": {pattern: value},
        "additionalProperties": False,
    }


_SHAPES: dict[str, Callable[[Key], Schema]] = {
    "models": _models,
    "dataset": _dataset,
    "training": _training,
    "variables": lambda _: _variables(),
    "variants": lambda _: _variants(),
    "evaluation.matrix": _matrix,
}


def _given(*path: str) -> Schema:
    """That a value is there and not null."""
    name, *under = path
    value = _given(*under) | {"type": "object"} if under else {"not": _NULL}
    return {"required": [name], "properties": {name: value}}


_TRAINED_OR_CHECKPOINTS: Schema = {
    "if": {"allOf": [_given("checkpoints"), {"not": _given("training")}]},
    "then": {
        "allOf": [
            _given("evaluation"),
            *({"not": _given(key)} for key in ("design", "variables", "variants")),
        ]
    },
    "else": {
        "allOf": [
            _given("models"),
            _given("dataset"),
            {"anyOf": [_given("training", "recipe"), _given("variables", "recipe")]},
        ]
    },
}
_NOT_VARIED: Schema = {
    "properties": {"variables": {"anyOf": [_NULL, {"type": "object", "additionalProperties": _NULL}]}}
}
_ABLATION: Schema = {
    "if": _given("design"),
    "then": {"allOf": [_given("variants"), _NOT_VARIED]},
    "else": {"not": _given("variants")},
}
