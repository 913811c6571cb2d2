"""Merges three texts as the driver does, and reads tables in a way of its own to judge what came out."""

import re
import tempfile
from pathlib import Path

from ckreg.adapters.git import merge_file
from ckreg.core.merge import Markers, Merged, Sides, merge_document

ELSEWHERE = Path(tempfile.gettempdir())


def merge(base: str, ours: str, theirs: str, markers: Markers | None = None) -> Merged:
    sides = Sides(base, ours, theirs)
    return merge_document(sides, lambda texts, size: merge_file(ELSEWHERE, texts, size), markers or Markers())


def clean(base: str, ours: str, theirs: str) -> str:
    """The merged text, which must have no conflict, whoever merges."""
    merged = merge(base, ours, theirs)
    assert merged.conflicts == 0, merged.text
    assert merge(base, theirs, ours) == merged
    return merged.text


def rows(text: str) -> list[tuple[str, ...]]:
    """The lines that begin with a pipe, cut at pipes without a backslash before."""
    lines = [line for line in re.split(r"\r\n|\r|\n", text) if line.startswith("|")]
    return [tuple(cell.strip() for cell in re.split(r"(?<!\\)\|", line.rstrip())[1:-1]) for line in lines]
