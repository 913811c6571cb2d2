"""`ckreg merge-driver`: what git calls to merge a file of an experiment."""

from pathlib import Path

from ckreg.adapters.git import merge_file, shows_base
from ckreg.adapters.tree import read_text, replace_text
from ckreg.core.journal import JOURNAL
from ckreg.core.merge import Markers, Merged, Sides, merge_document, merge_journal


def merge_driver(base: Path, ours: Path, theirs: Path, *, size: int, path: str) -> Merged:
    """Merge the three files into `ours`, which is replaced whole or not touched; `path` is its name in git.

    Raises:
        CkregError: a file is not UTF-8, or git cannot merge it: nothing was changed.
    """
    sides = Sides(read_text(base), read_text(ours), read_text(theirs))
    folder = ours.absolute().parent
    merge = merge_journal if path.rpartition("/")[2] == JOURNAL else merge_document
    markers = Markers(size=size, with_base=shows_base(folder))
    merged = merge(sides, lambda texts, width: merge_file(folder, texts, width), markers)
    if merged.text != sides.ours:
        replace_text(ours, merged.text)
    return merged
