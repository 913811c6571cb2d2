"""JSON that is safe to look at: what a terminal would obey is written as an escape."""

import json
import math
from collections.abc import Iterable, Sequence


def json_text(value: object, *, indent: int | None = None) -> str:
    """A plain value as JSON; control and formatting codes are written as escapes."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    if text.isprintable():
        return text
    lines = (line if line.isprintable() else _escaped(line) for line in text.split("\n"))
    return "\n".join(lines)


def _escaped(line: str) -> str:
    return "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in line)


def as_json(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A list of objects by column name, one a line; infinities and NaN, which JSON has not, are null."""
    lines = ",\n ".join(_objects(columns, rows))
    return f"[{lines}]\n"


def as_json_lines(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """One object a line, and nothing else: see https://jsonlines.org."""
    return "".join(f"{line}\n" for line in _objects(columns, rows))


def _objects(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterable[str]:
    for row in rows:
        yield json_text(dict(zip(columns, map(_finite, row), strict=True)))


def _finite(value: object) -> object:
    return None if isinstance(value, float) and not math.isfinite(value) else value
