"""What to cut where a plan does not fit: each cut is planned and estimated again, and tells what it saves."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, reduce
from typing import NamedTuple, TypeAlias

from ckreg.core.plan.budget import Budget, Cut, Limit
from ckreg.core.plan.changes import Change, Ladder, ladders_of
from ckreg.core.plan.values import Plan
from ckreg.core.spec.values import Spec

_MOST_TOGETHER = 4  # more at once is another experiment
_MOST_TRIED = 8

BudgetOf: TypeAlias = Callable[[Spec], Budget]


class _Tried(NamedTuple):
    """A change with the smaller plan's budget."""

    change: Change
    budget: Budget


def cuts_of(plan: Plan, budget: Budget, budget_of: BudgetOf) -> tuple[Cut, ...]:
    """What to cut so that the plan fits; nothing where it does. `budget_of` plans and estimates a spec.

    First what is enough by itself, what costs the design least first and of that the smallest; then the
    others, what brings the plan nearest to its limits first. Where nothing is enough by itself, the
    first are several together that are, if there are such.
    """
    if not budget.over:
        return ()
    budget_of = cache(budget_of)
    tried = [one for one in _tried(plan, budget_of) if _progress(one.budget, budget) > 0]
    tried.sort(key=lambda one: _order(one, budget))
    alone = [_cut(one.change.text, one.budget, budget) for one in tried]
    together = [] if any(cut.fits for cut in alone) else list(_together(plan.spec, tried, budget, budget_of))
    return (*together, *alone)


def _tried(plan: Plan, budget_of: BudgetOf) -> Iterator[_Tried]:
    for ladder in ladders_of(plan):
        change = _first_that_fits(ladder, plan.spec, budget_of)
        yield _Tried(change, budget_of(change.apply(plan.spec)))


def _first_that_fits(ladder: Ladder, spec: Spec, budget_of: BudgetOf) -> Change:
    place = bisect_left(ladder, True, key=lambda change: not budget_of(change.apply(spec)).over)
    return ladder[min(place, len(ladder) - 1)]


def _progress(smaller: Budget, budget: Budget) -> float:
    """How much of all that is over the limits goes away: 1 for the whole of one limit's."""
    saved = {
        Limit.GPU_HOURS: budget.both.median_hours - smaller.both.median_hours,
        Limit.JOBS: budget.jobs - smaller.jobs,
        Limit.DISK: budget.disk_gib - smaller.disk_gib,
    }
    return sum(min(saved[limit] / over, 1) for limit, over in budget.over.items())


def _order(one: _Tried, budget: Budget) -> tuple[object, ...]:
    cut = _cut(one.change.text, one.budget, budget)
    if cut.fits:
        return (0, one.change.loss, cut.jobs, cut.gpu_hours, cut.disk_gib, cut.change)
    return (1, -_progress(one.budget, budget), one.change.loss, cut.jobs, cut.gpu_hours, cut.change)


def _cut(text: str, smaller: Budget, budget: Budget) -> Cut:
    return Cut(
        text,
        gpu_hours=budget.both.median_hours - smaller.both.median_hours,
        jobs=budget.jobs - smaller.jobs,
        disk_gib=budget.disk_gib - smaller.disk_gib,
        fits=not smaller.over,
    )


def _together(spec: Spec, tried: Iterable[_Tried], budget: Budget, budget_of: BudgetOf) -> Iterator[Cut]:
    """The changes, what costs least first, until they are enough; then without those that are not needed."""
    chosen: list[Change] = []
    in_order = sorted(tried, key=lambda one: (one.change.loss, -_progress(one.budget, budget)))
    for one in in_order[:_MOST_TRIED]:
        chosen.append(one.change)
        if not budget_of(_all_applied(spec, chosen)).over:
            break
    else:
        return
    for change in chosen[-2::-1]:
        rest = [other for other in chosen if other is not change]
        if not budget_of(_all_applied(spec, rest)).over:
            chosen = rest
    if len(chosen) <= _MOST_TOGETHER:
        smaller = budget_of(_all_applied(spec, chosen))
        yield _cut("; ".join(change.text for change in chosen), smaller, budget)


def _all_applied(spec: Spec, changes: Sequence[Change]) -> Spec:
    """Levels first: the lines of a matrix name the runs that are left."""
    ordered = sorted(changes, key=lambda change: change.loss, reverse=True)
    return reduce(lambda smaller, change: change.apply(smaller), ordered, spec)
