"""Markdown as a map: headings, `**Key:** value` lines and tables, each with its place in the text."""

from ckreg.core.markdown.scan import scan
from ckreg.core.markdown.values import Cell, Document, Field, Heading, Row, Table
from ckreg.core.markdown.words import escaped, padded, plain, unmarked

__all__ = [
    "Cell",
    "Document",
    "Field",
    "Heading",
    "Row",
    "Table",
    "escaped",
    "padded",
    "plain",
    "read",
    "unmarked",
]


def read(text: str) -> Document:
    """Map a Markdown text. Blocks inside quotes and lists are not looked into, but for fields."""
    document = scan(text)
    if document is None:
        from ckreg.core.markdown.blocks import read_blocks  # noqa: PLC0415  # 35 ms that most need not pay

        document = read_blocks(text)
    return document
