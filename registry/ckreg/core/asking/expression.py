"""A condition in SQL as a person writes it: which columns it names, and with those in SQL's own quotes."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from ckreg.core.asking.names import Names
from ckreg.core.text import one_line
from ckreg.errors import UsageError

_PART = r'(?:"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|[^\W\d][\w$]*)'
_TOKEN = re.compile(
    rf"""(?P<text>'(?:[^']|'')*')
       | (?P<comment>--[^\n]*|/\*.*?(?:\*/|\Z))
       | (?P<name>{_PART}(?:\s*\.\s*{_PART})*)(?P<call>\s*\()?
       | (?P<number>\d[\w.]*)
       | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
# What SQL itself means by these; other names are columns.
_WORDS = frozenset(
    re.findall(
        r"\w+",
        "all and as asc between binary blob by case cast collate current_date current_time "
        "current_timestamp desc distinct else end escape except exists false from glob group "
        "having in int integer intersect is isnull like limit match nocase not notnull null "
        "numeric offset on or order over partition real regexp rtrim select text then true "
        "union using values when where with",
    )
)


class Condition(NamedTuple):
    """A condition in SQL, and the columns that it names, as they are written."""

    sql: str
    columns: tuple[str, ...]


def condition(text: str, names: Names) -> Condition:
    """The condition with every column in quotes, so that `cap.accuracy` is one, and not a table's.

    Raises:
        UsageError: it names a column that there is not (in one with a SELECT of its own SQLite judges that),
            or its brackets do not match: they would close those of the question around it.
    """
    if not _is_balanced(text):
        raise UsageError(f"The brackets of {one_line(text)!r} do not match.")
    strict = not re.search(r"\bselect\b", text, re.IGNORECASE)
    columns: dict[str, None] = {}
    return Condition("".join(_pieces(text, names, columns, strict=strict)), tuple(columns))


def _is_balanced(text: str) -> bool:
    depth = 0
    for token in _TOKEN.finditer(text):
        depth += (token["call"] is not None or token["other"] == "(") - (token["other"] == ")")
        if depth < 0:
            return False
    return depth == 0


def _pieces(text: str, names: Names, columns: dict[str, None], *, strict: bool) -> Iterator[str]:
    for token in _TOKEN.finditer(text):
        name = token["name"]
        if name is None or (token["call"] and "." not in name) or name.casefold() in _WORDS:
            yield token.group()
            continue
        bare = ".".join(_bare(part) for part in re.findall(_PART, name))
        found = names.wanted(bare) if strict else names.find(bare)
        if found is None:
            yield token.group()
            continue
        columns[found] = None
        yield quoted(found) + (token["call"] or "")


def _bare(part: str) -> str:
    if part[0] in '"`':
        return part[1:-1].replace(part[0] * 2, part[0])
    return part[1:-1] if part[0] == "[" else part


def quoted(name: str) -> str:
    """A name in SQL's quotes."""
    escaped = name.replace('"', '""')
    return f'"{escaped}"'
