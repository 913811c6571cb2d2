"""Reads a document's bullets: `**Key:** value` under the headings of the template, and the list of models."""

import re
from collections.abc import Iterator
from functools import cache

from ckreg.core.markdown import Document, plain
from ckreg.core.summary.tables import sections_of, under
from ckreg.core.summary.values import FieldRow, ModelRow
from ckreg.core.text import lines_of

# The headings whose bullets are part of the plan.
FIELD_SECTIONS = (
    ("Overview",),
    ("Resources", "Models"),
    ("Resources", "Dataset"),
    ("Evaluation Plan", "Configuration"),
    ("Configuration",),
    ("Compute Estimates", "Training"),
    ("Compute Estimates", "Evaluation"),
    ("Compute Estimates", "Disk Space"),
)
MODELS = ("Resources", "Models")
MODELS_USED = "models used"
CHECKPOINTS_USED = "checkpoints used"
_ITEM = re.compile(r"[ \t]+[-*+][ \t]+(?P<name>[^\s:`*][^\s:`]*):[ \t]*(?P<path>.*)")


def fields(document: Document) -> Iterator[FieldRow]:
    """Every bullet of the plan with the last of its headings' names and its line."""
    sections: dict[tuple[str, ...], str | None] = {}
    for field in document.fields:
        if field.path not in sections:
            sections[field.path] = section_of(field.path)
        if section := sections[field.path]:
            yield FieldRow(section, field.key, field.value, field.line)


def models(document: Document, key: str = MODELS_USED) -> Iterator[ModelRow]:
    """The list below `**Models Used:**`; it ends at the first line that is none of its items."""
    for field in document.fields:
        if plain(field.key) == key and under(field.path, MODELS):
            lines = lines_of(document.text)
            for number in range(field.line, len(lines)):
                item = _ITEM.fullmatch(lines[number])
                if item is None:
                    return
                yield ModelRow(item["name"], item["path"].strip(), number + 1)
            return


def section_of(path: tuple[str, ...], sections: tuple[tuple[str, ...], ...] = FIELD_SECTIONS) -> str | None:
    """Which of the sections these headings are, as `Compute Estimates > Training`; None for another."""
    if not path:
        return None
    names = _by_words(sections)
    return next((names[words] for words in sections_of(path) if words in names), None)


@cache
def _by_words(sections: tuple[tuple[str, ...], ...]) -> dict[tuple[str, ...], str]:
    """Their names, by what a heading is called in plain words."""
    return {tuple(map(plain, section)): " > ".join(section) for section in sections}
