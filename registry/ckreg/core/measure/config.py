"""The resolved config that torchtune prints: machine-written YAML, read line by line."""

import re
from collections.abc import Mapping

_ENTRY = re.compile(r"( *)([\w.]+):(?: (.*))?")
_ITEM = re.compile(r" *- (.*)")
_MAX_LINES = 2000


def read_config(text: str) -> dict[str, str]:
    """Dotted keys to values as written: `model.lora_rank` to `8`; lists to their items, one a line.

    A YAML library takes 20 ms for what is 1 % of the log. Lines that are no entry are left out.
    """
    values: dict[str, str] = {}
    parents: list[tuple[int, str]] = []
    key = ""
    for line in text.split("\n", _MAX_LINES)[:_MAX_LINES]:
        line = line.rstrip("\r")  # noqa: PLW2901  # CRLF is no part of a value
        if entry := _ENTRY.fullmatch(line):
            indent, name, value = len(entry[1]), entry[2], entry[3]
            while parents and parents[-1][0] >= indent:
                parents.pop()
            key = f"{parents[-1][1]}.{name}" if parents else name
            parents.append((indent, key))
            values.setdefault(key, _unquoted(value or ""))
        elif key and (item := _ITEM.fullmatch(line)):
            values[key] = f"{values[key]}\n{_unquoted(item[1])}" if values[key] else _unquoted(item[1])
    return values


def text_of(config: Mapping[str, str], key: str) -> str | None:
    """The value of a key, None where it is absent, empty or null."""
    value = config.get(key, "")
    return None if value in {"", "null", "~"} else value


def int_of(config: Mapping[str, str], key: str) -> int | None:
    """The value of a key as a whole number, None where it is not one (or too long to be one)."""
    value = config.get(key, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 16 else None  # noqa: PLR2004


def bool_of(config: Mapping[str, str], key: str) -> bool | None:
    """The value of a key as a boolean, None where it is not one."""
    return {"true": True, "false": False}.get(config.get(key, "").lower())


def _unquoted(value: str) -> str:
    value = value.strip()
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        return value[1:-1]
    return value
