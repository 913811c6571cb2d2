"""What a commit's message allows: an amended plan, transitions that were forced or seen, a revert."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ckreg.core.status import Source, Status, is_legal
from ckreg.core.summary.rows import RowKey
from ckreg.core.text import LINE_END

_AMEND = "ckreg-amend:"
_STATUS = "Ckreg-Status:"
# What `git revert` writes, of a merge too.
_REVERT = re.compile(r"This reverts commit [0-9a-f]{40,64}\b")
# Below this line `git commit -v` shows the diff, in which a trailer is nobody's word.
_SCISSORS = re.compile(r".{1,9}-+ >8 -+")
# The scheduler and a job's log know better than the rules for people.
_SEEN = {Source.SACCT, Source.LOG}
_BEST = "best"


@dataclass(frozen=True, slots=True)
class _Step:
    """A transition that a trailer tells of and that is allowed to whoever wrote it."""

    experiment: str
    key: RowKey
    old: Status
    new: Status


@dataclass(frozen=True, slots=True)
class Words:
    """What a message says: `amends`, that a plan changes for a reason; `reverts`, that a commit is undone."""

    amends: bool = False
    reverts: bool = False
    steps: tuple[_Step, ...] = ()

    def allows(self, experiment: str, key: RowKey, old: Status, new: Status) -> bool:
        """Whether a row may go from `old` to `new`: by the rules, or by the way that the trailers tell."""
        if is_legal(old, new) or self.reverts:
            return True
        reached, edges = {old}, self._edges(experiment, key)
        while more := {after for before, after in edges if before in reached} - reached:
            reached |= more
        return new in reached

    def _edges(self, experiment: str, key: RowKey) -> set[tuple[Status, Status]]:
        return {
            (step.old, step.new)
            for step in self.steps
            if step.experiment == experiment and _is_row(step.key, key)
        }


def words_of(messages: Iterable[str]) -> Words:
    """What the messages of one commit, or of several that are looked at as one, say together.

    Trailers count where they are indented, too: so `git merge --squash` hands them on.
    """
    lines = [line.strip() for message in messages for line in _own_lines(message)]
    return Words(
        amends=any(line.casefold().startswith(_AMEND) and line[len(_AMEND) :].strip() for line in lines),
        reverts=any(_REVERT.match(line) for line in lines),
        steps=tuple(step for line in lines if line.startswith(_STATUS) for step in _steps(line)),
    )


def row_key(run: str, task: str | None, epoch: str | None) -> RowKey:
    """The row as history knows it: `best (1)` is the row that was `best` before."""
    return RowKey(run, task, _BEST if epoch and epoch.startswith(_BEST) else epoch)


def _own_lines(message: str) -> Iterator[str]:
    for line in LINE_END.split(message):
        if _SCISSORS.fullmatch(line):
            return
        yield line


def _steps(line: str) -> Iterator[_Step]:
    try:
        told = json.loads(line.removeprefix(_STATUS))
        key = row_key(str(told["run"]), _text(told.get("task")), _text(told.get("epoch")))
        step = _Step(str(told["experiment"]), key, Status(told["from"]), Status(told["to"]))
        allowed = bool(told.get("forced")) or told.get("by") in _SEEN or is_legal(step.old, step.new)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return  # anybody may write anything into a message
    if allowed:
        yield step


def _is_row(told: RowKey, key: RowKey) -> bool:
    """Whether a trailer means this row; it names no epoch where the task has one only."""
    return told == key or (told.task is not None and told.epoch is None and told[:2] == key[:2])


def _text(value: object) -> str | None:
    return None if value is None else str(value)
