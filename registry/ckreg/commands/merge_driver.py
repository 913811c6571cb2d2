"""`ckreg merge-driver`: what git calls to merge a file of an experiment."""

from dataclasses import replace
from pathlib import Path

from ckreg.adapters.git import merge_file, shows_base
from ckreg.adapters.tree import read_text, replace_text
from ckreg.core.merge import Markers, Merged, Sides, merge_file_of


def merge_driver(base: Path, ours: Path, theirs: Path, path: str, markers: Markers) -> Merged:
    """Merge the three files into `ours`, which is replaced whole or not touched; `path` is its name in git.

    Conflicts show the base, too, where `merge.conflictStyle` says so.

    Raises:
        CkregError: a file is not UTF-8, or git cannot merge it: nothing was changed.
    """
    sides = Sides(read_text(base), read_text(ours), read_text(theirs))
    folder = ours.absolute().parent
    markers = replace(markers, with_base=shows_base(folder))
    merged = merge_file_of(path, sides, lambda texts, width: merge_file(folder, texts, width), markers)
    if merged.text != sides.ours:
        replace_text(ours, merged.text)
    return merged
