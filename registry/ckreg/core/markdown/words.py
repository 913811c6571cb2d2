"""The words of headings and cells, whatever marks a person or a formatter put around them."""

import re
from functools import lru_cache

BLANK = " \t\n\v\f\r"  # what CommonMark calls whitespace


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """A heading or header reduced to its words, so that case, emphasis and punctuation do not matter."""
    return " ".join(re.findall(r"\w+", text.replace("_", " ").casefold()))


@lru_cache(maxsize=4096)
def unmarked(text: str) -> str:
    r"""A cell's text without the marks around it: `` `x` ``, `**x**`, and backslash escapes as in `a\_b`."""
    bare = text.strip()
    if "\\" in bare:
        bare = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", bare)
    while len(bare) > 1 and bare[0] == bare[-1] and bare[0] in "`*":
        bare = bare[1:-1].strip()
    return bare


def escaped(value: str) -> str:
    """A value as it stands in a cell: its pipes escaped."""
    return value.replace("|", r"\|")


def padded(raw: str, value: str, width: int | None) -> str:
    """An escaped value as a cell: with the space around it that `raw` has, `width` wide if given."""
    lead = raw[: len(raw) - len(raw.lstrip(BLANK))] if raw.strip(BLANK) else " "
    trail = raw[len(raw.rstrip(BLANK)) :] if raw.strip(BLANK) else " "
    if value.endswith("\\"):
        trail = trail or " "  # a backslash would take the pipe with it
    if width is not None:
        trail = trail[:1] + " " * (width - len(lead) - len(value) - len(trail[:1]))
    return f"{lead}{value}{trail}"
