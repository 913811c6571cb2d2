"""A budget in words: for the screen, for the document and for the journal."""

import textwrap
from collections.abc import Iterator

from ckreg.core.estimate.total import Total
from ckreg.core.plan.budget import Budget, Cut, Limit, Wall
from ckreg.core.text import one_line
from ckreg.core.units import count, counted, duration, gib

_SHOWN = 6
_NAMED = 3
_TEXT = 44


def hours(number: float) -> str:
    """GPU-hours with as many digits as matter: `0.53`, `12.5`, `1,204`."""
    if 0 < number < 0.005:  # noqa: PLR2004  # what two digits would show as nothing
        return "<0.01"
    digits = 2 if number < 1 else 1 if number < 100 else 0  # noqa: PLR2004
    return f"{number:,.{digits}f}"


def within(total: Total) -> str:
    """`12.5 (9 of 10 within 16.1)`, in GPU-hours."""
    return f"{hours(total.median_hours)} (9 of 10 within {hours(total.p90_hours)})"


def table(budget: Budget) -> Iterator[str]:
    """GPU-hours of training, of evaluation and of both, with the limit."""
    rows = [("Training", budget.training), ("Evaluation", budget.evaluation), ("Together", budget.both)]
    yield f"{'Budget:':<14}{'GPU hours':>9}  9 of 10 within"
    for name, total in rows:
        limit = gpu_limit(budget) if total is budget.both else ""
        line = f"  {name:<12}{hours(total.median_hours):>9}  {hours(total.p90_hours):>14}  {limit}"
        yield line.rstrip()


def gpu_limit(budget: Budget) -> str:
    """Whether the GPU-hours fit; nothing where there is no limit."""
    most = budget.limits.gpu_hours
    if most is None:
        return ""
    if Limit.GPU_HOURS in budget.over:
        return f"✗ over max_gpu_hours, {most:g}"
    if budget.may_go_over:
        return f"✓ but may go over max_gpu_hours, {most:g}"
    return f"✓ max_gpu_hours is {most:g}"


def jobs(budget: Budget) -> str:
    """`4 trainings + 10 evaluations = 14`, and in how many waves they can be submitted."""
    parts = f"{counted(budget.trainings, 'training')} + {counted(budget.evaluations, 'evaluation')}"
    text = f"{parts} = {count(budget.jobs)}"
    if Limit.JOBS in budget.over:
        return f"{text} ✗ over max_submit, {budget.limits.jobs}: submitted in {budget.waves} waves"
    return text


def wall(budget: Budget) -> str:
    """How long by the clock, for each number of jobs at once."""
    times = ", ".join(f"{duration(one.seconds)} {_at_once(one)}" for one in budget.walls)
    return f"~{times}, without waiting in the queue"


def _at_once(one: Wall) -> str:
    match one.concurrent:
        case None:
            return "all at once"
        case 1:
            return "one after the other"
        case _:
            return f"with {one.concurrent} jobs at once"


def cuts(budget: Budget) -> Iterator[str]:
    """What to cut, with what each saves, as a table of at most 80 columns; nothing where the plan fits."""
    if not budget.over:
        return
    if not budget.cuts:
        yield "The spec has nothing that could be cut to fit; raise the limit or plan less."
        return
    enough = any(cut.fits for cut in budget.cuts)
    head = "To fit, cut (✓ is enough)" if enough else "No cut is enough; these save"
    yield f"{head:<{_TEXT + 2}}{'GPU hours':>9}  {'jobs':>6}  {'disk':>9}"
    for cut in budget.cuts[:_SHOWN]:
        yield from _row(cut)
    if len(budget.cuts) > _SHOWN:
        yield f"  and {len(budget.cuts) - _SHOWN} more, in design-experiment.log"


def _row(cut: Cut) -> Iterator[str]:
    *above, last = textwrap.wrap(
        one_line(cut.change),
        _TEXT - 2,
        break_long_words=True,
        break_on_hyphens=False,
        initial_indent="✓ " if cut.fits else "- ",
        subsequent_indent="  ",
    )
    yield from (f"  {line}" for line in above)
    numbers = [
        hours(cut.gpu_hours) if cut.gpu_hours > 0 else "-",
        count(cut.jobs) if cut.jobs else "-",
        gib(cut.disk_gib) if cut.disk_gib > 0 else "-",
    ]
    yield f"  {last:<{_TEXT}}{numbers[0]:>9}  {numbers[1]:>6}  {numbers[2]:>9}"


def notes(budget: Budget) -> Iterator[str]:
    """For the document: what is over its limit, and the first cuts; nothing where the plan fits."""
    if Limit.GPU_HOURS in budget.over:
        median, p90 = hours(budget.both.median_hours), hours(budget.both.p90_hours)
        takes = f"training and evaluation take {median} GPU hours (9 of 10 within {p90})"
        yield f"Over max_gpu_hours, {budget.limits.gpu_hours:g}: {takes}."
    if Limit.JOBS in budget.over:
        waves = f"{count(budget.jobs)} jobs are submitted in {budget.waves} waves"
        yield f"Over max_submit, {budget.limits.jobs}: {waves}."
    if budget.over and budget.cuts:
        enough = [cut for cut in budget.cuts if cut.fits]
        named = [f"{cut.change} (saves {saving(cut)})" for cut in (enough or budget.cuts)[:_NAMED]]
        yield f"{'To fit' if enough else 'Not enough, but the most is saved by'}: {', or '.join(named)}."


def saving(cut: Cut) -> str:
    """`1.4 GPU hours, 12 jobs, 20 GiB`; what is not saved is left out."""
    parts = [
        f"{hours(cut.gpu_hours)} GPU hours" if cut.gpu_hours > 0 else "",
        counted(cut.jobs, "job") if cut.jobs else "",
        gib(cut.disk_gib) if cut.disk_gib > 0 else "",
    ]
    return ", ".join(filter(None, parts)) or "nothing"
