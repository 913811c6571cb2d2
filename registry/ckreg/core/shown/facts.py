"""What counts in a piece of prose: its numbers with their units, and what stands in code marks."""

import re

_CODE = re.compile(r"(?<!`)(?P<fence>`+)(?!`)(?P<code>.+?)(?<!`)(?P=fence)(?!`)")
_UNIT = r"seconds?|minutes?|hours?|days?|sec|min|[smhd]|[KMGT]i?B|B"
# A number that is part of a name, as in `rank4` or `Llama-3.2`, is none.
_NUMBER = re.compile(
    r"(?<![\w.,:/-])[+-]?(?P<number>\d+(?:[.,:]\d+)*(?:[eE][+-]?\d+)?)"
    rf"(?:[ \u00a0]?(?P<unit>{_UNIT})\b|(?P<percent>[ ]?%))?"
)
_MARK = re.compile(r"\s*[✓✗✔✘].*")


def numbers(text: str) -> tuple[str, ...]:
    """The numbers of a text in its order, each with its unit: `16 min`, `0:25:00`, `8000`."""
    return tuple(_number(found) for found in _NUMBER.finditer(text))


def facts(text: str) -> tuple[str, ...]:
    """What stands in code marks, and the numbers beside it; other words are wording."""
    codes = [_inside(found["code"]) for found in _CODE.finditer(text)]
    return (*codes, *numbers(_CODE.sub(" ", text)))


def path_in(text: str | None) -> str | None:
    """The path of a cell or bullet: what its code marks hold, else its text up to a mark such as `✓`."""
    if text is None:
        return None
    if found := _CODE.match(text):
        return _inside(found["code"])
    bare = _MARK.sub("", text).strip()
    return None if bare in {"", "-", "not set"} else bare


def _inside(code: str) -> str:
    padded = code.startswith(" ") and code.endswith(" ") and code.strip()
    return code[1:-1] if padded else code


def _number(found: re.Match[str]) -> str:
    digits = re.sub(r",(?=\d{3}(?!\d))", "", found["number"])
    unit = found["unit"] or (found["percent"] or "").strip()
    return f"{digits} {unit}" if unit else digits
