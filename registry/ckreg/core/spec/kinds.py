"""What a value of a spec may be: in words, and as a JSON Schema that refuses what the reader refuses."""

from typing import NamedTuple, TypeAlias

Schema: TypeAlias = dict[str, object]

_TOO_LARGE = 1e15
_END = r"(?![\s\S])"  # `$` also stands before a last line end
# Control and formatting codes (Unicode's Cc, Cf, Zl and Zp), which may not stand in a line.
_CODES = (
    r"\u0000-\u001f\u007f-\u009f\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890-\u0891\u08e2\u180e\u200b-\u200f"
    r"\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb"
)
_WORD = rf"[^\s{_CODES}]+"
_LINE = rf"^{_WORD}( {_WORD})*{_END}"
_NAME = rf"^[A-Za-z0-9][A-Za-z0-9._-]*{_END}"
_LABEL = rf"^[A-Za-z0-9._-]+{_END}"
_RECIPE_KEY = rf"^[A-Za-z_][A-Za-z0-9_.-]*{_END}"
_YES_NO = rf"^(?!([oO][nN]|[oO][fF][fF]|[yY][eE][sS]|[nN][oO]){_END})"
_TASK = rf"^(?!(-|[rR][uU][nN] [nN][aA][mM][eE]|[nN][oO][tT][eE][sS]){_END})[^|\\`]*{_END}"


class Kind(NamedTuple):
    """What a value may be: the words of the description, and the schema."""

    words: str
    schema: Schema


TEXT = Kind("text", {"type": "string"})
SENTENCE = Kind("text, not empty", {"type": "string", "pattern": _WORD})
LINE = Kind("text on one line", {"type": "string", "pattern": _LINE})
NAME = Kind(
    "a name: letters, digits, `.`, `_`, `-`; begins with a letter or digit",
    {"type": "string", "pattern": _NAME},
)
TASK_NAME = Kind(
    "text on one line without `|`, `\\` and backquotes, at most 100 characters",
    {"type": "string", "maxLength": 100, "allOf": [{"pattern": _LINE}, {"pattern": _TASK}]},
)
DAY = Kind(
    "a date, YYYY-MM-DD",
    {"type": "string", "format": "date", "pattern": rf"^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}{_END}"},
)
FLAG = Kind("true or false", {"type": "boolean"})
WHOLE = Kind(
    "a whole number from 1 on", {"type": "integer", "minimum": 1, "exclusiveMaximum": int(_TOO_LARGE)}
)
FROM_ZERO = Kind(
    "a whole number from 0 on", {"type": "integer", "minimum": 0, "exclusiveMaximum": int(_TOO_LARGE)}
)
TRAINED = Kind("a whole number from 1 to 1,000", {"type": "integer", "minimum": 1, "maximum": 1000})
AUTO_OR_WHOLE = Kind("`auto`, or a whole number from 1 on", {"anyOf": [{"const": "auto"}, WHOLE.schema]})
_NUMBER: Schema = {"type": "number", "exclusiveMinimum": -_TOO_LARGE, "exclusiveMaximum": _TOO_LARGE}
AUTO_OR_NUMBER = Kind(
    "`auto`, or a number above 0",
    {"anyOf": [{"const": "auto"}, {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": _TOO_LARGE}]},
)
_SCALAR: Schema = {"anyOf": [_NUMBER, {"type": "boolean"}, {"type": "string", "pattern": _YES_NO}]}
ANY = Kind(
    "text, a number, true, false, or a list of these",
    {"anyOf": [*_SCALAR["anyOf"], {"type": "array", "minItems": 1, "items": _SCALAR}]},  # type: ignore[misc]
)
DESIGN = Kind("`ablation`", {"const": "ablation"})
EPOCHS = Kind(
    "`last`, `all`, `best`, or a list of epochs counted from 0",
    {
        "anyOf": [
            {"enum": ["last", "all", "best"]},
            {"type": "array", "minItems": 1, "items": FROM_ZERO.schema},
        ]
    },
)
SPLITS = Kind(
    "`auto`, or a list of names",
    {"anyOf": [{"const": "auto"}, {"type": "array", "minItems": 1, "items": LINE.schema}]},
)
LINES = Kind("a list of lines of text", {"type": "array", "minItems": 1, "items": LINE.schema})
TASK_NAMES = Kind("a list of tasks' names", {"type": "array", "minItems": 1, "items": TASK_NAME.schema})

# What has keys of its own; the schema of its keys comes from their descriptions.
MAPPING = Kind("a mapping", {"type": "object", "additionalProperties": False})
MAPPINGS = Kind("a list of mappings", {"type": "array", "minItems": 1})
MODELS = Kind("a list of names, or of mappings", MAPPINGS.schema)
DATASETS = Kind("a mapping, or labels with such mappings", MAPPING.schema)
MATRIX = Kind("`all`, or a list of mappings", MAPPINGS.schema)
LEVELS = Kind("recipe keys with their levels: a list, or labels with values", MAPPING.schema)
VARIANTS = Kind("names with what each sets", MAPPING.schema)

LABEL_PATTERN = _LABEL
RECIPE_KEY_PATTERN = _RECIPE_KEY
