"""Jobs of this machine: their ids, and what of a script's #SBATCH lines is held without Slurm."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

CLUSTER = "local"
"""What the accounting of this machine calls itself."""

_ID = re.compile(r"L\d{1,9}")
_OPTION = re.compile(r"--([a-z-]+)(?:(?:=|\s+)(.*))?|-([A-Za-z])\s*(.*)")
_LETTERS = {"t": "time", "o": "output", "e": "error", "D": "chdir", "a": "array", "d": "dependency"}
_TIME = re.compile(r"(?:(\d{1,6})-)?(\d{1,9})(?::(\d{1,6}))?(?::(\d{1,6}))?")
_ENDLESS = frozenset({"unlimited", "infinite", "-1", "0"})
_OUTPUT = "slurm-%j.out"
_PATTERN = re.compile(r"%(\d{0,2})([%A-Za-z])")


def is_local(job_id: str) -> bool:
    """Whether the id is one of this machine's, `L12`; Slurm's are numbers."""
    return _ID.fullmatch(job_id) is not None


@dataclass(frozen=True, slots=True)
class Held:
    """What a script asks for and gets: a limit in seconds, logs (as patterns), a folder, how it writes.

    `refused` names an option that jobs of this machine cannot have.
    """

    limit_seconds: int | None = None
    output: str = _OUTPUT
    error: str | None = None
    folder: str | None = None
    appends: bool = False
    refused: str | None = None


def held_by(options: Sequence[str]) -> Held:
    """What the options of `#SBATCH` lines ask for; memory, GPUs and partitions are nobody's here.

    Raises:
        ValueError: the time is none that Slurm takes; the message is the time.
    """
    said: dict[str, str] = {}
    for option in options:
        if match := _OPTION.fullmatch(option):
            name = match[1] or _LETTERS.get(match[3], match[3])
            said[name] = (match[2] or match[4] or "").strip().strip("\"'")
    return Held(
        limit_seconds=limit_of(said["time"]) if "time" in said else None,
        output=said.get("output") or _OUTPUT,
        error=said.get("error"),
        folder=said.get("chdir"),
        appends=said.get("open-mode") == "append",
        refused=next((name for name in ("array", "dependency") if name in said), None),
    )


def limit_of(text: str) -> int | None:
    """Seconds of Slurm's `minutes`, `M:S`, `H:M:S`, `D-H`, `D-H:M`, `D-H:M:S`; None is no limit.

    Raises:
        ValueError: it is none of these.
    """
    if text.strip().lower() in _ENDLESS:
        return None
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise ValueError(text)
    days, *parts = match.groups()
    numbers = [int(part) for part in parts if part is not None]
    if days is not None:
        hours, minutes, seconds = [*numbers, 0, 0][:3]
        return ((int(days) * 24 + hours) * 60 + minutes) * 60 + seconds
    if len(numbers) == 1:
        return numbers[0] * 60
    hours, minutes, seconds = [0, *numbers][-3:]
    return (hours * 60 + minutes) * 60 + seconds


def whole_minutes(seconds: float) -> int:
    """A limit as the accounting has it, rounded up as Slurm does."""
    return math.ceil(seconds / 60)


def expanded(pattern: str, values: Mapping[str, str]) -> str:
    """A log's name with Slurm's patterns (`%j`, `%A_%a`, `%x`, `%4j`, ...) filled in; strange ones stay."""

    def value(match: re.Match[str]) -> str:
        if match[2] == "%":
            return "%"
        if match[2] not in values:
            return match[0]
        return values[match[2]].zfill(int(match[1] or 0))

    return _PATTERN.sub(value, pattern)
