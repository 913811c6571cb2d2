"""The amounts in the answers of quota commands: `2.2GB`, `322.5T`, `80.00 KiB`, `101G*`, `unlimited`."""

import re

_BINARY = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4, "P": 5, "E": 6}
_UNIT = r"(?:[KMGTPE](?:i?B)?|B|Bytes?)"
_NUMBER = re.compile(rf"\[?(\d[\d,']{{0,25}}(?:\.\d{{1,20}})?)({_UNIT})?\]?[*+]?", re.IGNORECASE)
_BARE_UNIT = re.compile(rf"{_UNIT}\*?", re.IGNORECASE)
_NO_LIMIT = frozenset({"unlimited", "none", "-", "n/a", "inf", "infinite", "infinity", "no"})

Bytes = float


def is_no_limit(word: str) -> bool:
    """Whether the word says that there is none: `unlimited`, `none`, `-`."""
    return word.casefold() in _NO_LIMIT


def is_number(word: str) -> bool:
    """Whether the word is a number, with a unit or without."""
    return _NUMBER.fullmatch(word) is not None


def is_unit(word: str) -> bool:
    """Whether the word is a unit that stands apart from its number: `KiB`."""
    return _BARE_UNIT.fullmatch(word) is not None


def size_in_bytes(word: str, default_unit: Bytes | None) -> Bytes | None:
    """A size; a number without a unit is in the column's own, and nothing but 0 is known where it has none.

    `K`, `KiB` and the like are binary, as the tools mean them; `KB` and the like decimal, the careful reading
    of what some tools mean as binary.
    """
    parts = _NUMBER.fullmatch(word)
    if not parts:
        return None
    number = float(re.sub(r"[,']", "", parts[1]))
    if parts[2]:
        return number * unit_bytes(parts[2])
    return number * default_unit if default_unit is not None else 0.0 if number == 0 else None


def number_of_files(word: str) -> float | None:
    """A number of files, `382k` and `1.0M` counted in thousands."""
    parts = _NUMBER.fullmatch(word)
    if not parts:
        return None
    thousands = _BINARY.get((parts[2] or "").upper(), 0)
    return float(re.sub(r"[,']", "", parts[1])) * 1000.0**thousands


def unit_bytes(unit: str) -> Bytes:
    """The bytes of a unit: `K` and `KiB` 1024, `KB` 1000."""
    prefix = unit[0].upper() if unit[0].upper() in _BINARY else ""
    decimal = len(unit) == 2 and unit[1].upper() == "B"  # noqa: PLR2004  # `KB`, and not `K` or `KiB`
    return float((1000 if decimal else 1024) ** _BINARY[prefix])
