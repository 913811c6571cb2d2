"""The document's tables: under which headings each stands and which columns it has (the seed's template)."""

from functools import cache, lru_cache
from typing import NamedTuple

from ckreg.core.markdown import Document, Row, Table, plain, unmarked


class Shape(NamedTuple):
    """A table of the document: the headings it stands under, and the columns it must have."""

    section: tuple[str, ...]
    columns: tuple[str, ...]

    @property
    def title(self) -> str:
        """The table's name for people: its headings."""
        return " > ".join(self.section)


VARIABLES = Shape(("Variables",), ("Factor", "Levels"))
ALL_RUNS = Shape(("All Runs",), ("Run Name", "Model", "LoRA Rank", "Batch Size", "Type", "Est. Time"))
TASKS = Shape(("Resources", "Evaluation Tasks"), ("Task Name", "Script", "Dataset", "Description"))
MATRIX = Shape(("Evaluation Plan", "Evaluation Matrix"), ("Run Name",))
FINE_TUNING = Shape(
    ("Status", "Fine-tuning"), ("Run Name", "Status", "Job ID", "Started", "Completed", "Notes")
)
EVALUATIONS = Shape(
    ("Status", "Evaluations"), ("Run Name", "Task", "Epoch", "Status", "Job ID", "Completed", "Notes")
)
SHAPES = (VARIABLES, ALL_RUNS, TASKS, MATRIX, FINE_TUNING, EVALUATIONS)

SECTIONS = (
    ("Overview",),
    ("Variables",),
    ("All Runs",),
    ("Resources",),
    ("Resources", "Models"),
    ("Resources", "Dataset"),
    ("Resources", "Evaluation Tasks"),
    ("Evaluation Plan",),
    ("Evaluation Plan", "Configuration"),
    ("Evaluation Plan", "Evaluation Matrix"),
    ("Configuration",),
    ("Compute Estimates",),
    ("Compute Estimates", "Training"),
    ("Compute Estimates", "Evaluation"),
    ("Compute Estimates", "Disk Space"),
    ("Naming Conventions",),
    ("Status",),
    ("Status", "Fine-tuning"),
    ("Status", "Evaluations"),
    ("Quick Reference",),
    ("Notes",),
)
NOTHING = ("", "-")
"""Cells that say that there is none."""
_TOP = {plain(section[0]) for section in SECTIONS}


@lru_cache(maxsize=4096)
def sections_of(path: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """The sections that a heading may be, in plain words: with and without the document's title above."""
    words = tuple(map(plain, path))
    return (words, words[1:]) if len(words) > 1 and words[0] not in _TOP else (words,)


def under(path: tuple[str, ...], section: tuple[str, ...]) -> bool:
    """Whether headings `path` are `section`, below the document's title or not, whatever the case."""
    return _words(section) in sections_of(path)


def tables_of(document: Document, shape: Shape) -> list[Table]:
    """The tables in this place; several where a person added their own beside it.

    Tables with another first column than `shape`'s are a person's own, if one with the right one is there.
    """
    section = _words(shape.section)
    there = [table for table in document.tables if section in sections_of(table.path)]
    fitting = [table for table in there if table.column(shape.columns[0]) is not None]
    return fitting or there


@cache
def _words(section: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(plain, section))


def is_stray(table: Table, row: Row) -> bool:
    """Whether a row is a line of prose that stands directly under a table, which Markdown takes for a row."""
    return len(row.texts) == 1 < len(table.header.texts) and "|" not in table.source(row)


def value(row: Row, column: int | None) -> str | None:
    """The cell's text, `None` for `-`, an empty or a missing cell."""
    if column is None or column >= len(row.texts):
        return None
    text = row.texts[column]
    return None if text in NOTHING else text


def name(row: Row, column: int | None) -> str | None:
    """The cell as a name: without the marks that people and formatters put around it."""
    text = value(row, column)
    return None if text is None else unmarked(text)
