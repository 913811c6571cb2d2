"""Of all that files tell, what counts: no copies, of a training its last state, of a group itself."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ckreg.core.results.joining import Plan, Unjoined, joined, results_of
from ckreg.core.results.values import Evaluation, Result, SourceKind


class Source(NamedTuple):
    """A file's evaluations; `ours` as in `joined`."""

    path: str
    evaluations: tuple[Evaluation, ...]
    ours: bool


class Gathered(NamedTuple):
    """The results, and the files whose results are nobody's, each with the reason."""

    results: tuple[Result, ...]
    unjoined: tuple[tuple[str, str], ...]


def gather(plan: Plan, sources: Iterable[Source]) -> Gathered:
    """Join each evaluation with its cell of the plan."""
    results: list[Result] = []
    unjoined: dict[str, str] = {}
    seen: set[tuple[SourceKind, str]] = set()
    for source in sorted(_last_states(plan, sources), key=lambda source: source.path):
        for found in source.evaluations:
            if found.of_group and found.task not in plan.tasks:
                continue
            if found.identity is not None:
                if (found.kind, found.identity) in seen:
                    continue
                seen.add((found.kind, found.identity))
            cell = joined(plan, source.path, found, ours=source.ours)
            if isinstance(cell, Unjoined):
                unjoined.setdefault(source.path, cell.reason)
            else:
                results += results_of(cell, found, source.path)
    return Gathered(tuple(results), tuple(unjoined.items()))


def _last_states(plan: Plan, sources: Iterable[Source]) -> Iterator[Source]:
    """Every checkpoint has a trainer's state: of each run the one that knows most."""
    last: dict[str, Source] = {}
    for source in sources:
        if not source.evaluations or source.evaluations[0].kind is not SourceKind.TRAINER_STATE:
            yield source
            continue
        cell = joined(plan, source.path, source.evaluations[0], ours=source.ours)
        run = source.path if isinstance(cell, Unjoined) else cell.run
        if run not in last or _knows(source) > _knows(last[run]):
            last[run] = source
    yield from last.values()


def _knows(source: Source) -> tuple[int, int, str]:
    first = source.evaluations[0]
    return first.step, -len(source.path), source.path
