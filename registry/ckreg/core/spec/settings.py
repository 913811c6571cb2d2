"""Recipe keys: what each may be set to, in `training`, in `variables` and in variants."""

import difflib
import re
from collections.abc import Callable, Collection, Iterator
from functools import partial

from ckreg.core.naming import LABEL_RULE, is_label
from ckreg.core.spec.cursor import Cursor, each, flag, line, number, prose, shown, whole
from ckreg.core.spec.document import joined
from ckreg.core.spec.values import (
    TRAINING_DEFAULTS,
    Level,
    PerModel,
    Scalar,
    Setting,
    Training,
    Variable,
    Variant,
    ordered,
)

# A key this near to a known one is a slip of the pen: `batchsize`, `epoch`, `gpu`.
_SLIP = 0.85
MOST_EPOCHS = 1_000
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


def _auto_or(reader: Callable[[Cursor], Setting], what: str) -> Callable[[Cursor], Setting]:
    def read(cursor: Cursor) -> Setting:
        if cursor.value == "auto":
            return "auto"
        return cursor.expected(f"`auto` or {what}") if isinstance(cursor.value, str) else reader(cursor)

    return read


def _alpha(cursor: Cursor) -> float:
    value = number(cursor)
    return value if value > 0 else cursor.expected("a number above 0")


def _any(cursor: Cursor) -> Setting:
    if not isinstance(cursor.value, list):
        return _scalar(cursor)
    return each(_scalar, cursor.items("a list with something in it"))


def _scalar(cursor: Cursor) -> Scalar:
    match cursor.value:
        case bool():
            return cursor.value
        case int() | float():
            return number(cursor)
        case str() if cursor.value.lower() in {"on", "off", "yes", "no"}:
            return flag(cursor)
        case str():
            return prose(cursor)
        case _:
            return cursor.expected(
                "text, a number, true, false or a list of these; write a nested key as `a.b`"
            )


def _trained(cursor: Cursor) -> int:
    epochs = whole(cursor)
    return epochs if epochs <= MOST_EPOCHS else cursor.expected(f"at most {MOST_EPOCHS:,} epochs")


_READERS: dict[str, Callable[[Cursor], Setting]] = {
    "recipe": line,
    "epochs": _trained,
    "gpus": whole,
    "batch_size": _auto_or(whole, "a whole number from 1 on"),
    "packed": flag,
    "validation": flag,
    "system_prompt": prose,
    "lora_rank": whole,
    "lora_alpha": _auto_or(_alpha, "a number above 0"),
}


def _reader(key: str) -> Callable[[Cursor], Setting]:
    return _READERS.get(key, _any)


def _level_reader(key: str) -> Callable[[Cursor], Setting]:
    """What varies is said, not estimated."""
    return whole if key == "batch_size" else _reader(key)


def _known_keys(cursor: Cursor) -> list[tuple[str, Cursor]]:
    entries = [] if cursor.absent else cursor.attempt(Cursor.entries) or []
    return [(key, at) for key, at in entries if _is_key(key, at)]


def _is_key(key: str, at: Cursor) -> bool:
    near = difflib.get_close_matches(key, TRAINING_DEFAULTS, 1, _SLIP)
    if not _KEY.fullmatch(key):
        at.fault("expected a recipe key of letters, digits, `.`, `_` and `-`")
    elif near and key not in TRAINING_DEFAULTS:
        at.fault(f"unknown key; did you mean `{near[0]}`?")
    else:
        return True
    return False


def read_training(cursor: Cursor, models: Collection[str], varied: Collection[str]) -> Training:
    """The settings of `training` with its defaults; a key of `variables` has none here."""
    settings: dict[str, Setting | PerModel] = {
        key: value for key, value in TRAINING_DEFAULTS.items() if value is not None and key not in varied
    }
    given = _known_keys(cursor)
    for key, at in given:
        if key in varied:
            at.fault(f"`{key}` is varied in `variables` as well; keep one of the two")
        elif (value := at.attempt(partial(_per_model, key=key, models=models))) is not None:
            settings[key] = value
    if "recipe" not in {*varied, *(key for key, _ in given)}:
        recipe = cursor.child(None, joined(cursor.path, "recipe"))
        recipe.attempt(lambda at: at.expected("the name of a recipe, as `tune ls` shows it"))
    return Training(ordered(settings))


def _per_model(cursor: Cursor, key: str, models: Collection[str]) -> Setting | PerModel:
    if not isinstance(cursor.value, dict):
        return _reader(key)(cursor)
    entries = cursor.entries()
    for model, at in entries:
        if model not in models:
            at.fault("not a model of this experiment (a nested recipe key is written as `a.b`)")
    if missing := set(models) - {model for model, _ in entries}:
        cursor.fault(f"expected a value for every model; {', '.join(sorted(missing))} has none")
    read = ((model, at.attempt(_reader(key))) for model, at in entries)
    return PerModel(tuple((model, value) for model, value in read if value is not None))


def read_variables(cursor: Cursor) -> tuple[Variable, ...]:
    """The keys that vary, each with its levels: a list, or a mapping from labels."""
    read = ((key, at.attempt(partial(_levels, key=key))) for key, at in _known_keys(cursor))
    return tuple(Variable(key, levels) for key, levels in read if levels)


def _levels(cursor: Cursor, key: str) -> tuple[Level, ...]:
    if isinstance(cursor.value, dict):
        levels = tuple(_labelled(cursor, key))
    else:
        levels = each(
            lambda at: _unlabelled(at, key), cursor.items("a list of levels, or labels with values")
        )
    seen: set[Setting] = set()
    for level in levels:
        if level.value in seen:
            cursor.fault(f"{shown(level.value)} is given twice; expected levels that differ")
        seen.add(level.value)
    return levels


def _labelled(cursor: Cursor, key: str) -> Iterator[Level]:
    entries = cursor.entries() or cursor.expected("at least one level")
    for label, at in entries:
        if not is_label(label):
            at.fault(f"expected {LABEL_RULE} for a label")
        elif (value := at.attempt(_level_reader(key))) is not None:
            yield Level(value, label)


def _unlabelled(cursor: Cursor, key: str) -> Level:
    if isinstance(cursor.value, str | list):
        cursor.expected("a number, true or false; text and lists need labels, `{short: text}`")
    return Level(_level_reader(key)(cursor))


def read_variants(cursor: Cursor) -> tuple[Variant, ...]:
    """The named variants of an ablation, each with what it sets."""
    entries = cursor.entries("variants by name, each with what it sets")
    if not entries:
        cursor.expected("at least one variant")
    for label, at in entries:
        if not is_label(label):
            at.fault(f"expected {LABEL_RULE} for a variant's name")
    return tuple(Variant(label, tuple(_settings(at))) for label, at in entries)


def _settings(cursor: Cursor) -> Iterator[tuple[str, Setting]]:
    for key, at in _known_keys(cursor):
        if (value := at.attempt(_level_reader(key))) is not None:
            yield key, value
