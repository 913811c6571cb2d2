from ckreg.core.score.summing import breakdown
from ckreg.core.score.values import Breakdown
from ckreg.core.score.words import left_out, one, so_far
from tests.core.score.test_summing import graded


def of(*actual: float) -> Breakdown:
    return breakdown([graded(seconds) for seconds in actual])


def test_a_plan_quotes_the_score() -> None:
    assert so_far(of(100, 110, 200)) == "so far 2 of 3 runs within their 90th percentile, median error 9%"


def test_a_plan_quotes_prior_runs_without_their_experiment() -> None:
    expected = (
        "predicted from other experiments, 3 of 3 prior runs within their 90th percentile, median error 0%"
    )
    assert left_out(of(100, 100, 100)) == expected


def test_two_runs_are_too_few_to_quote() -> None:
    assert so_far(of(100, 110)) is None
    assert so_far(of()) is None


def test_one_run_in_words() -> None:
    told = graded(1500, median_seconds=960, p90_seconds=1260)
    assert one(told) == "took 25 min; predicted 16 min, 9 of 10 within 21 min"
