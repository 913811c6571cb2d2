"""Where a document and the plan of its spec differ: value by value, each with the line in the document."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple, cast

from ckreg.core.check.subject import Subject
from ckreg.core.markdown import plain, unmarked
from ckreg.core.plan.forecast import Forecast
from ckreg.core.plan.sheet import Sheet
from ckreg.core.plan.values import Plan
from ckreg.core.resources import Resources
from ckreg.core.settings import Settings
from ckreg.core.shown.reading import shown_in, without_remark
from ckreg.core.text import one_line

if TYPE_CHECKING:
    from ckreg.core.plan.budget import Budget

_NOTHING = "-"


class Difference(NamedTuple):
    """The line of the document, what differs, and the two values as they are shown."""

    line: int
    what: str
    here: str
    there: str


def differences(subject: Subject, plan: Plan) -> Iterator[Difference]:
    """Every difference; what the document does not say at all is no difference, but for rows."""
    yield from _overview(subject, plan)
    yield from _factors(subject, plan)
    yield from _runs(subject, plan)
    yield from _checkpoints(subject, plan)
    yield from _tasks(subject, plan)
    yield from _configuration(subject, plan)
    yield from _evaluations(subject, plan)


def _overview(subject: Subject, plan: Plan) -> Iterator[Difference]:
    summary = subject.summary
    if summary.name and plan.spec.date and plan.spec.date.year > 1:  # a spec without a date names no day
        yield from _differ(_title_line(subject), "the name", summary.name, plan.name)
    for key, text in (("Type", plan.design_type), ("Scientific Question", one_line(plan.spec.question))):
        if field := subject.field(key, "Overview"):
            yield from _differ(field.line, f"'{key}'", field.value, text)
    for dataset in plan.spec.datasets:
        field = subject.field(f"Path {dataset.label}" if dataset.label else "Path", "Resources", "Dataset")
        if field and one_line(dataset.path) not in field.value:
            yield Difference(field.line, f"'{field.key}'", repr(_path(field.value)), repr(dataset.path))


def _factors(subject: Subject, plan: Plan) -> Iterator[Difference]:
    heading = subject.section("Variables")
    if heading is None:
        return
    here = subject.factors
    there = {plain(factor.factor): factor.levels for factor in plan.factors}
    for name in dict.fromkeys((*here, *there)):
        if set(here.get(name, ())) != set(there.get(name, ())):
            shown = [", ".join(levels.get(name, ())) or "no factor" for levels in (here, there)]
            yield Difference(heading.line, f"the factor {name!r}", repr(shown[0]), repr(shown[1]))


def _runs(subject: Subject, plan: Plan) -> Iterator[Difference]:
    heading = subject.section("All Runs")
    if heading is None:
        return
    planned = {run.name: (run.model, run.lora_rank, run.batch_size) for run in plan.runs}
    planned |= {one.name: (one.model, None, None) for one in plan.controls}
    planned |= {one.name: (one.model, None, None) for one in plan.spec.checkpoints}
    for name in planned:
        if name not in subject.runs:
            yield Difference(heading.line, f"the run {name!r}", "missing", "planned")
    for name, run in subject.runs.items():
        if name not in planned:
            yield Difference(run.line, f"the run {name!r}", "planned", "missing")
            continue
        model, rank, batch = planned[name]
        yield from _differ(run.line, f"the model of {name!r}", unmarked(run.model or _NOTHING), model)
        yield from _differ(run.line, f"the LoRA rank of {name!r}", run.lora_rank, rank)
        if batch is not None:  # else it was to be estimated
            yield from _differ(run.line, f"the batch size of {name!r}", run.batch_size, batch)


def _checkpoints(subject: Subject, plan: Plan) -> Iterator[Difference]:
    """Their folders; which there are is told of All Runs."""
    paths = {one.name: one.path for one in plan.spec.checkpoints}
    for row in subject.summary.checkpoints:
        path = paths.get(row.name)
        if path and one_line(path) not in row.path:
            yield Difference(row.line, f"the path of {row.name!r}", repr(_path(row.path)), repr(path))


def _tasks(subject: Subject, plan: Plan) -> Iterator[Difference]:
    heading = subject.section("Resources", "Evaluation Tasks")
    if heading is None:
        return
    planned = {unmarked(one_line(task.name)): task for task in plan.spec.evaluation.tasks}
    rows = {row.name: row for row in subject.summary.tasks}
    for name in dict.fromkeys((*planned, *rows)):
        row, task = rows.get(name), planned.get(name)
        if row is None or task is None:
            here, there = ("missing", "planned") if row is None else ("planned", "missing")
            yield Difference(row.line if row else heading.line, f"the task {name!r}", here, there)
            continue
        for what, cell, path in (("script", row.script, task.script), ("dataset", row.dataset, task.dataset)):
            if path and one_line(path) not in (cell or ""):
                shown = repr(_path(cell or _NOTHING))
                yield Difference(row.line, f"the {what} of {name!r}", shown, repr(path))


def _configuration(subject: Subject, plan: Plan) -> Iterator[Difference]:
    # What is asked of the sheet follows from the plan alone; nothing was looked for or estimated here.
    now, nothing = datetime.min.replace(tzinfo=UTC), cast("Budget", None)
    sheet = Sheet(plan, Resources(), Forecast((), ()), Settings(), "", now, budget=nothing)
    said = {
        "Recipe": sheet.setting("recipe"),
        "GPUs": sheet.setting("gpus"),
        "Epochs": sheet.setting("epochs"),
        "Dataset packing": sheet.setting("packed"),
        "LoRA alpha": sheet.lora_alpha,
        "System prompt": sheet.system_prompt,
        "Validation during training": sheet.validation,
        **dict(sheet.configuration),
    }
    for key, text in said.items():
        field = subject.field(key, "Configuration")
        if field:  # to the space: those within a prompt are the model's to read
            yield from _differ(field.line, f"'{key}'", _bare(field.value, key), _bare(text, key))
    yield from _evaluation_prompt(subject, plan)
    field = subject.field("Epochs to evaluate", "Evaluation Plan", "Configuration")
    if field:
        yield from _differ(field.line, "'Epochs to evaluate'", field.value, sheet.epochs_to_evaluate)


def _evaluation_prompt(subject: Subject, plan: Plan) -> Iterator[Difference]:
    """The prompt of evaluation, where it is told apart from training's."""
    field = subject.field("System prompt", "Configuration")
    if field and plan.runs:
        here = next(
            (one[0] for key, one in shown_in(subject.summary).evaluation if key == "system prompt"), None
        )
        there = plan.spec.evaluation.system_prompt
        yield from _differ(field.line, "the system prompt of evaluation", here, there)


def _evaluations(subject: Subject, plan: Plan) -> Iterator[Difference]:
    heading = subject.section("Evaluation Plan", "Evaluation Matrix")
    if heading is None:
        return
    here = _by_run_and_task((run, task, epoch) for run, task, epoch, _ in subject.evaluations)
    there = _by_run_and_task((one.run_name, unmarked(one.task), one.epoch) for one in plan.evaluations)
    lines = {row.run_name: row.line for row in subject.summary.matrix}
    for key in dict.fromkeys((*there, *here)):
        run, task = key
        if run in lines and here.get(key) != there.get(key):
            shown = [repr(_epochs(cells.get(key))) for cells in (here, there)]
            yield Difference(lines[run], f"what is evaluated of {run!r} on {task!r}", *shown)


def _by_run_and_task(
    evaluations: Iterator[tuple[str, str, str | None]],
) -> dict[tuple[str, str], set[str | None]]:
    found: dict[tuple[str, str], set[str | None]] = {}
    for run, task, epoch in evaluations:
        found.setdefault((run, task), set()).add(epoch)
    return found


def _epochs(epochs: set[str | None] | None) -> str:
    if epochs is None:
        return "nothing"
    return ", ".join(sorted(epoch for epoch in epochs if epoch)) or "without epoch"


def _differ(line: int, what: str, here: object, there: object) -> Iterator[Difference]:
    one, other = (_NOTHING if text is None else str(text) for text in (here, there))
    if one != other:
        yield Difference(line, what, repr(one), repr(other))


def _bare(value: str, key: str) -> str:
    """A value without its marks and without the template's remarks behind it."""
    if key == "Dataset packing":
        value = value.partition(" - ")[0]
    if key == "System prompt":
        value = without_remark(value)
    return unmarked(value)


def _path(text: str) -> str:
    """The path of a cell or field, without the mark behind it."""
    return unmarked(text.rstrip(" ✓✔").removesuffix("verified").rstrip(" ✓✔"))


def _title_line(subject: Subject) -> int:
    return subject.document.headings[0].line if subject.document.headings else 1
