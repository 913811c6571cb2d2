"""How long jobs take by the clock when so many run at once."""

from collections.abc import Iterable, Mapping
from heapq import heapify, heappop, heappush


def wall_seconds(
    trainings: Mapping[str, float], evaluations: Iterable[tuple[str, float]], concurrent: int | None
) -> float:
    """When the last job ends, in seconds; `None` runs as many at once as there are.

    List scheduling (R. L. Graham, "Bounds on multiprocessing timing anomalies", 1969): whenever a place is
    free, the longest job that may start takes it. An evaluation, given as its run and its seconds, may start
    when its run is trained; one of a run that is not trained (a base model's) at once. Waiting in the queue
    is not counted.
    """
    waiting: dict[str, list[float]] = {run: [] for run in trainings}
    ready = [(-seconds, run) for run, seconds in trainings.items()]
    for run, seconds in evaluations:
        if run in trainings:
            waiting[run].append(seconds)
        else:
            ready.append((-seconds, ""))
    heapify(ready)
    running: list[tuple[float, str]] = []
    now = 0.0
    while ready or running:
        while ready and (concurrent is None or len(running) < concurrent):
            seconds, run = heappop(ready)
            heappush(running, (now - seconds, run))
        now = running[0][0]
        while running and running[0][0] == now:
            for seconds in waiting.pop(heappop(running)[1], ()):
                heappush(ready, (-seconds, ""))
    return now
