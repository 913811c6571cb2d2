"""The placeholders of a query, `:name`, and the values that words give them."""

import re
from collections.abc import Mapping

from ckreg.core.text import one_line
from ckreg.errors import UsageError

_PLACEHOLDER = re.compile(
    r"""'(?:[^']|'')*' | "(?:[^"]|"")*" | --[^\n]* | /\*.*?(?:\*/|\Z) | [:@$](?P<name>[^\W\d]\w*)""",
    re.VERBOSE | re.DOTALL,
)
_WHOLE = re.compile(r"-?(?:0|[1-9]\d{0,17})")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")


def values_for(sql: str, given: Mapping[str, object]) -> dict[str, object]:
    """The values of all placeholders in the SQL.

    Raises:
        UsageError: one has no value, or a value has no placeholder.
    """
    wanted = [found["name"] for found in _PLACEHOLDER.finditer(sql) if found["name"]]
    for name in wanted:
        if name not in given:
            raise UsageError(f"The query wants a value for `{name}`: add `--param {name}=VALUE`.")
    for name in given:
        if name not in wanted:
            raise UsageError(f"The query has no `:{one_line(name)}`.{_those(wanted)}")
    return dict(given)


def _those(wanted: list[str]) -> str:
    names = ", ".join(f"`:{name}`" for name in dict.fromkeys(wanted))
    return f" It has {names}." if names else " It takes no values."


def value_of(word: str) -> object:
    """A word as a value: a number as it is written in SQL, else text; `007` stays text."""
    if _WHOLE.fullmatch(word):
        return int(word)
    leading_zero = re.match(r"-?0\d", word)
    return float(word) if _NUMBER.fullmatch(word) and not leading_zero and not word.isdecimal() else word
