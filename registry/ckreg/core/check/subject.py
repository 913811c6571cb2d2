"""What the rules look at: a document, read once, and the files beside it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from typing import TYPE_CHECKING, NamedTuple

from ckreg.core.check import words
from ckreg.core.markdown import Document, Field, Heading, Row, Table, plain, read, unmarked
from ckreg.core.summary import EvaluationRow, FineTuningRow, RunRow, Summary
from ckreg.core.summary.parse import summary_of
from ckreg.core.summary.tables import SHAPES, Shape, is_stray, sections_of, tables_of
from ckreg.core.text import Splice, line_starts, lines_of
from ckreg.errors import MalformedError

if TYPE_CHECKING:
    from ckreg.core.plan.values import Plan

SPEC, ESTIMATES, SEAL = "spec.yaml", "estimates.json", "plan.seal"


NO_TEXT = "\0"
IS_NO_TEXT = "it is no text in UTF-8: save it as such, or restore it with `git restore`"


@dataclass(frozen=True, slots=True)
class Beside:
    """The texts of the files beside the document that speak of the same plan; None where there is none.

    `NO_TEXT` stands for one that is there, but is no text.
    """

    spec: str | None = None
    estimates: str | None = None
    seal: str | None = None


class Body(NamedTuple):
    """A table with its rows: `rows` are those of the table, `stray` lines of prose directly under it."""

    table: Table
    rows: tuple[Row, ...]
    stray: tuple[Row, ...]


class Subject:
    """A document, what it says, and where; everything is made when the first rule asks for it."""

    def __init__(self, text: str, experiment: str, beside: Beside = Beside()) -> None:  # frozen
        self.text = text
        self.experiment = experiment
        self.beside = beside
        self.document: Document = read(text)
        self._tables: dict[Shape, list[Table]] = {}
        self._bodies: dict[Shape, Body | None] = {}

    @cached_property
    def summary(self) -> Summary:
        """What the document says, as values."""
        return summary_of(self.document)

    @cached_property
    def sections(self) -> dict[tuple[str, ...], list[Heading]]:
        """The headings by what they are called, in plain words."""
        found: dict[tuple[str, ...], list[Heading]] = {}
        for heading in self.document.headings:
            for section in sections_of((*heading.path, heading.title)):
                found.setdefault(section, []).append(heading)
        return found

    @cached_property
    def _fields(self) -> dict[tuple[str, ...], dict[str, Field]]:
        found: dict[tuple[str, ...], dict[str, Field]] = {}
        for field in self.document.fields:
            for section in sections_of(field.path):
                found.setdefault(section, {}).setdefault(plain(field.key), field)
        return found

    def section(self, *names: str) -> Heading | None:
        """The heading of a section, the first where there are several."""
        return next(iter(self.sections.get(_plain_section(names), ())), None)

    def fields(self, *section: str) -> dict[str, Field]:
        """The `**Key:** value` lines directly under a section, by key in plain words; of two, the first."""
        return self._fields.get(_plain_section(section), {})

    def field(self, key: str, *section: str) -> Field | None:
        """One of them, if it is there and says something."""
        field = self.fields(*section).get(plain(key))
        return field if field and field.value not in {"", "-"} else None

    def tables(self, shape: Shape) -> list[Table]:
        """The tables in this place."""
        if shape not in self._tables:
            self._tables[shape] = tables_of(self.document, shape)
        return self._tables[shape]

    def body(self, shape: Shape) -> "Body | None":
        """The first of them with its rows, those of prose apart; None where there is no table."""
        if shape not in self._bodies:
            table = next(iter(self.tables(shape)), None)
            self._bodies[shape] = None if table is None else _body(table)
        return self._bodies[shape]

    @cached_property
    def bodies(self) -> "list[Body]":
        """That of every table of the template that is there."""
        return [body for shape in SHAPES if (body := self.body(shape))]

    def lines(self, *section: str) -> Iterator[tuple[int, str]]:
        """The lines under a section's heading, those of its subsections too, with their numbers."""
        heading = self.section(*section)
        if heading is None:
            return
        depth = len(heading.path)
        after = [
            other.line
            for other in self.document.headings
            if other.line > heading.line and len(other.path) <= depth
        ]
        for number in range(heading.line + 1, after[0] if after else len(self.all_lines) + 1):
            yield number, self.all_lines[number - 1]

    @cached_property
    def all_lines(self) -> list[str]:
        """The lines, without their endings."""
        return lines_of(self.text)

    @cached_property
    def starts(self) -> list[int]:
        """The offset of every line."""
        return line_starts(self.text)

    def line(self, number: int) -> str:
        """A line, without its ending."""
        return self.all_lines[number - 1]

    def place(self, field: Field, old: str) -> int:
        """The offset at which `old` stands in a field's value; what is no more there is not asked for."""
        line = self.line(field.line)
        value = line.rfind(field.value)
        return self.starts[field.line - 1] + line.index(old, max(value, 0))

    def column(self, field: Field) -> int:
        """The 1-based column at which a field's value begins; the line's first where it stands otherwise."""
        return max(self.line(field.line).rfind(field.value), 0) + 1

    def replaced(self, field: Field, old: str, new: str) -> Splice:
        """The splice that puts `new` where a field's value says `old`."""
        start = self.place(field, old)
        return Splice(start, start + len(old), new)

    @cached_property
    def runs(self) -> dict[str, RunRow]:
        """The rows of All Runs by name; of two, the first."""
        rows: dict[str, RunRow] = {}
        for run in self.summary.runs:
            rows.setdefault(run.run_name, run)
        return rows

    @cached_property
    def fine_tuned(self) -> list[RunRow]:
        """The rows of All Runs that are trained."""
        controls = {id(run) for run in self.controls}
        return [run for run in self.summary.runs if id(run) not in controls]

    @cached_property
    def controls(self) -> list[RunRow]:
        """The runs that are only evaluated."""
        return [run for run in self.summary.runs if is_control(run)]

    def is_base(self, name: str) -> bool:
        """Whether a run is only evaluated, as far as All Runs or its name tell."""
        return name in self._bases or (name.endswith("_base") and name not in self.runs)

    @cached_property
    def checkpoints(self) -> set[str]:
        """The names of the checkpoints that were there before; each may be of an epoch of its own."""
        return {run.run_name for run in self.summary.runs if is_checkpoint(run)}

    @cached_property
    def _bases(self) -> set[str]:
        return {run.run_name for run in self.controls}

    @cached_property
    def statuses(self) -> list[FineTuningRow | EvaluationRow]:
        """The rows of both Status tables."""
        return [*self.summary.fine_tuning, *self.summary.evaluations]

    @cached_property
    def factors(self) -> dict[str, tuple[str, ...]]:
        """The levels of every factor, by its name in plain words."""
        return {plain(factor.factor): factor.levels for factor in self.summary.factors}

    @cached_property
    def tasks(self) -> set[str]:
        """The names of the evaluation tasks."""
        return {row.name for row in self.summary.tasks}

    @cached_property
    def epochs(self) -> tuple[int, ...] | None:
        """How many epochs are trained; several where runs differ, None where that is not said."""
        field = self.field("Epochs", "Configuration")
        return words.whole_numbers(field.value) if field else None

    @cached_property
    def _spec(self) -> tuple["Plan | None", str | None]:
        """What the spec beside the document comes to, or why it cannot be read."""
        if self.beside.spec is None:
            return None, None
        if self.beside.spec == NO_TEXT:
            return None, IS_NO_TEXT
        from ckreg.core.plan.resolve import resolve  # noqa: PLC0415  # YAML, 60 ms, where there is a spec
        from ckreg.core.spec import read_spec  # noqa: PLC0415

        try:
            return resolve(read_spec(self.beside.spec, format="yaml", name=SPEC), date.min), None
        except MalformedError as error:
            return None, str(error)

    @property
    def plan(self) -> "Plan | None":
        """The plan of the spec beside the document, None where there is none that can be read."""
        return self._spec[0]

    @property
    def spec_fault(self) -> str | None:
        """Why the spec beside the document cannot be read, None where it can."""
        return self._spec[1]

    @cached_property
    def evaluations(self) -> list[tuple[str, str, str | None, int]]:
        """What the Evaluation Matrix asks for: run, task, epoch (None for a base model), line."""
        return [
            (row.run_name, unmarked(task), epoch, row.line)
            for row in self.summary.matrix
            for task, text in row.cells
            if text and unmarked(task) in self.tasks
            for epoch in words.epochs_of(text) or (None,)
        ]

    @cached_property
    def rows(self) -> list[tuple[str, str, str | None, int]]:
        """What Status has a row for, in the same form; `best (1)` is `best`."""
        return [
            (row.run_name, unmarked(row.task or ""), words.epoch_of(row.epoch), row.line)
            for row in self.summary.evaluations
        ]


@cache
def _plain_section(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(plain, names))


def _body(table: Table) -> Body:
    rows = tuple(table.rows())
    stray = tuple([row for row in rows if len(row.texts) == 1 and is_stray(table, row)])
    return Body(table, tuple([row for row in rows if row not in stray]) if stray else rows, stray)


def is_control(run: RunRow) -> bool:
    """Whether a run is only evaluated: a base model, or a checkpoint that was there before."""
    return run.run_name.endswith("_base") or (run.type or "").casefold().startswith(
        ("control", "base", "eval")
    )


def is_checkpoint(run: RunRow) -> bool:
    """Whether it is a checkpoint that was there before."""
    return (run.type or "").casefold().startswith("eval")
