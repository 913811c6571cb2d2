"""Markup put together from values: whatever is text is escaped, and can become neither tag nor attribute."""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from html import escape

from ckreg.core.text import one_line

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
# What XML does not allow although Unicode does not call it a control code.
_NOT_IN_XML = re.compile("[\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Mark:
    """Finished markup; templates put it in as it stands."""

    source: str

    def __html__(self) -> str:
        return self.source

    def __str__(self) -> str:
        return self.source


Content = Mark | str
NOTHING = Mark("")


def element(tag: str, /, *children: Content, **attributes: str | float | None) -> Mark:
    """One element; text among its children is escaped, attributes that are None are left out.

    `class_` is the attribute `class`; an underscore inside a name is a hyphen, as in `aria_label`.
    """
    opening = tag + "".join(
        f' {_attribute(name)}="{_value(value)}"' for name, value in attributes.items() if value is not None
    )
    inner = joined(*children).source
    return Mark(f"<{opening}>{inner}</{tag}>" if inner or tag not in _EMPTY else f"<{opening}/>")


_EMPTY = {"rect", "line", "path", "circle", "polyline", "use"}


def joined(*parts: Content) -> Mark:
    """Parts one after the other; text among them is escaped."""
    return Mark("".join(part.source if isinstance(part, Mark) else text(part) for part in parts))


@lru_cache(maxsize=4096)  # class names, and those of runs, come again and again
def text(words: str) -> str:
    """Somebody's words on one line, escaped for an element or an attribute."""
    return escape(_NOT_IN_XML.sub(" ", one_line(words)))


def ident(words: str) -> str:
    """A name that can be an element's id: what is unusual in it is a hyphen."""
    return re.sub(r"[^A-Za-z0-9]+", "-", words).strip("-") or "plot"


def number(value: float) -> str:
    """A coordinate, to a tenth of a pixel, as short as it can be: `12`, `12.5`."""
    return f"{value:.1f}".removesuffix(".0")


@cache
def _attribute(name: str) -> str:
    name = name.rstrip("_").replace("_", "-")
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no attribute")
    return name


def _value(value: str | float) -> str:
    return text(value) if isinstance(value, str) else number(value)
