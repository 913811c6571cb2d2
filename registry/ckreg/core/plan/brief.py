"""A plan on a screen of 80 columns, for somebody who is to approve it."""

import textwrap
from collections.abc import Iterable, Iterator

from ckreg.core.plan.checks import Check
from ckreg.core.plan.sheet import Sheet
from ckreg.core.text import one_line
from ckreg.core.units import duration, gib

_WIDTH = 80
_INDENT = 14


def brief(sheet: Sheet, checks: Iterable[Check]) -> str:
    """The plan in short: what is asked, the runs, what they take, what is missing, the eight checks."""
    return "\n".join(
        [*_overview(sheet), "", *_runs(sheet), "", *_takes(sheet), "", *_notes(sheet), "", *_marks(checks)]
    )


def _overview(sheet: Sheet) -> Iterator[str]:
    plan = sheet.plan
    yield plan.name
    yield from _field("Question", plan.spec.question)
    yield from _field("Type", plan.design_type)
    for factor in plan.factors:
        yield from _field("Factor", f"{factor.factor}: {', '.join(factor.levels)}")
    yield from _field("Runs", plan.runs_text)
    yield from _field("Evaluations", f"{len(plan.evaluations)} ({sheet.epochs_to_evaluate})")


def _runs(sheet: Sheet) -> Iterator[str]:
    times = {name: f"~{duration(time.median_seconds)}" for name, time in sheet.forecast.by_run.items()}
    width = max((len(row.run_name) for row in sheet.plan.matrix), default=0)
    yield f"  {'Run':<{width}}  {'Batch':>5}  Est. time"
    for run in sheet.plan.runs:
        yield f"  {run.name:<{width}}  {run.batch_size or '-':>5}  {times[run.name]}"
    for row in sheet.plan.matrix[len(sheet.plan.runs) :]:
        yield f"  {row.run_name:<{width}}  {'-':>5}  -"


def _takes(sheet: Sheet) -> Iterator[str]:
    yield from _field("Training", f"{sheet.gpu_hours} GPU hours; {sheet.basis}")
    yield from _field("Evaluation", sheet.evaluation_total)
    yield from _field("Disk", f"~{gib(sheet.forecast.disk_gib)} of checkpoints; available: {sheet.available}")


def _notes(sheet: Sheet) -> Iterator[str]:
    for note in sheet.notes:
        yield from _wrapped("- ", note)


def _marks(checks: Iterable[Check]) -> Iterator[str]:
    for check in checks:
        yield f"  {check.mark} {check.text}"


def _field(name: str, value: str) -> list[str]:
    return _wrapped(f"{name}:".ljust(_INDENT), value)


def _wrapped(head: str, text: str) -> list[str]:
    return textwrap.wrap(
        one_line(text),
        _WIDTH,
        initial_indent=head,
        subsequent_indent=" " * len(head),
        break_long_words=False,
        break_on_hyphens=False,
    ) or [head.rstrip()]
