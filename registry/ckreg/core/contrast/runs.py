"""Runs of several experiments that compare: of the same name, or of the same model and rank."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ckreg.core.shown.values import ShownPlan, ShownRun


@dataclass(frozen=True, slots=True)
class Alike:
    """Runs that compare: what they are called together, and each one's name, None where there is none."""

    label: str
    names: tuple[str | None, ...]


def alike(plans: Sequence[ShownPlan]) -> tuple[Alike, ...]:
    """The runs that at least two of the experiments have, in the order of the first that has one.

    Model and rank count only where no name does, and where they fit one run of each experiment.
    """
    left = [list(plan.runs) for plan in plans]
    found: dict[str, Alike] = {}
    for name in dict.fromkeys(run.name for runs in left for run in runs):
        having = [next((run for run in runs if run.name == name), None) for runs in left]
        if sum(run is not None for run in having) > 1:
            found[name] = Alike(name, tuple(None if run is None else run.name for run in having))
    taken = {name for each in found.values() for name in each.names}
    rest = [[run for run in runs if run.name not in taken] for runs in left]
    pairs = list(_by_kind(rest))
    order = {
        run.name: place for place, run in reversed(list(enumerate(run for runs in left for run in runs)))
    }
    return tuple(
        sorted([*found.values(), *pairs], key=lambda each: min(order[name] for name in each.names if name))
    )


def _by_kind(rest: Sequence[Sequence[ShownRun]]) -> Iterator[Alike]:
    kinds = [_unique(runs) for runs in rest]
    for kind in dict.fromkeys(kind for known in kinds for kind in known):
        having = tuple(known.get(kind) for known in kinds)
        if sum(name is not None for name in having) > 1:
            model, rank, control = kind
            yield Alike(f"{model} base" if control else f"{model} rank {rank}", having)


def _unique(runs: Iterable[ShownRun]) -> dict[tuple[str, str, bool], str]:
    """The run of each model and rank, where there is only one."""
    found: dict[tuple[str, str, bool], list[str]] = {}
    for run in runs:
        if run.model is not None:
            found.setdefault((run.model, str(run.lora_rank or "-"), run.control), []).append(run.name)
    return {kind: names[0] for kind, names in found.items() if len(names) == 1}
