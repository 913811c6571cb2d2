"""Brings what a document says was found of its resources up to date; every other byte stays."""

import re
from collections.abc import Iterator

from ckreg.core.fingerprints import COMMIT, DIGEST, FINGERPRINT, model_fingerprint, script_commit
from ckreg.core.markdown import Document, Field, escaped, read, unmarked
from ckreg.core.plan.sheet import mark, size_text, splits_text
from ckreg.core.recorded import CODE, DATASET, MODEL, MODELS, TASKS, section_lines
from ckreg.core.resources import DatasetFacts, Resources, ScriptFacts
from ckreg.core.summary.tables import TASKS as TASK_TABLE
from ckreg.core.summary.tables import tables_of, under
from ckreg.core.text import LINE_END, Splice, line_starts, newline_of, spliced

_BULLET = re.compile(r"\s*[-*+]\s+\*\*[^*]+\*\*:?[ \t]*")


def with_resources(text: str, now: Resources) -> str:
    """The document with today's marks, sizes, splits and fingerprints.

    A bullet that is there is changed, one that is missing is put under the last of its kind; what says the
    same already, and what has no bullet to go by, stays as it is.
    """
    lines = _Lines(text)
    return spliced(text, [*_models(lines, now), *_datasets(lines, now), *_scripts(lines, now)])


class _Lines:
    """A document with the places of its lines, which are counted from 1."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.document: Document = read(text)
        self._starts = line_starts(text)

    def span(self, number: int) -> tuple[int, int]:
        start = self._starts[number - 1]
        found = LINE_END.search(self.text, start)
        return start, found.start() if found else len(self.text)

    def fields(self, section: tuple[str, ...], key: str) -> list[Field]:
        return [one for one in self.document.fields if under(one.path, section) and one.key == key]

    def marked(self, start: int, end: int, new: str) -> Iterator[Splice]:
        """What follows the path in backticks, where it says something else."""
        found = CODE.search(self.text[start:end])
        if found and found["mark"].strip() != new:
            tail = found["mark"]
            after = start + found.start("mark")
            yield Splice(after, after + len(tail.rstrip()), f" {new}" if new else "")

    def valued(self, field: Field, new: str) -> Iterator[Splice]:
        start, end = self.span(field.line)
        found = _BULLET.match(self.text[start:end])
        if found and field.value != new:
            yield Splice(start + found.end(), end, new)

    def added(self, after: int, new: list[str]) -> Iterator[Splice]:
        """New lines under the line `after`."""
        if new and after:
            end, newline = self.span(after)[1], newline_of(self.text)
            yield Splice(end, end, "".join(f"{newline}{line}" for line in new))


def _models(lines: _Lines, now: Resources) -> Iterator[Splice]:
    facts = {model.name: model for model in (*now.models, *now.checkpoints)}
    last = 0
    for number, line in section_lines(lines.document, MODELS):
        listed = MODEL.fullmatch(line.rstrip())
        if listed and listed["name"] in facts:
            last = number
            yield from lines.marked(*lines.span(number), mark(facts[listed["name"]]))
    there = {field.value.partition(": ")[0]: field for field in lines.fields(MODELS, FINGERPRINT)}
    last = max([last, *(field.line for field in there.values())])
    told = {name: text for name, model in facts.items() if (text := model_fingerprint(model))}
    for name in told.keys() & there.keys():
        yield from lines.valued(there[name], told[name])
    yield from lines.added(
        last, [f"- **{FINGERPRINT}:** {text}" for name, text in told.items() if name not in there]
    )


def _datasets(lines: _Lines, now: Resources) -> Iterator[Splice]:
    for dataset in now.datasets:
        yield from _dataset(lines, dataset)


def _dataset(lines: _Lines, now: DatasetFacts) -> Iterator[Splice]:
    label = f" ({now.label})" if now.label else ""
    there = {
        key: field
        for key in ("Path", "Size", "Splits", DIGEST)
        for field in lines.fields(DATASET, key + label)[:1]
    }
    if "Path" in there:
        yield from lines.marked(*lines.span(there["Path"].line), mark(now))
    digest = f"`{now.digest}`" if now.is_hashed else now.digest
    if digest is None or (DIGEST in there and there[DIGEST].value == digest):
        return
    for key, value in (("Size", size_text(now)), ("Splits", splits_text(now)), (DIGEST, digest)):
        if key in there:
            yield from lines.valued(there[key], value)
    if DIGEST not in there and there:
        last = max(field.line for field in there.values())
        yield from lines.added(last, [f"- **{DIGEST}{label}:** {digest}"])


def _scripts(lines: _Lines, now: Resources) -> Iterator[Splice]:
    facts = {script.task: script for script in now.scripts}
    last = 0
    for table in tables_of(lines.document, TASK_TABLE)[:1]:
        places = [table.column(column) for column in ("Task Name", "Script", "Dataset")]
        last = table.line + 1
        for row in table.rows():
            last = row.line
            texts = [row.cells[place] for place in places if place is not None and place < len(row.cells)]
            if len(texts) == len(places) and (found := facts.get(unmarked(texts[0].text))):
                yield from _cells(lines, found, *((cell.start, cell.end) for cell in texts[1:]))
    there = {field.value.rpartition(": ")[0]: field for field in lines.fields(TASKS, COMMIT)}
    told = {name: text for name, script in facts.items() if (text := script_commit(script))}
    for name in told.keys() & there.keys():
        yield from lines.valued(there[name], told[name])
    new = [f"- **{COMMIT}:** {text}" for name, text in told.items() if name not in there]
    # A line directly under a table would be a row of it.
    gap = [""] if new and not there else []
    yield from lines.added(max([last, *(field.line for field in there.values())]), gap + new)


def _cells(
    lines: _Lines, now: ScriptFacts, script: tuple[int, int], dataset: tuple[int, int]
) -> Iterator[Splice]:
    yield from lines.marked(*script, escaped(mark(now).removesuffix(" verified")))
    if now.dataset_found is not None:
        yield from lines.marked(*dataset, "✓" if now.dataset_found else "✗ not found (prerequisite)")
