"""`ckreg estimate --score`: how the estimates did."""

from collections.abc import Callable
from dataclasses import dataclass

from ckreg.adapters.tree import Home
from ckreg.core.score.summing import scores
from ckreg.core.score.values import Scores
from ckreg.flows.indexing import index_known
from ckreg.flows.scoring import WithoutOwn, past_scores, without_own_experiment


@dataclass(frozen=True, slots=True)
class Scored:
    """The scores; `without_own` says how they came about where experiments were left out, else it is None."""

    scores: Scores
    without_own: WithoutOwn | None = None


def score(
    home: Home,
    *,
    leave_one_out: bool = False,
    index: bool = True,
    tell: Callable[[int], None] = lambda _jobs: None,
) -> Scored:
    """How often the 90th percentile held, and how far the median was off; `index` looks for new logs first.

    With `leave_one_out` each job that is over is predicted anew from the runs of other experiments: that
    needs no plans, only logs. `tell` hears of each such job.
    """
    if index:
        index_known(home)
    if not leave_one_out:
        return Scored(past_scores(home))
    found = without_own_experiment(home, tell)
    return Scored(scores(found.left_out.graded), found)
