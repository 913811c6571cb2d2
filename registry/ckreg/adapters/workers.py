"""Reads many files with several processes, where that is safe and worth it.

Plain forks with a pipe each: a worker whose parent is killed fails at its next write and is gone, where
those of a process pool would wait for ever.
"""

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO, TypeVar

_MOST = 4
_WORTH_IT = 64  # items: below, a fork costs more than it saves

Item = TypeVar("Item")
Result = TypeVar("Result")


def mapped(
    function: Callable[[Item], Result], items: Sequence[Item], processes: int | None = None
) -> Iterator[Result]:
    """`function` of each item, in their order; with several processes where there are many items.

    `processes` is how many a person wants, however few the items are; 1 is this process alone. A process
    with threads is not forked: a lock that another thread holds would stay held in the child.
    """
    import pickle  # noqa: PLC0415  # 6 ms, where there is nothing to read too

    number = _usual(len(items)) if processes is None else min(processes, len(items))
    if number < 2 or threading.active_count() > 1:  # noqa: PLR2004  # one is no help
        yield from map(function, items)
        return
    workers = [_fork(function, items[place::number]) for place in range(number)]
    try:
        for place, item in enumerate(items):
            _, results = workers[place % number]
            try:
                yield pickle.load(results)  # noqa: S301  # from our own child
            except (EOFError, pickle.UnpicklingError):
                yield function(item)  # the worker died: the item is read here, so that its fault shows
    finally:
        for process, results in workers:
            results.close()
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)


def _usual(items: int) -> int:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    return min(_MOST, cores) if items >= _WORTH_IT else 1


def _fork(function: Callable[[Item], Result], items: Sequence[Item]) -> tuple[int, BinaryIO]:
    reading, writing = os.pipe()
    import pickle  # noqa: PLC0415  # see `mapped`

    process = os.fork()
    if process:
        os.close(writing)
        return process, os.fdopen(reading, "rb")
    try:
        os.close(reading)
        with os.fdopen(writing, "wb") as out:
            for item in items:
                pickle.dump(function(item), out)
    finally:
        os._exit(0)  # nothing of the parent's is to be cleaned up here
