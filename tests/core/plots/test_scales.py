"""Places of values, worked out by hand."""

import math

import pytest

from ckreg.core.plots.scales import Scale, log_span, span


@pytest.mark.parametrize(("value", "pixel"), [(0, 100), (5, 150), (10, 200), (-3, 100), (99, 200)])
def test_a_straight_scale(value: float, pixel: float) -> None:
    assert Scale(0, 10, 100, 200)(value) == pixel


@pytest.mark.parametrize(("value", "pixel"), [(1, 300), (10, 200), (100, 100), (0, 300), (-5, 300)])
def test_a_log_scale_that_goes_up(value: float, pixel: float) -> None:
    assert Scale(1, 100, 300, 100, log=True)(value) == pytest.approx(pixel)


def test_a_scale_of_one_value_has_it_in_the_middle() -> None:
    assert Scale(3, 3, 0, 50)(3) == 25


def test_spans_know_only_numbers() -> None:
    assert span([3, math.nan, -1, math.inf]) == (-1, 3)
    assert span([]) == (0, 1)
    assert log_span([0, -2, 4, 16], margin=2) == (2, 32)
    assert log_span([math.inf]) == (1, 10)
