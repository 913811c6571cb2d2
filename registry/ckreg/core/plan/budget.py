"""What a whole plan takes, against what the group's settings and the disk allow."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypedDict

from ckreg.core.estimate.total import Total
from ckreg.core.plan.forecast import Forecast
from ckreg.core.plan.schedule import wall_seconds
from ckreg.core.settings import Settings


class Limit(StrEnum):
    """What a plan may go over, in the words of the settings."""

    GPU_HOURS = "max_gpu_hours"
    JOBS = "max_submit"
    DISK = "free disk"


@dataclass(frozen=True, slots=True)
class Limits:
    """What is allowed: GPU-hours, jobs in the queue at once, GiB on disk; None where nobody has said."""

    gpu_hours: float | None = None
    jobs: int | None = None
    disk_gib: float | None = None


@dataclass(frozen=True, slots=True)
class Wall:
    """Seconds by the clock with so many jobs at once (None: all), by the medians, without the queue."""

    concurrent: int | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Cut:
    """A smaller plan: what to change in the spec, and what that saves by the medians."""

    change: str
    gpu_hours: float
    jobs: int
    disk_gib: float
    fits: bool


class Hours(TypedDict):
    """GPU-hours: the median of the sum, and its 90th percentile."""

    median: float
    p90: float


class HoursByKind(TypedDict):
    """GPU-hours of training, of evaluation, and of both."""

    training: Hours
    evaluation: Hours
    total: Hours


class JobsByKind(TypedDict):
    """How many jobs train and evaluate."""

    training: int
    evaluation: int
    total: int


class WallJson(TypedDict):
    """Seconds by the clock with so many jobs at once; null is all."""

    concurrent: int | None
    seconds: float


class LimitsJson(TypedDict):
    """What the settings and the disk allow; null where nobody has said."""

    max_gpu_hours: float | None
    max_submit: int | None
    disk_gib: float | None


class CutJson(TypedDict):
    """A smaller plan: what to change in the spec, what that saves, and whether it fits then."""

    change: str
    gpu_hours: float
    jobs: int
    disk_gib: float
    fits: bool


class BudgetJson(TypedDict):
    """A budget as `ckreg design --json` has it; `cuts` are there only where it does not fit."""

    gpu_hours: HoursByKind
    jobs: JobsByKind
    waves: int
    wall: list[WallJson]
    disk_gib: float
    limits: LimitsJson
    fits: bool
    over: list[str]
    may_go_over: list[str]
    cuts: list[CutJson]


@dataclass(frozen=True, slots=True)
class Budget:
    """GPU-seconds, jobs and GiB of a plan; `cuts` are there only where it does not fit."""

    training: Total
    evaluation: Total
    both: Total
    trainings: int
    evaluations: int
    disk_gib: float
    limits: Limits
    walls: tuple[Wall, ...] = ()
    cuts: tuple[Cut, ...] = ()

    @property
    def jobs(self) -> int:
        """Trainings and evaluations, each a job."""
        return self.trainings + self.evaluations

    @property
    def waves(self) -> int:
        """In how many goes the jobs can be submitted."""
        return -(-self.jobs // self.limits.jobs) if self.limits.jobs else 1

    @property
    def over(self) -> dict[Limit, float]:
        """By how much which limits are exceeded: GPU-hours by the median, jobs, GiB."""
        excess = {
            Limit.GPU_HOURS: _excess(self.both.median_hours, self.limits.gpu_hours),
            Limit.JOBS: _excess(self.jobs, self.limits.jobs),
            Limit.DISK: _excess(self.disk_gib, self.limits.disk_gib),
        }
        return {limit: over for limit, over in excess.items() if over > 0}

    @property
    def may_go_over(self) -> bool:
        """Whether the GPU-hours fit by the median, but not in 9 of 10 cases."""
        fits = Limit.GPU_HOURS not in self.over
        return fits and _excess(self.both.p90_hours, self.limits.gpu_hours) > 0

    def as_json(self) -> BudgetJson:
        """The budget as `ckreg design --json` has it."""
        return {
            "gpu_hours": {
                "training": _json(self.training),
                "evaluation": _json(self.evaluation),
                "total": _json(self.both),
            },
            "jobs": {"training": self.trainings, "evaluation": self.evaluations, "total": self.jobs},
            "waves": self.waves,
            "wall": [
                {"concurrent": wall.concurrent, "seconds": round(wall.seconds, 1)} for wall in self.walls
            ],
            "disk_gib": round(self.disk_gib, 3),
            "limits": {
                "max_gpu_hours": self.limits.gpu_hours,
                "max_submit": self.limits.jobs,
                "disk_gib": self.limits.disk_gib,
            },
            "fits": not self.over,
            "over": [str(limit) for limit in self.over],
            "may_go_over": [str(Limit.GPU_HOURS)] if self.may_go_over else [],
            "cuts": [
                {
                    "change": cut.change,
                    "gpu_hours": round(cut.gpu_hours, 3),
                    "jobs": cut.jobs,
                    "disk_gib": round(cut.disk_gib, 3),
                    "fits": cut.fits,
                }
                for cut in self.cuts
            ],
        }


def _excess(number: float, limit: float | None) -> float:
    return 0.0 if limit is None else number - limit


def _json(total: Total) -> Hours:
    return {"median": round(total.median_hours, 3), "p90": round(total.p90_hours, 3)}


def limits_of(settings: Settings, free_gib: float | None) -> Limits:
    """The limits of the settings, and what is free on disk in GiB where that is known."""
    return Limits(settings.max_gpu_hours, settings.max_submit, free_gib)


def budget_of(forecast: Forecast, limits: Limits) -> Budget:
    """What a plan takes."""
    return Budget(
        training=forecast.training_gpu,
        evaluation=forecast.evaluation_gpu,
        both=forecast.gpu,
        trainings=forecast.trainings,
        evaluations=forecast.evaluations,
        disk_gib=forecast.disk_gib,
        limits=limits,
    )


def walls_of(forecast: Forecast, limits: Limits, concurrent: int | None) -> tuple[Wall, ...]:
    """How long a plan takes with `concurrent` jobs at once.

    Never more run than may be submitted, and that many where no number is given; where neither is known, one
    after the other and all at once are the bounds.
    """
    known = [number for number in (concurrent, limits.jobs) if number]
    return tuple(_wall(forecast, number) for number in ([min(known)] if known else [1, None]))


def _wall(forecast: Forecast, concurrent: int | None) -> Wall:
    trainings = {run: time.median_seconds for run, time in forecast.by_run.items()}
    evaluations = (
        (one.run_name, group.estimate.median_seconds)
        for group in forecast.evaluation
        for one in group.evaluations
    )
    return Wall(concurrent, wall_seconds(trainings, evaluations, concurrent))
