"""Several jobs in one file: where one ends and the next begins."""

from collections.abc import Sequence
from itertools import pairwise

from ckreg.core.measure.outcome import TRACEBACK

# What shows that a job did something: a second banner before any of it is the same job's (one a rank).
_SIGNS_OF_WORK = (b"|Loss: ", b"it [", TRACEBACK, b"slurmstepd", b"heckpoint saved")


def split_jobs(data: bytes, banner: bytes) -> Sequence[bytes]:
    """The parts of a log, each from one job's banner line to the next; the first has what precedes, too."""
    starts = []
    at = data.find(banner)
    while at >= 0:
        starts.append(at)
        at = data.find(banner, at + len(banner))
    cuts = [0]
    for before, here in pairwise(starts):
        if any(data.find(sign, before, here) >= 0 for sign in _SIGNS_OF_WORK):
            cuts.append(max(_line_start(data, here), before + len(banner)))
    if len(cuts) == 1:
        return (data,)
    return tuple(data[start:end] for start, end in zip(cuts, [*cuts[1:], len(data)], strict=True))


def _line_start(data: bytes, offset: int) -> int:
    # A banner has its line to itself or is glued to a bar; no logger's prefix is longer than this.
    floor = max(0, offset - 200)
    return max(data.rfind(b"\n", floor, offset), data.rfind(b"\r", floor, offset), floor - 1) + 1
