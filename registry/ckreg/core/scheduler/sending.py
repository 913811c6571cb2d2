"""What a scheduler is asked to start, and the words of `sbatch` for it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

_ACCEPTED = re.compile(r"(\d{1,10})(?:;([A-Za-z0-9._-]+))?")
_OURS = re.compile(r"(?P<what>[A-Za-z0-9._-]{1,100})\.(?P<intent>[0-9a-f]{8})")


class Dependency(NamedTuple):
    """What must have succeeded before.

    A job; or, `by_task`, for each task of an array the same task of the array `job`.
    """

    job: str
    by_task: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One call of the scheduler: a script, the folder that it starts in, and what it waits for.

    `tasks` are the indices of an array, empty for a single job. `log` replaces the script's own.
    """

    name: str
    script: str
    folder: str
    tasks: tuple[int, ...] = ()
    after: Dependency | None = None
    log: str | None = None


class Accepted(NamedTuple):
    """The job's id, and the cluster where Slurm names one."""

    job: str
    cluster: str | None = None


class Name(NamedTuple):
    """A job's name as `submit` gives it: the run or experiment, and the 8 hex digits of the intent."""

    what: str
    intent: str


def job_name(what: str, intent: str) -> str:
    """The name that a job gets."""
    return f"{what}.{intent}"


def read_name(name: str | None) -> Name | None:
    """What a job's name says, where `submit` gave it."""
    match = _OURS.fullmatch(name or "")
    return Name(match["what"], match["intent"]) if match else None


def sbatch_words(order: Order) -> list[str]:
    """The command line of `sbatch`, program included."""
    words = ["sbatch", "--parsable", f"--job-name={order.name}"]
    if order.tasks:
        words.append(f"--array={ranges(order.tasks)}")
    if order.after:
        kind = "aftercorr" if order.after.by_task else "afterok"
        words += [f"--dependency={kind}:{order.after.job}", "--kill-on-invalid-dep=yes"]
    if order.log:
        words.append(f"--output={order.log}")
    return [*words, order.script]


def ranges(numbers: Sequence[int]) -> str:
    """Ascending numbers as Slurm writes them: `0-3,7`."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and number == parts[-1][-1] + 1:
            parts[-1][1:] = [number]
        else:
            parts.append([number])
    return ",".join("-".join(map(str, part)) for part in parts)


def read_accepted(text: str) -> Accepted | None:
    """The id in what `sbatch --parsable` printed; a site's greeting may stand around it."""
    for line in reversed(text.splitlines()):
        if match := _ACCEPTED.fullmatch(line.strip()):
            return Accepted(match[1], match[2])
    return None
