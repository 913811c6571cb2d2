"""Every experiment predicted from all the others: a score for a registry that has only logs."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from ckreg.core.estimate import TimeEstimate, evaluation_time, training_time
from ckreg.core.measure.measurement import Kind, Measurement, Outcome
from ckreg.core.score.asked import evaluation_asked, training_asked
from ckreg.core.score.values import Graded
from ckreg.errors import UsageError

MOST_JOBS = 200
"""More jobs than this are not predicted, but this many of them, spread evenly: it has to end."""

_MOST_SECONDS = 1e12


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What leaving each of the experiments out gave.

    Of the jobs that were `measured`, `jobs` completed in a time that is known, and `tried` of them were to be
    predicted. `graded` may be fewer: a log that does not say what was trained cannot be asked for.
    """

    experiments: int
    measured: int
    jobs: int
    tried: int
    graded: tuple[Graded, ...]


def leave_out(
    measurements: Sequence[Measurement],
    *,
    most: int = MOST_JOBS,
    tell: Callable[[int], None] = lambda _jobs: None,
) -> LeftOut:
    """Predict each completed job from what was measured in all experiments but its own.

    `tell` is called with the number of jobs done since. One experiment alone leaves nothing to predict from.
    """
    experiments = {experiment_of(run) for run in measurements}
    over = sorted(filter(_is_over, measurements), key=lambda run: (experiment_of(run), *_place(run)))
    chosen = _spread(over, most) if len(experiments) > 1 else []
    graded = tuple(_graded(chosen, measurements, tell))
    return LeftOut(len(experiments), len(measurements), len(over), len(chosen), graded)


def experiment_of(run: Measurement) -> str:
    """The experiment that a log lies in; the log's folder where its path names none."""
    return run.experiment or run.log_path.rpartition("/")[0]


def _is_over(run: Measurement) -> bool:
    """Whether the job completed, and anybody knows how long it took."""
    known = run.elapsed_seconds is not None and 0 < run.elapsed_seconds < _MOST_SECONDS
    return run.kind in {Kind.FINETUNE, Kind.EVAL} and run.outcome is Outcome.COMPLETED and known


def _place(run: Measurement) -> tuple[str, int]:
    return run.log_path, run.segment


def _spread(runs: Sequence[Measurement], most: int) -> list[Measurement]:
    """At most so many of them, at equal distances."""
    count = min(len(runs), most)
    return [runs[index * len(runs) // count] for index in range(count)]


def _graded(
    chosen: Sequence[Measurement], measurements: Sequence[Measurement], tell: Callable[[int], None]
) -> Iterator[Graded]:
    for experiment, runs in groupby(chosen, key=experiment_of):
        others = [other for other in measurements if experiment_of(other) != experiment]
        for run in runs:
            time = _predicted(run, others)
            tell(1)
            if time and time.median_seconds > 0:
                yield _beside(run, time)


def _beside(run: Measurement, time: TimeEstimate) -> Graded:
    return Graded(
        experiment=experiment_of(run),
        run_name=run.run_name or run.log_path,
        task=(run.dataset or "") if run.kind is Kind.EVAL else None,
        tier=str(time.tier),
        median_seconds=time.median_seconds,
        p90_seconds=time.p90_seconds,
        actual_seconds=run.elapsed_seconds or 0.0,
    )


def _predicted(run: Measurement, others: Sequence[Measurement]) -> TimeEstimate | None:
    """The estimate that a plan would have been given; `None` where the log's numbers are of no plan."""
    try:
        if run.kind is Kind.EVAL:
            evaluation = evaluation_asked(run)
            return evaluation_time(evaluation, others) if evaluation else None
        training = training_asked(run, others)
        return training_time(training, others) if training else None
    except UsageError:  # a number in the log that no request may have
        return None
