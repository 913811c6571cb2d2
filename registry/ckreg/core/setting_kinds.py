"""What a setting may hold: words or TOML values in, checked values out."""

import re
from enum import StrEnum
from pathlib import PurePosixPath

from ckreg.core.saved_queries import WANTED, SavedQuery, saved_queries
from ckreg.core.text import printable

Value = str | int | float | bool | tuple[str, ...] | tuple[SavedQuery, ...] | None

_PLACEHOLDER = re.compile(r"<[^<>]+>")
_SLURM_TIME = re.compile(r"(\d+-)?\d+(:\d+){0,2}")  # as sbatch --time takes it
_NUMBER = re.compile(r"\d+(\.\d+)?")
_FLAGS = {
    "true": True,
    "yes": True,
    "on": True,
    "1": True,
    "false": False,
    "no": False,
    "off": False,
    "0": False,
}
_NONE = ("", "(none)", "none")
_SCHEDULERS = ("slurm", "local")


class Kind(StrEnum):
    """What a value must be; the words complete "expected ..."."""

    TEXT = "text on one line"
    PATH = "a path"
    TIME = "a time such as 0:59:00"
    WHOLE = "a whole number, at least 1"
    AMOUNT = "a number above 0"
    FLAG = "true or false"
    LIST = "a list of texts"
    SCHEDULER = "slurm or local"
    QUERIES = WANTED


def from_words(kind: Kind, words: str) -> Value:
    """The value that words (of a variable, of a Markdown line) stand for; lists have commas between.

    Raises:
        ValueError: the words are not what the kind wants.
    """
    if kind is Kind.FLAG:
        return checked(kind, _FLAGS.get(words.strip().lower(), words))
    if kind is Kind.LIST:
        return checked(kind, [item.strip() for item in words.split(",") if item.strip()])
    if kind in (Kind.WHOLE, Kind.AMOUNT) and _NUMBER.fullmatch(words.strip()):
        number = float(words) if kind is Kind.AMOUNT or "." in words else int(words)
        return checked(kind, number)
    return checked(kind, words)


def checked(kind: Kind, value: object) -> Value:
    """The value itself where it is of its kind; `""` and `(none)` say that there is to be none.

    Raises:
        ValueError: it is not; the message is what was expected.
    """
    return saved_queries(value) if kind is Kind.QUERIES else _checked(kind, value)


def _checked(kind: Kind, value: object) -> Value:
    if isinstance(value, str) and value.strip().lower() in _NONE and kind in _OPTIONAL:
        return None
    if isinstance(value, bool):
        return _must(kind is Kind.FLAG, kind, value)
    if isinstance(value, int):
        # TOML and Python read numbers of any length; a double is what estimates calculate with.
        return _must(kind in (Kind.WHOLE, Kind.AMOUNT) and 0 < value < 1e15, kind, value)  # noqa: PLR2004
    if isinstance(value, float):
        return _must(kind is Kind.AMOUNT and 0 < value < 1e15, kind, value)  # noqa: PLR2004  # no inf, no nan
    if isinstance(value, list | tuple):
        texts = tuple(item for item in value if isinstance(item, str) and item and printable(item) == item)
        return _must(kind is Kind.LIST and len(texts) == len(value), kind, texts)
    if not isinstance(value, str) or printable(value) != value:
        raise ValueError(kind.value)
    if kind is Kind.SCHEDULER:
        return _must(value.strip() in _SCHEDULERS, kind, value.strip())
    if kind is Kind.TIME:
        return _must(_SLURM_TIME.fullmatch(value.strip()) is not None, kind, value.strip())
    return _must(kind in (Kind.TEXT, Kind.PATH), kind, value.strip())


_OPTIONAL = (Kind.TEXT, Kind.PATH, Kind.TIME)


def _must(fits: bool, kind: Kind, value: Value) -> Value:
    if not fits:
        raise ValueError(kind.value)
    return value


def placeholder(value: object) -> str | None:
    """The first `<...>` in a text or a list of texts: somebody has yet to fill it in."""
    texts = [value] if isinstance(value, str) else value if isinstance(value, list | tuple) else []
    hits = (_PLACEHOLDER.search(text) for text in texts if isinstance(text, str))
    return next((hit.group() for hit in hits if hit), None)


def full_path(text: str, *, base: str, home: str) -> str:
    """A path as a program can open it: a leading `~` is the home folder, a relative path starts at `base`.

    Nothing else is expanded: `$SCRATCH` stays as it is.
    """
    if text == "~" or text.startswith("~/"):
        return str(PurePosixPath(home) / text[2:])
    return str(PurePosixPath(base) / text)
