"""A plan on a screen of 80 columns, for somebody who is to approve it."""

import textwrap
from collections.abc import Iterable, Iterator

from ckreg.core.plan import budget_text, takes
from ckreg.core.plan.checks import Check
from ckreg.core.plan.sheet import Sheet
from ckreg.core.text import one_line
from ckreg.core.units import duration, gib

_WIDTH = 80
_INDENT = 14


def brief(sheet: Sheet, checks: Iterable[Check]) -> str:
    """The plan in short: what is asked, the runs, what is missing, the eight checks, what it all takes."""
    parts = [_overview(sheet), _runs(sheet), _rests(sheet), _notes(sheet), _marks(checks), _budget(sheet)]
    return "\n\n".join(filter(None, map("\n".join, parts)))


def _overview(sheet: Sheet) -> Iterator[str]:
    plan = sheet.plan
    yield plan.name
    yield from _field("Question", plan.spec.question)
    yield from _field("Type", plan.design_type)
    for factor in plan.factors:
        yield from _field("Factor", f"{factor.factor}: {', '.join(factor.levels)}")
    yield from _field(
        "Runs", f"{sheet.total_runs} ({len(plan.runs)} fine-tuned + {len(plan.controls)} controls)"
    )
    yield from _field("Evaluations", f"{len(plan.evaluations)} ({sheet.epochs_to_evaluate})")


def _runs(sheet: Sheet) -> Iterator[str]:
    times = {name: f"~{duration(time.median_seconds)}" for name, time in sheet.forecast.by_run.items()}
    names = [*times, *(control.name for control in sheet.plan.controls)]
    width = max(map(len, names), default=0)
    yield f"  {'Run':<{width}}  {'Batch':>5}  Est. time"
    for run in sheet.plan.runs:
        yield f"  {run.name:<{width}}  {run.batch_size or '-':>5}  {times[run.name]}"
    for control in sheet.plan.controls:
        yield f"  {control.name:<{width}}  {'-':>5}  -"


def _rests(sheet: Sheet) -> Iterator[str]:
    if sheet.plan.runs:
        span = takes.span([time.median_seconds for time in sheet.forecast.by_run.values()])
        yield from _field("Training", f"{span} a run, from {sheet.basis}")
    if sheet.plan.evaluations:
        yield from _field("Evaluation", f"{sheet.per_evaluation} each, from {sheet.evaluation_tiers}")


def _notes(sheet: Sheet) -> Iterator[str]:
    for note in sheet.remarks:
        yield from _wrapped("- ", note)


def _marks(checks: Iterable[Check]) -> Iterator[str]:
    for check in checks:
        yield f"  {check.mark} {check.text}"


def _budget(sheet: Sheet) -> Iterator[str]:
    budget = sheet.budget
    yield from budget_text.table(budget)
    yield from _field("Jobs", budget_text.jobs(budget))
    yield from _field("Wall time", budget_text.wall(budget))
    yield from _field("Disk", f"~{gib(budget.disk_gib)} of checkpoints; available: {sheet.available}")
    if budget.over:
        yield ""
        yield from budget_text.cuts(budget)


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
