"""Which way of merging is that of which file."""

from ckreg.core.journal import JOURNAL
from ckreg.core.merge.document import merge_document
from ckreg.core.merge.journal import merge_journal
from ckreg.core.merge.values import LineMerge, Markers, Merged, Sides


def merge_file_of(path: str, sides: Sides, merge_lines: LineMerge, markers: Markers) -> Merged:
    """A file of an experiment with the changes of both sides; `path` tells which one it is."""
    merge = merge_journal if path.rpartition("/")[2] == JOURNAL else merge_document
    return merge(sides, merge_lines, markers)
