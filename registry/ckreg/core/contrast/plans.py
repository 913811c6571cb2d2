"""What differs between the plans of several experiments, item by item."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ckreg.core.shown.canonical import Tree, canonical_plan
from ckreg.core.shown.values import ShownPlan

Items = Mapping[tuple[str, ...], str]

_WORDS = {
    "factors": "factor",
    "models": "model",
    "checkpoints": "checkpoint",
    "datasets": "dataset",
    "tasks": "task",
    "evaluation": "evaluation",
    "matrix": "evaluated",
}
# Runs are told in one line, for there may be hundreds; of estimates the times of runs say more.
_NOT_ITEMS = ("overview", "runs", "matrix", "estimates")
_ESTIMATE = "est_time"


@dataclass(frozen=True, slots=True)
class Difference:
    """An item of the plans and its value in each, in their order; None where a plan has no such item."""

    item: str
    values: tuple[str | None, ...]


def differences(plans: Sequence[ShownPlan]) -> tuple[Difference, ...]:
    """The items whose values are not all the same, in the order of the plans' sections."""
    trees = [canonical_plan(plan) for plan in plans]
    found = [
        Difference("question", tuple(plan.question for plan in plans)),
        Difference("type", tuple(plan.type for plan in plans)),
        *_items([{key: tree[key] for key in tree if key not in _NOT_ITEMS} for tree in trees]),
        _own_runs(plans),
        *_of_common_runs(plans, trees),
    ]
    return tuple(each for each in found if len(set(each.values)) > 1)


def _items(trees: Sequence[Mapping[str, Tree]]) -> Iterator[Difference]:
    flat = [dict(_flat((), tree)) for tree in trees]
    for way in dict.fromkeys(way for items in flat for way in items):
        yield Difference(_words(way), tuple(items.get(way) for items in flat))


def _flat(way: tuple[str, ...], tree: Tree) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(tree, Mapping):
        for name, value in tree.items():
            yield from _flat((*way, name), value)
    elif tree is not None:
        yield way, tree


def _words(way: tuple[str, ...]) -> str:
    section, *names = way
    names = [name.replace("_", " ") if section == "datasets" else name for name in names if name != "others"]
    word = "" if section == "configuration" else _WORDS.get(section, section)
    return " ".join(name for name in (word, *names) if name)


def _own_runs(plans: Sequence[ShownPlan]) -> Difference:
    """The runs that not all of them have."""
    names = [[run.name for run in plan.runs] for plan in plans]
    common = set(names[0]).intersection(*names)
    return Difference(
        "runs of its own",
        tuple(", ".join(name for name in own if name not in common) or None for own in names),
    )


def _of_common_runs(plans: Sequence[ShownPlan], trees: Sequence[Mapping[str, Tree]]) -> Iterator[Difference]:
    """What differs in runs that all of them have: model, rank, batch size, what they are evaluated on."""
    names = [{run.name for run in plan.runs} for plan in plans]
    common = set(names[0]).intersection(*names)
    for section, word in (("runs", "run"), ("matrix", _WORDS["matrix"])):
        sections = [tree.get(section) for tree in trees]
        of_runs = [
            {run: _settings(told) for run, told in tree.items() if run in common}
            if isinstance(tree, Mapping)
            else {}
            for tree in sections
        ]
        for each in _items(of_runs):
            yield Difference(f"{word} {each.item}", each.values)


def _settings(run: Tree) -> Tree:
    if not isinstance(run, Mapping):
        return run
    return {key: value for key, value in run.items() if key != _ESTIMATE}
