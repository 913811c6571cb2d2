"""Merges the files of an experiment: documents by row and cell, journals by entry, all else as git does."""

from ckreg.core.merge.document import merge_document
from ckreg.core.merge.files import merge_file_of
from ckreg.core.merge.journal import merge_journal
from ckreg.core.merge.values import LineMerge, Markers, Merged, Sides

__all__ = ["LineMerge", "Markers", "Merged", "Sides", "merge_document", "merge_file_of", "merge_journal"]
