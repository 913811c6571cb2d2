"""Which task reads which logs, how long it may take, and the script of the array."""

import heapq
import math
from collections import defaultdict
from collections.abc import Hashable, Sequence
from typing import NamedTuple

from ckreg.core.scaffold.quoting import sbatch_value, shell
from ckreg.core.settings import Settings

# A slow shared file system opens ten files in a second and gives 4 MiB/s to a busy node; of a long log at
# most 16 MiB are read. Twice that, and a minute to start.
_SECONDS_A_FILE = 0.1
_BYTES_A_SECOND = 4 * 2**20
_MOST_READ = 16 * 2**20
_STARTING = 60.0
_STEP = 5  # minutes
_SHORTEST = 10  # minutes
_MEMORY = "2G"  # what is held of a log is bounded: some hundred MiB with Python itself


class Weighed(NamedTuple):
    """A log's size in bytes; those of one `group` may be copies of each other, and are read by one task."""

    size: int
    group: Hashable


def shared(logs: Sequence[Weighed], number: int) -> list[list[int]]:
    """The places of the logs, shared out so that each of at most `number` tasks has about as much to read.

    In each share they are in their order; none is empty. The largest goes first to who has least.
    """
    groups: defaultdict[Hashable, list[int]] = defaultdict(list)
    for place, log in enumerate(logs):
        groups[log.group].append(place)
    weights = {group: sum(_seconds(logs[place].size) for place in places) for group, places in groups.items()}
    shares: list[list[int]] = [[] for _ in range(min(number, len(groups)))]
    least = [(0.0, place) for place in range(len(shares))]
    for group in sorted(groups, key=lambda group: (-weights[group], groups[group][0])):
        weight, place = heapq.heappop(least)
        shares[place] += groups[group]
        heapq.heappush(least, (weight + weights[group], place))
    return [sorted(share) for share in shares]


def minutes_for(sizes: Sequence[int]) -> int:
    """The time limit of a task that reads logs of these sizes in bytes, in whole steps of five minutes."""
    seconds = _STARTING + 2 * sum(map(_seconds, sizes))
    return max(_SHORTEST, _STEP * math.ceil(seconds / 60 / _STEP))


def script(words: Sequence[str], shard: str, minutes: int, settings: Settings) -> str:
    """The job script: `words` are the call, to which each task adds its own list, `shard` and its number.

    Raises:
        RefusedError: a setting cannot stand in a #SBATCH line.
    """
    options = {
        "nodes": "1",
        "ntasks": "1",
        "cpus-per-task": "1",
        "mem": _MEMORY,
        "time": str(minutes),
        "account": settings.account,
        "partition": settings.partition,
    }
    lines = "".join(
        f"#SBATCH --{option}={sbatch_value(value, name=option)}\n"
        for option, value in options.items()
        if value is not None
    )
    call = " ".join(map(shell, words))
    return (
        f"#!/bin/bash\n{lines}"
        "# Written by `ckreg index --slurm`: each task reads the logs of one list.\n"
        f'exec {call} {shell(shard)}"$SLURM_ARRAY_TASK_ID"\n'
    )


def _seconds(size: int) -> float:
    return _SECONDS_A_FILE + min(size, _MOST_READ) / _BYTES_A_SECOND
