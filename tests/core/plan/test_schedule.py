"""Wall times worked by hand on paper, and the bounds that every schedule keeps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckreg.core.plan.schedule import wall_seconds

TRAININGS = {"a": 5.0, "b": 3.0, "c": 3.0}
EVALUATIONS = [("a", 2.0), ("a", 2.0), ("base", 1.0)]


@pytest.mark.parametrize(
    ("concurrent", "seconds"),
    [
        (1, 16),  # all of it
        # a 0-5, b 0-3, c 3-6, then a's evaluations 5-7 and 6-8, the base model's 7-8
        (2, 8),
        # a, b, c at 0; base 3-4; a's evaluations 5-7 both
        (3, 7),
        (None, 7),
    ],
)
def test_the_longest_job_goes_first_and_evaluations_after_their_training(
    concurrent: int | None, seconds: float
) -> None:
    assert wall_seconds(TRAININGS, EVALUATIONS, concurrent) == seconds


def test_nothing_takes_no_time() -> None:
    assert wall_seconds({}, [], 4) == 0


def test_evaluations_alone_share_the_places() -> None:
    # 4, 3 begin; 3 at 3-6; 2 at 4-6
    assert wall_seconds({}, [("x", 3.0), ("x", 4.0), ("y", 3.0), ("y", 2.0)], 2) == 6


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 100).map(float)),
    st.lists(st.tuples(st.sampled_from("abcxy"), st.integers(1, 100).map(float)), max_size=20),
    st.integers(1, 8),
)
def test_every_schedule_keeps_its_bounds(
    trainings: dict[str, float], evaluations: list[tuple[str, float]], concurrent: int
) -> None:
    work = sum(trainings.values()) + sum(seconds for _, seconds in evaluations)
    chain = max(
        [*trainings.values(), *(trainings.get(run, 0.0) + seconds for run, seconds in evaluations)],
        default=0.0,
    )
    wall = wall_seconds(trainings, evaluations, concurrent)
    assert max(chain, work / concurrent) <= wall + 1e-9
    assert wall <= work / concurrent + chain + 1e-9  # Graham's bound
    assert wall_seconds(trainings, evaluations, None) == chain
    assert wall_seconds(trainings, evaluations, 1) == work
