import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckreg.core.score.summing import breakdown, score, scores
from ckreg.core.score.values import Graded


def graded(
    actual: float,
    *,
    tier: str = "same setup",
    task: str | None = None,
    median_seconds: float = 100.0,
    p90_seconds: float = 150.0,
) -> Graded:
    """A prediction of 100 s, 9 of 10 within 150 s."""
    return Graded(
        experiment="words",
        run_name="r",
        task=task,
        tier=tier,
        median_seconds=median_seconds,
        p90_seconds=p90_seconds,
        actual_seconds=actual,
    )


def stopped(actual: float) -> Graded:
    return Graded(
        experiment="words",
        run_name="r",
        tier="same setup",
        median_seconds=100,
        p90_seconds=150,
        actual_seconds=actual,
        at_least=True,
    )


def test_a_score_worked_by_hand() -> None:
    found = score([graded(100), graded(110), graded(90), graded(200)])
    assert (found.jobs, found.within_p90, found.coverage) == (4, 3, 0.75)
    # Of 0.9, 1, 1.1 and 2 the middle; a tenth of the way from the first to the last, and nine tenths.
    assert (found.median_ratio, found.low_ratio, found.high_ratio) == (1.05, 0.93, 1.73)
    # 0/100, 10/110, 10/90 and 100/200: the middle of 0.0909 and 0.1111.
    assert found.median_error == 0.101
    assert found.median_width == 1.5


def test_one_prediction_is_its_own_spread() -> None:
    found = score([graded(120)])
    assert (found.low_ratio, found.median_ratio, found.high_ratio) == (1.2, 1.2, 1.2)


def test_what_was_stopped_beyond_its_percentile_is_not_within_it() -> None:
    found = score([graded(100), stopped(160)])
    assert (found.jobs, found.within_p90, found.at_least) == (2, 1, 1)


def test_a_stopped_job_never_counts_as_within() -> None:
    assert not stopped(120).within_p90


def test_fine_tunes_and_evaluations_are_apart() -> None:
    found = scores([graded(100), graded(300, task="cap")])
    assert found.fine_tuning.all
    assert found.evaluations.all
    assert (found.fine_tuning.all.coverage, found.evaluations.all.coverage) == (1.0, 0.0)
    assert len(found.graded) == 2


def test_tiers_come_nearest_first_and_unknown_ones_last() -> None:
    names = ("a tier of another version", "seed table", "same setup")
    found = breakdown([graded(100, tier=name) for name in names])
    assert [each.tier for each in found.by_tier] == ["same setup", "seed table", names[0]]


def test_nothing_is_no_score() -> None:
    found = scores([])
    assert found.fine_tuning.all is None
    assert found.evaluations.by_tier == ()


@given(st.lists(st.floats(1e-3, 1e9), min_size=1, max_size=30))
def test_a_score_stays_within_its_bounds(actual: list[float]) -> None:
    found = score([graded(seconds) for seconds in actual])
    assert 0 <= found.coverage <= 1
    assert found.low_ratio <= found.median_ratio <= found.high_ratio
    assert found.median_error >= 0


@pytest.mark.parametrize("seconds", [150.0, 149.9])
def test_the_percentile_itself_is_within(seconds: float) -> None:
    assert graded(seconds).within_p90
