"""Adds, drops and changes bullets: `**Key:** value`, the list of models, and the notes that a plan brings."""

import re

from ckreg.core.fingerprints import FINGERPRINT
from ckreg.core.markdown import Document, Field, plain, read
from ckreg.core.summary import bullets
from ckreg.core.summary.tables import under
from ckreg.core.text import LINE_END, Splice, line_starts, newline_of, spliced
from ckreg.errors import MalformedError

_SECTIONS = (*bullets.FIELD_SECTIONS, ("Naming Conventions",))
_VALUE = re.compile(r"\*\*[^*\n]+?:?\*\*:?[ \t]*(?P<value>[^\r\n]*)")
_KEPT = {"created"}  # when it was designed, not when it was amended
Key = tuple[str, str]


def with_bullets(text: str, before: Document, after: Document, where: str) -> str:
    """The text with the bullets changed as they differ between the plans `before` and `after`."""
    old, new, here = _by_key(before), _by_key(after), _by_key(read(text))
    splices: list[Splice] = []
    above: Field | None = None
    for key, field in new.items():
        if key in here:
            above = here[key]
        if (key in old and old[key].value == field.value) or key[1] in _KEPT:
            continue
        if key in here:
            splices.append(_value(text, here[key], field.value, where))
        elif key in old or above is None:
            raise MalformedError(
                f"{where}: the bullet **{field.key}:** of '{key[0]}' is not there. Put it back first."
            )
        else:
            splices.append(_after(text, above.line, _source(after.text, field.line)))
    splices += [_without(text, here[key].line) for key in old if key not in new and key in here]
    return spliced(text, _joined(splices))


def with_models(
    text: str, before: Document, after: Document, where: str, used: str = bullets.MODELS_USED
) -> str:
    """The text with the list of models, or of checkpoints, changed in the same way."""
    old, new, here = (
        {row.name: row for row in bullets.models(document, used)} for document in (before, after, read(text))
    )
    added = [row for name, row in new.items() if name not in old and name not in here]
    if added and not here:
        raise MalformedError(
            f"{where}: there is no list under **{used.title()}:** in 'Resources > Models'. Put it back first."
        )
    last = max((row.line for row in here.values()), default=0)
    splices = [_after(text, last, _source(after.text, row.line)) for row in added]
    splices += [_without(text, row.line) for name, row in here.items() if name in old and name not in new]
    return spliced(text, _joined(splices))


def with_notes(text: str, before: Document, after: Document) -> str:
    """The text with the notes that the new plan brings, a prerequisite say, at the end of its own."""
    there = set(_notes(before)) | set(_notes(read(text)))
    added = [line for line in _notes(after) if line not in there and line != "- None."]
    place = _end_of_notes(read(text))
    if not added or place is None:
        return text
    return spliced(text, _joined([_after(text, place, line) for line in added]))


def _by_key(document: Document) -> dict[Key, Field]:
    found: dict[Key, Field] = {}
    for field in document.fields:
        if section := bullets.section_of(field.path, _SECTIONS):
            found.setdefault((section, _key(field)), field)
    return found


def _key(field: Field) -> str:
    """Its key; there is a fingerprint for every model, whose name stands first."""
    key = plain(field.key)
    return f"{key} {field.value.partition(':')[0]}" if key == plain(FINGERPRINT) else key


def _value(text: str, field: Field, value: str, where: str) -> Splice:
    start = line_starts(text)[field.line - 1]
    found = _VALUE.search(text, start)
    if found is None:
        raise MalformedError(
            f"{where}:{field.line}: the bullet **{field.key}:** cannot be changed. Put it on one line."
        )
    trail = len(found["value"]) - len(found["value"].rstrip())
    lead = "" if found["value"].strip() or text[found.start("value") - 1] in " \t" else " "
    return Splice(found.start("value"), found.end("value") - trail, f"{lead}{value}")


def _source(text: str, line: int) -> str:
    return LINE_END.split(text)[line - 1]


def _after(text: str, line: int, new: str) -> Splice:
    starts, newline = line_starts(text), newline_of(text)
    if line < len(starts):
        return Splice(starts[line], starts[line], f"{new}{newline}")
    return Splice(len(text), len(text), f"{newline}{new}")


def _without(text: str, line: int) -> Splice:
    starts = line_starts(text)
    return Splice(starts[line - 1], starts[line] if line < len(starts) else len(text), "")


def _joined(splices: list[Splice]) -> list[Splice]:
    """Those that insert at the same place made one, in their order."""
    inserts: dict[int, str] = {}
    others = []
    for splice in splices:
        if splice.start == splice.end:
            inserts[splice.start] = inserts.get(splice.start, "") + splice.new
        else:
            others.append(splice)
    return [*others, *(Splice(place, place, new) for place, new in inserts.items())]


def _notes(document: Document) -> list[str]:
    lines = LINE_END.split(document.text)
    start = _notes_line(document)
    end = _end_of_notes(document)
    return [] if start is None or end is None else [line.strip() for line in lines[start:end] if line.strip()]


def _notes_line(document: Document) -> int | None:
    found = [
        heading.line for heading in document.headings if under((*heading.path, heading.title), ("Notes",))
    ]
    return found[-1] if found else None


def _end_of_notes(document: Document) -> int | None:
    """The last line with something in it before the next heading."""
    start = _notes_line(document)
    if start is None:
        return None
    lines = LINE_END.split(document.text)
    end = min((heading.line - 1 for heading in document.headings if heading.line > start), default=len(lines))
    while end > start and not lines[end - 1].strip():
        end -= 1
    return end
