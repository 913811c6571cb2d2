"""An evaluation of which two logs tell: its job's, and below that inspect-ai's own file."""

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from ckreg.core.estimate.tiers import seconds_per_sample
from ckreg.core.estimate.values import usable
from ckreg.core.measure.measurement import Kind, Measurement


class _Job(NamedTuple):
    folder: str
    job_id: str | None


def each_once(runs: Sequence[Measurement]) -> tuple[Measurement, ...]:
    """The runs without the `.eval` files of jobs whose own log tells as much, as scaffolded jobs write them.

    `X/slurm-7.out` and `X/logs/7/T.eval` are one job's; the second knows nothing of the time before its
    first sample.
    """
    told = {
        _Job(str(PurePosixPath(run.log_path).parent), run.job_id)
        for run in runs
        if run.kind == Kind.EVAL and run.job_id and usable(seconds_per_sample(run))
    }
    return tuple(run for run in runs if _job_of_file(run.log_path) not in told)


def _job_of_file(path: str) -> _Job | None:
    file = PurePosixPath(path)
    if file.suffix != ".eval" or file.parent.parent.name != "logs":
        return None
    return _Job(str(file.parent.parent.parent), file.parent.name)
