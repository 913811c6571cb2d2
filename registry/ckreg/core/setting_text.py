"""A setting as the document shows it, and read back out of it: what is shown has one meaning only."""

import json
import re
from collections.abc import Iterator
from typing import TypeAlias

from ckreg.core.naming import short

Scalar: TypeAlias = str | int | float | bool
# What a recipe key may be set to.
Setting: TypeAlias = Scalar | tuple[Scalar, ...]
# What it is for each model, (None, levels) where all have the same.
Shown: TypeAlias = tuple[tuple[str | None, tuple[Setting | None, ...]], ...]

NONE = "-"
# Text that needs no quotes: it is no number, and has none of the marks between several settings.
_BARE = re.compile(r"[A-Za-z_/~.][A-Za-z0-9_/~.+@=-]*( [A-Za-z0-9_/~.+@=-]+)*")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
_NOT_BARE = {"true", "false", "yes", "no", "none"}
_LONGEST_NUMBER = 40
_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|\[(?:"(?:[^"\\]|\\.)*"|[^"\]])*\]|[^,"\[]+|["\[,]')


def setting_text(value: Setting) -> str:
    """A setting in its shortest form; text that could be taken for something else is quoted as in JSON."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(setting_text, value))}]"
    if isinstance(value, str):
        return value if _BARE.fullmatch(value) and value.lower() not in _NOT_BARE else quoted(value)
    return short(value)


def quoted(text: str) -> str:
    """Text in quotes on one line, what cannot be printed escaped as in JSON."""
    written = json.dumps(text, ensure_ascii=False)
    return "".join(char if char.isprintable() else _escape(char) for char in written)


def _escape(char: str) -> str:
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[place : place + 2].hex()}" for place in range(0, len(units), 2))


def read_setting(text: str) -> Setting | None:
    """The setting that a text shows; None for `-`. Any text is a setting: at worst, the text itself."""
    text = " ".join(text.split()) if '"' not in text else text.strip()
    if text in {"", NONE}:
        return None
    if text.startswith("[") and text.endswith("]"):
        return tuple(scalar for part in split(text[1:-1]) if (scalar := _scalar(part)) is not None)
    return _scalar(text)


def split(text: str) -> list[str]:
    """The parts between commas, those in quotes and brackets left whole."""
    parts = [""]
    for piece in _PIECE.findall(text):
        if piece == ",":
            parts.append("")
        else:
            parts[-1] += piece
    return [part.strip() for part in parts if part.strip()]


def _scalar(text: str) -> Scalar | None:
    if text.startswith('"') and text.endswith('"') and len(text) > 1:
        return _unquoted(text)
    if text in {"true", "false"}:
        return text == "true"
    if _NUMBER.fullmatch(text) and len(text) <= _LONGEST_NUMBER:
        return number(text)
    return text or None


def _unquoted(text: str) -> str:
    try:
        return str(json.loads(text))
    except (ValueError, RecursionError):
        return text[1:-1]  # a person's own quotes


def number(text: str) -> int | float:
    """A number as it is written; a whole one is an int, however it is written."""
    value = float(text)
    if re.fullmatch(r"[+-]?\d+", text):
        return int(text)
    return int(value) if value.is_integer() else value


def read_settings(text: str, models: tuple[str, ...]) -> Shown:
    """`4`, `4, 8`, or `M1: 4, 8, M2: 2`."""
    found: dict[str | None, tuple[Setting | None, ...]] = {}
    for model, value in _by_model(text, models):
        found[model] = (*found.get(model, ()), value)
    return tuple(found.items())


def _by_model(text: str, models: tuple[str, ...]) -> Iterator[tuple[str | None, Setting | None]]:
    model: str | None = None
    for part in split(text):
        name, colon, rest = part.partition(":")
        if colon and name in models:
            model, part = name, rest  # noqa: PLW2901  # what follows is this model's
        yield model, read_setting(part)
