"""What the terminal and docs/accuracy.md say of the estimates' accuracy: for `accuracy.py`."""

from collections.abc import Callable, Iterator, Sequence
from statistics import median
from typing import NamedTuple

from accuracy_estimates import SPLITS, Predicted, leaving_experiments_out, random_splits
from accuracy_grid import Job

from ckreg.core.score.summing import breakdown
from ckreg.core.score.values import Score

_MOST_ERROR = 0.2
_SHARE_OF_RULES = 0.5
_LEAST_COVERAGE = 0.8
_MOST_WIDTH = 1.8

INTRODUCTION = """\
## How well it predicts jobs: {name}

{jobs} jobs of {experiments} experiments, run by Slurm; what is predicted is the elapsed time that sacct
tells, start-up included. ckreg is given what a plan knows of a job (model, rank, batch size, packing,
samples, epochs) and what it measured in the logs of other jobs, joined with their sacct lines; never anything
of the job itself.

- **One experiment out**: the jobs of each experiment are predicted from those of all others.
- **Random halves**: in each of {splits} splits, drawn with a fixed seed, one half is predicted from
  the other.

Beside it stand two simple rules, given the same other jobs. **Constant**: the median of the others' elapsed
time. **Rate × 1.5**: samples × epochs over the mean samples per second of the others of the same model (of
all others where there are none), times 1.5, not rounded; a job's samples per second are samples × epochs over
steps × the seconds per step that its progress bar shows, without start-up.

Errors are |predicted - actual| / actual, medians over the jobs. Asked are an error of at most 20 % and at
most half of each rule's, at least 80 % of the jobs within their 90th percentile, and a median 90th percentile
of at most 1.8 medians.
"""


class Way(NamedTuple):
    """A way of choosing what is predicted from what, and what came of it."""

    name: str
    predicted: Sequence[Predicted]

    @property
    def score(self) -> Score | None:
        """The score of ckreg over all of them."""
        return breakdown([each.graded for each in self.predicted]).all


class Tried(NamedTuple):
    """One grid of jobs, predicted in every way."""

    name: str
    jobs: Sequence[Job]
    ways: Sequence[Way]


def tried(name: str, jobs: Sequence[Job]) -> Tried:
    """Predict a grid's jobs in every way."""
    ways = (
        Way("one experiment out", leaving_experiments_out(jobs)),
        Way("random halves", random_splits(jobs)),
    )
    return Tried(name, jobs, [way for way in ways if way.predicted])


def summary(found: Tried) -> str:
    """The terminal's lines: each number with what is asked of it."""
    return "\n".join(["", f"estimates of {found.name} ({len(found.jobs)} jobs)", *_summary(found)]) + "\n"


def _summary(found: Tried) -> Iterator[str]:
    for way in found.ways:
        if not way.score:
            continue
        score, constant, rate = way.score, _constant(way), _rate(way)
        most = min(_MOST_ERROR, *(_SHARE_OF_RULES * rule for rule in (constant, rate)))
        yield f"  {way.name}, {score.jobs} predictions"
        yield _line("median error", _percent(score.median_error), score.median_error <= most, _percent(most))
        yield f"    {'constant, rate × 1.5':<26}{_percent(constant):>8}{_percent(rate):>8}"
        yield _line(
            "within 90th percentile",
            _percent(score.coverage),
            score.coverage >= _LEAST_COVERAGE,
            _percent(_LEAST_COVERAGE),
        )
        yield _line(
            "90th percentile / median",
            f"{score.median_width:.2f}",
            score.median_width <= _MOST_WIDTH,
            f"{_MOST_WIDTH}",
        )


def _line(what: str, value: str, enough: bool, asked: str) -> str:
    return f"    {what:<26}{value:>8}  {'enough' if enough else 'NOT ENOUGH'} (asked {asked})"


def report(found: Tried) -> str:
    """What docs/accuracy.md says of one grid."""
    experiments = len({job.experiment for job in found.jobs})
    lines = [
        INTRODUCTION.format(name=found.name, jobs=len(found.jobs), experiments=experiments, splits=SPLITS),
        "| What | n | error | constant | rate × 1.5 | within p90 | p90 / median | actual / predicted |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
        *(line for way in found.ways for line in _rows(way)),
        *(line for way in found.ways for line in _every_job(way)),
    ]
    return "\n".join(lines) + "\n"


def _rows(way: Way) -> Iterator[str]:
    """A row for the way, and one for each tier in it."""
    yield _row(f"**{way.name}**", way.predicted)
    for tier in breakdown([each.graded for each in way.predicted]).by_tier:
        yield _row(tier.tier, [each for each in way.predicted if each.graded.tier == tier.tier])


def _row(name: str, predicted: Sequence[Predicted]) -> str:
    way = Way(name, predicted)
    score = way.score
    assert score
    cells = (
        name,
        score.jobs,
        _percent(score.median_error),
        _percent(_constant(way)),
        _percent(_rate(way)),
        _percent(score.coverage),
        f"{score.median_width:.2f}",
        f"{score.median_ratio:.2f} ({score.low_ratio:.2f} to {score.high_ratio:.2f})",
    )
    return f"| {' | '.join(map(str, cells))} |"


def _every_job(way: Way) -> Iterator[str]:
    """A line a job: the median of its predictions, where the way has several."""
    yield from (
        "",
        f"### Every job, {way.name}",
        "",
        "| Experiment | Run | Tier | predicted | p90 | actual | error | within p90 | constant | rate × 1.5 |",
        "|---|---|---|---:|---:|---:|---:|---:|---:|---:|",
    )
    by_job: dict[tuple[str, str, str], list[Predicted]] = {}
    for each in way.predicted:
        by_job.setdefault((each.job.experiment, each.job.run, each.job.job_id), []).append(each)
    for (experiment, run, _), some in sorted(by_job.items()):
        yield _job_row(experiment, run, some)


def _job_row(experiment: str, run: str, some: Sequence[Predicted]) -> str:
    tiers = dict.fromkeys(str(each.graded.tier) for each in some)
    held = sum(each.graded.within_p90 for each in some)
    cells = (
        experiment,
        run,
        ", ".join(sorted(tiers)),
        f"{_median(some, lambda each: each.graded.median_seconds):.1f}",
        f"{_median(some, lambda each: each.graded.p90_seconds):.1f}",
        f"{some[0].job.elapsed:.0f}",
        _percent(_median(some, lambda each: each.graded.error)),
        ("yes" if held else "**no**") if len(some) == 1 else f"{held} of {len(some)}",
        f"{_median(some, lambda each: each.constant):.1f}",
        f"{_median(some, lambda each: each.rate):.1f}",
    )
    return f"| {' | '.join(cells)} |"


def _median(some: Sequence[Predicted], number: Callable[[Predicted], float]) -> float:
    return median(number(each) for each in some)


def _constant(way: Way) -> float:
    return _median(way.predicted, lambda each: each.constant_error)


def _rate(way: Way) -> float:
    return _median(way.predicted, lambda each: each.rate_error)


def _percent(share: float) -> str:
    return f"{share:.1%}"
