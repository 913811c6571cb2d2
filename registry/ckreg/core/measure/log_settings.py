"""Settings that a program printed into its log, as arguments, as a repr, as YAML or as a command line."""

import re
from functools import cache

_BETWEEN = rb"['\"]?(?:\s{0,3}[=:]\s{0,3}|\s{1,4}\.{2,60}\s|\s{1,3}|,\s?)['\"]?"
_NOTHING = {"none", "null", "~", "-1", ""}


@cache
def _pattern(names: tuple[str, ...]) -> re.Pattern[bytes]:
    either = b"|".join(re.escape(name.encode()) for name in names)
    return re.compile(rb"(?<![\w.])(?:%b)%b([^\s,'\"(){}\[\]]{1,300})" % (either, _BETWEEN))


def text_setting(data: bytes, *names: str) -> str | None:
    """The first value that any of the names has, None where it is none."""
    if not any(name.encode() in data for name in names):
        return None
    for match in _pattern(names).finditer(data):
        value = match[1].decode(errors="replace")
        if value.lower() not in _NOTHING:
            return value
    return None


def int_setting(data: bytes, *names: str) -> int | None:
    """The first whole number that any of the names has; of a name in prose, followed by words, none."""
    if not any(name.encode() in data for name in names):
        return None
    for match in _pattern(names).finditer(data):
        value = match[1].replace(b"_", b"").rstrip(b".").removesuffix(b".0")
        if value.isdigit() and len(value) < 16:  # noqa: PLR2004  # else no count of anything
            return int(value)
    return None


def bool_setting(data: bytes, *names: str) -> bool | None:
    """The first truth value that any of the names has."""
    if not any(name.encode() in data for name in names):
        return None
    for match in _pattern(names).finditer(data):
        if (value := match[1].lower()) in {b"true", b"false"}:
            return value == b"true"
    return None
