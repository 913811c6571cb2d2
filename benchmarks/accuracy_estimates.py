"""Predicts real jobs from other real jobs, as a plan would, beside two simple rules: for `accuracy.py`."""

import random
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from statistics import mean, median

from accuracy_grid import Job

from ckreg.core.estimate import training_time
from ckreg.core.score.values import Graded

SPLITS = 50
SEED = 20251022
_MARGIN = 1.5


@dataclass(frozen=True, slots=True)
class Predicted:
    """One job, predicted from others: by ckreg, and by the two rules, in seconds."""

    job: Job
    graded: Graded
    constant: float
    rate: float

    @property
    def constant_error(self) -> float:
        """The constant's error, relative to the actual time."""
        return abs(self.constant - self.job.elapsed) / self.job.elapsed

    @property
    def rate_error(self) -> float:
        """The rate's error, relative to the actual time."""
        return abs(self.rate - self.job.elapsed) / self.job.elapsed


def leaving_experiments_out(jobs: Sequence[Job]) -> list[Predicted]:
    """Every job, predicted from the jobs of all other experiments."""
    experiments = dict.fromkeys(job.experiment for job in jobs)
    return [
        predicted
        for name in experiments
        for predicted in _fold(jobs, {index for index, job in enumerate(jobs) if job.experiment == name})
    ]


def random_splits(jobs: Sequence[Job]) -> list[Predicted]:
    """In each of 50 splits, drawn with a fixed seed, one half of the jobs predicted from the other half."""
    chance = random.Random(SEED)  # noqa: S311  # the same splits each time, no secret
    halves = [set(chance.sample(range(len(jobs)), len(jobs) // 2)) for _ in range(SPLITS)]
    return [predicted for half in halves for predicted in _fold(jobs, half)]


def _fold(jobs: Sequence[Job], out: Collection[int]) -> Iterator[Predicted]:
    """The jobs at the places `out`, predicted from the rest."""
    others = [job for index, job in enumerate(jobs) if index not in out]
    if not others:
        return
    measurements = [each for other in others for each in other.measured]
    constant = median(other.elapsed for other in others)
    for job in (jobs[index] for index in sorted(out)):
        time = training_time(job.request, measurements)
        graded = Graded(
            experiment=job.experiment,
            run_name=job.run,
            tier=str(time.tier),
            median_seconds=time.median_seconds,
            p90_seconds=time.p90_seconds,
            actual_seconds=job.elapsed,
        )
        yield Predicted(job, graded, constant, by_rate(job, others))


def by_rate(job: Job, others: Sequence[Job]) -> float:
    """Samples over the mean rate of the others, times 1.5: seconds, no start-up, not rounded.

    The rate of a prior job is samples x epochs over steps x seconds per step, as its progress bar shows them;
    the mean is that of the jobs of the same model, of all where there are none.
    """
    same = [other for other in others if other.request.model == job.request.model]
    rates = [rate for other in same or others if (rate := _samples_per_second(other))]
    return _passes(job) / mean(rates) * _MARGIN if rates else float("nan")


def _samples_per_second(job: Job) -> float | None:
    seconds = sum((each.steps_done or 0) * (each.seconds_per_step or 0.0) for each in job.measured)
    return _passes(job) / seconds if seconds else None


def _passes(job: Job) -> int:
    """Samples that the job goes through, over all its epochs."""
    return (job.request.samples or 0) * job.request.epochs
