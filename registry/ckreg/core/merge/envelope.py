"""What surrounds a text's lines: a BOM, one kind of line ending, whether the last line has one.

Each is merged for itself, so that an editor that changes all line endings clashes with nobody.
"""

from typing import NamedTuple, TypeVar

from ckreg.core.merge.values import Sides
from ckreg.core.text import BOM, LINE_END

T = TypeVar("T")


class Envelope(NamedTuple):
    """A text's BOM, its line ending (None where it has none or several), whether its last line has one."""

    bom: bool
    newline: str | None
    closed: bool

    def put_around(self, body: str, *, clashes: bool) -> str:
        r"""The body, whose lines end with `\n`, as this file has it. Markers at the end stay whole lines."""
        if not self.closed and not clashes:
            body = body.removesuffix("\n")
        if self.newline is not None:
            body = body.replace("\n", self.newline)
        return f"{BOM}{body}" if self.bom else body


def opened(sides: Sides) -> tuple[Sides, Envelope]:
    r"""The three texts with lines that end with `\n`, and what belongs around the merged one.

    Where one of them mixes line endings, they stay as they are in all three.
    """
    around = [_envelope(text) for text in sides]
    mixed = any(
        envelope.newline is None and LINE_END.search(text)
        for envelope, text in zip(around, sides, strict=True)
    )
    merged = Envelope(
        merged_value(*(envelope.bom for envelope in around)),
        None if mixed else merged_value(*(envelope.newline for envelope in around)),
        merged_value(*(envelope.closed for envelope in around)),
    )
    bodies = [_body(text, mixed=mixed) for text in sides]
    return Sides(*bodies), merged


def merged_value(base: T, one: T, two: T) -> T:
    """The value that was changed; where both changed it, the greater in words."""
    if one in (two, base):
        return two
    return one if two == base else max(one, two, key=str)


def _envelope(text: str) -> Envelope:
    endings = {"\r\n"} if text.count("\r\n") == text.count("\n") == text.count("\r") > 0 else set()
    endings = endings or {ending for ending in ("\n", "\r") if ending in text}
    newline = endings.pop() if len(endings) == 1 else None
    return Envelope(text.startswith(BOM), newline, text == "" or text.endswith(("\n", "\r")))


def _body(text: str, *, mixed: bool) -> str:
    body = text.removeprefix(BOM)
    if not mixed:
        body = LINE_END.sub("\n", body)
    return body if body == "" or body.endswith(("\n", "\r")) else f"{body}\n"
