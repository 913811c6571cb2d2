"""Sums of times: worked by hand, drawn at random, and held between the bounds that they cannot leave."""

import math
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckreg.core.estimate.total import Part, Total, total
from ckreg.core.estimate.values import Basis, Tier, TimeEstimate
from tests.core.plan.helpers import basis

Z90 = 1.2815515594
SIGMAS = st.floats(0, 2)


def time(
    median: float, own: float, shared: float, *bases: Basis, tier: Tier = Tier.SAME_SETUP
) -> TimeEstimate:
    p90 = median * math.exp(Z90 * math.hypot(own, shared))
    return TimeEstimate(median, p90, "0:25:00", own, shared, tier, not bases, bases, "", "", "")


def test_nothing_takes_nothing() -> None:
    assert total([]) == Total(0, 0)
    assert total([Part(time(60, 0.1, 0.1), 0)]) == Total(0, 0)


@given(st.floats(0.1, 1e6), SIGMAS, SIGMAS, st.integers(1, 8))
def test_one_job_is_its_own_median_and_p90(median: float, own: float, shared: float, gpus: int) -> None:
    one = time(median, own, shared, basis())
    assert total([Part(one, 1, gpus)]) == Total(one.median_seconds * gpus, one.p90_seconds * gpus)


def test_luck_evens_out_over_runs() -> None:
    # E = 4 x 100 x exp(0.02) = 408.081; V/E^2 = (exp(0.04) - 1)/4 = 0.0102027; sigma^2 = ln(1.0102027) =
    # 0.0101510; median = 408.081 x exp(-0.0050755) = 406.015; p90 = 406.015 x exp(1.28155 x 0.100752).
    found = total([Part(time(100, 0.2, 0, basis()), 4)])
    assert found.median_seconds == pytest.approx(406.015, rel=1e-5)
    assert found.p90_seconds == pytest.approx(461.973, rel=1e-4)


def test_what_is_not_known_of_all_runs_does_not_even_out() -> None:
    one = time(100, 0, 0.2, basis())
    found = total([Part(one, 4)])
    assert found.median_seconds == pytest.approx(400)
    assert found.p90_seconds == pytest.approx(4 * one.p90_seconds)


def test_both_together_worked_by_hand() -> None:
    # Two runs of 960 s, own 0.1, shared 0.3, sigma^2 = 0.1: E = 1920 x exp(0.05) = 2018.4405.
    # V/E^2 = exp(0.09)(exp(0.01) - 1)/2 + (exp(0.09) - 1) = 0.0054983 + 0.0941743 = 0.0996726.
    # sigma^2 = 0.0950125; median = 2018.4405 x exp(-0.0475063) = 1924.793; p90 = x exp(1.28155 x 0.308241).
    found = total([Part(time(960, 0.1, 0.3, basis()), 2)])
    assert found.median_seconds == pytest.approx(1924.793, rel=1e-5)
    assert found.p90_seconds == pytest.approx(2857.2, rel=1e-4)


def test_gpus_weigh_the_seconds() -> None:
    one, other = time(100, 0.1, 0.2, basis()), time(50, 0.1, 0.2, basis())
    assert total([Part(one, 3, 8)]).p90_seconds == pytest.approx(8 * total([Part(one, 3)]).p90_seconds)
    both = total([Part(one, 1, 2), Part(other, 1, 1)])
    assert 250 <= both.median_seconds <= both.p90_seconds


def test_estimates_that_rest_on_one_run_are_wrong_together() -> None:
    apart = [Part(time(100, 0, 0.3, basis("/a")), 1), Part(time(100, 0, 0.3, basis("/b")), 1)]
    common = [Part(time(100, 0, 0.3, basis("/a")), 1), Part(time(100, 0, 0.3, basis("/b"), basis("/a")), 1)]
    assert total(apart).p90_seconds < total(common).p90_seconds
    assert total(common).p90_seconds == pytest.approx(sum(part.time.p90_seconds for part in common))


def test_a_run_in_the_middle_joins_those_on_both_sides() -> None:
    bases = [(basis("/a"),), (basis("/c"),), (basis("/a"), basis("/c"))]
    parts = [Part(time(100, 0, 0.3, *some), 1) for some in bases]
    assert total(parts).p90_seconds == pytest.approx(sum(part.time.p90_seconds for part in parts))


@pytest.mark.parametrize("tier", [Tier.SAME_MODEL, Tier.ACROSS, Tier.TRAINING_RATE, Tier.TABLE])
def test_estimates_of_one_assumption_are_wrong_together(tier: Tier) -> None:
    parts = [Part(time(100, 0, 0.3, basis(path), tier=tier), 1) for path in ("/a", "/b")]
    assert total(parts).p90_seconds == pytest.approx(sum(part.time.p90_seconds for part in parts))


parts_of_a_plan = st.lists(
    st.builds(
        lambda median, own, shared, log, tier, runs, gpus: Part(
            time(median, own, shared, basis(log), tier=tier), runs, gpus
        ),
        st.floats(0.1, 1e6),
        SIGMAS,
        SIGMAS,
        st.sampled_from(["/a", "/b", "/c"]),
        st.sampled_from(Tier),
        st.integers(0, 500),
        st.integers(1, 8),
    ),
    max_size=8,
)


@given(parts_of_a_plan)
def test_a_sum_lies_between_the_sums_of_medians_and_of_p90s(parts: list[Part]) -> None:
    found = total(parts)
    medians = math.fsum(part.time.median_seconds * part.runs * part.weight for part in parts)
    p90s = math.fsum(part.time.p90_seconds * part.runs * part.weight for part in parts)
    assert medians * (1 - 1e-12) <= found.median_seconds <= found.p90_seconds <= p90s * (1 + 1e-12)


@given(parts_of_a_plan)
def test_the_order_does_not_matter(parts: list[Part]) -> None:
    one, other = total(parts), total(parts[::-1])
    assert one.p90_seconds == pytest.approx(other.p90_seconds)


def test_estimates_beyond_all_measure_give_a_number() -> None:
    wild = replace(time(1, 0, 1, basis()), median_seconds=1e-6, p90_seconds=1e12)
    assert math.isfinite(total([Part(wild, 100), Part(time(100, 0.1, 0.2), 2)]).p90_seconds)


def test_a_thousand_draws_agree() -> None:
    drawn = random.Random(20251022)  # noqa: S311  # a fixed seed, for a test
    own, shared, runs = 0.15, 0.3, (5, 3)
    sums = []
    for _ in range(20_000):
        common = drawn.gauss(0, shared)
        sums.append(
            sum(100 * math.exp(common + drawn.gauss(0, own)) for _ in range(runs[0]))
            + sum(400 * math.exp(common + drawn.gauss(0, own)) for _ in range(runs[1]))
        )
    sums.sort()
    one, other = time(100, own, shared, basis()), time(400, own, shared, basis())
    found = total([Part(one, runs[0]), Part(other, runs[1])])
    assert found.median_seconds == pytest.approx(sums[10_000], rel=0.02)
    assert found.p90_seconds == pytest.approx(sums[18_000], rel=0.02)
