"""How to index, and what one round of it met."""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from ckreg.flows.kept import Faulty


class Stand(NamedTuple):
    """How far the reading has come: files and bytes done, and of how many."""

    files: int
    files_total: int
    size: int
    size_total: int


@dataclass(frozen=True, slots=True)
class Problem:
    """A path that could not be read, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Tally:
    """How many measured jobs of one framework ended in one way."""

    framework: str
    outcome: str
    jobs: int


@dataclass(frozen=True, slots=True)
class Indexed:
    """What one round of indexing met.

    `found` logs were `read`, `unchanged` or among the `unreadable`; `sacct_files` lay beside them. Of those
    read, `moved` were known under another path, and `copies` are measured where they were found first.
    `tallies` count all that the cache now holds. `rebuilt` says that the cache was damaged or old, and built
    anew. `kept` are the prior runs that only prior-runs.jsonl has, `faults` its lines that say nothing.
    `scheduler` is why sacct did not answer, None where it did or is not here. Of the logs read, `by_tasks`
    were read by tasks of array jobs, and `left` more are left to such; `task_notes` say what became of those.
    """

    roots: tuple[str, ...]
    found: int
    read: int
    unchanged: int
    sacct_files: int
    moved: int
    copies: int
    unreadable: tuple[Problem, ...]
    tallies: tuple[Tally, ...]
    rebuilt: bool
    kept: int
    faults: tuple[Faulty, ...]
    scheduler: str | None
    by_tasks: int = 0
    left: int = 0
    task_notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class How:
    """How to index: `rebuild` begins with an empty cache, `full` reads all logs, and whole.

    `sacct` are saved answers of sacct that speak of all logs; `ask` asks sacct itself where it is here, and
    `told` is what it has just said. `processes` is how many read; None leaves it to ckreg. `leave_missing`
    leaves what tasks of an array job should have read and have not.
    """

    rebuild: bool = False
    full: bool = False
    sacct: tuple[Path, ...] = ()
    ask: bool = False
    told: str = ""
    processes: int | None = None
    leave_missing: bool = False


AS_USUAL = How()
