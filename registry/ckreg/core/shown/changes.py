"""How one plan differs from another, item by item, in words and with lines."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ckreg.core.markdown import plain, unmarked
from ckreg.core.shown.canonical import Tree
from ckreg.core.shown.reading import setting_key
from ckreg.core.summary.values import Summary

_WORDS = {
    "overview": "Overview",
    "factors": "factor",
    "runs": "run",
    "models": "model",
    "checkpoints": "checkpoint",
    "datasets": "dataset",
    "tasks": "task",
    "evaluation": "Evaluation Plan",
    "matrix": "Evaluation Matrix",
    "configuration": "Configuration",
    "estimates": "Compute Estimates",
}
_NOTHING = "-"
_SHOWN = 5
_SHORT = 2


class Change(NamedTuple):
    """One item that differs: its way from section to value, and both values; None where it is not there."""

    item: tuple[str, ...]
    before: str | None
    after: str | None

    @property
    def words(self) -> str:
        """The item and its change: `run L1B_rank4, batch_size: 4 -> 8`."""
        section, *names = self.item
        word = _WORDS.get(section, section)
        if word.islower() and names:  # a row of a table, by its name
            word, names = f"{word} {names[0]}".strip(), names[1:]
        what = ", ".join([word, *names])
        if self.before is None:
            return f"{what}: added" + (f" ({self.after})" if self.after else "")
        if self.after is None:
            return f"{what}: gone" + (f" (was {self.before})" if self.before else "")
        return f"{what}: {_change(self.before, self.after)}"


def _change(before: str, after: str) -> str:
    """Both values; of two equally long lists of numbers only those that differ."""
    pairs = list(zip(before.split(", "), after.split(", "), strict=False))
    if len(pairs) <= _SHORT or before.count(", ") != after.count(", "):
        return f"{before} -> {after}"
    return ", ".join(f"{old} -> {new}" for old, new in pairs if old != new)


def changes(before: Tree, after: Tree) -> list[Change]:
    """Everything that differs, in the order of the sections and then of the names."""
    return list(_changes((), before, after))


def _changes(item: tuple[str, ...], before: Tree, after: Tree) -> Iterator[Change]:
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in [*before, *(name for name in after if name not in before)]:
            way = (*item, name)
            if name not in after:
                yield Change(way, _text(before[name]), None)
            elif name not in before:
                yield Change(way, None, _text(after[name]))
            else:
                yield from _changes(way, before[name], after[name])
        return
    yield Change(item, _text(before) or _NOTHING, _text(after) or _NOTHING)


def _text(tree: Tree) -> str:
    """A value in a few words; of a whole row nothing, for its name says enough."""
    return tree if isinstance(tree, str) else ""


class Lines:
    """Where each item of a plan stands in its document."""

    def __init__(self, summary: Summary) -> None:
        self._lines = dict(reversed(list(_lines(summary))))

    def of(self, item: tuple[str, ...]) -> int | None:
        """The 1-based line of an item, or of what it is part of; None where nothing of it is there."""
        while item:
            if line := self._lines.get(item):
                return line
            item = item[:-1]
        return None


def _lines(summary: Summary) -> Iterator[tuple[tuple[str, ...], int]]:
    for factor, line in zip(summary.factors, summary.factor_lines, strict=False):
        yield ("factors", unmarked(factor.factor)), line
    for run in summary.runs:
        yield ("runs", run.run_name), run.line
    for model in summary.models:
        yield ("models", model.name), model.line
    for checkpoint in summary.checkpoints:
        yield ("checkpoints", checkpoint.name), checkpoint.line
    for task in summary.tasks:
        yield ("tasks", unmarked(task.name)), task.line
    for row in summary.matrix:
        yield ("matrix", row.run_name), row.line
    for field in summary.fields:
        yield from (((*item,), field.line) for item in _items(field.section, field.key))


def _items(section: str, key: str) -> Iterator[tuple[str, ...]]:
    top, _, part = section.partition(" > ")
    match top, part:
        case "Overview", _:
            yield "overview", plain(key).replace(" ", "_")
        case "Resources", "Dataset":
            label = key.partition("(")[2].rstrip(") ") if key.endswith(")") else ""
            name = plain(key.partition(" (")[0])
            yield "datasets", label, name.replace(" ", "_")
            yield "datasets", label, "others", name
            yield "datasets", label
        case "Evaluation Plan", _:
            yield "evaluation", plain(key)
            yield ("evaluation",)
        case "Configuration", _:
            yield "configuration", setting_key(key)
            yield ("configuration",)
        case "Compute Estimates", _:
            yield "estimates", part, plain(key)
            yield "estimates", part, key.strip()
            yield "estimates", part
            yield ("estimates",)


def told(found: list[Change], lines: Lines, where: str) -> str:
    """What changed, in words with the lines, in one sentence; not more than can be read."""
    parts = [f"{where}{_place(change, lines)}: {change.words}" for change in found[:_SHOWN]]
    more = f"; and {len(found) - _SHOWN} more (`ckreg drift` lists them)" if len(found) > _SHOWN else ""
    return "; ".join(parts) + more


def _place(change: Change, lines: Lines) -> str:
    line = lines.of(change.item)
    return "" if line is None else f":{line}"
