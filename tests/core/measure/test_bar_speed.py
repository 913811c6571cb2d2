import pytest

from ckreg.core.measure.bars.bar_speed import bar_speed, robust_spread, steps_begun_at
from ckreg.core.measure.bars.frames import Bar, bars_of, read_frames
from tests.core.measure.logs import bar, frame


def one_bar(text: str) -> Bar:
    (found,) = bars_of(read_frames(text.encode()))
    return found


def test_slow_first_steps_do_not_count() -> None:
    frames = [frame(step, 200, 30 * min(step, 5) + 3 * max(0, step - 5), 3.0) for step in range(201)]
    speed = bar_speed(one_bar("".join(frames)), [])
    assert speed is not None
    assert speed.seconds_per_step == pytest.approx(3.0)
    assert (speed.method.value, speed.spread) == ("elapsed", 0.0)


def test_a_pause_that_is_told_and_one_that_is_not_are_left_out() -> None:
    text = bar(range(1, 301), 300, 2.0, pause_at=150, pause=900)
    found = one_bar(text)
    pause = next(one.start for one in found.frames if one.done == 151) - 1
    told = bar_speed(found, [pause])
    untold = bar_speed(found, [])
    assert told is not None
    assert untold is not None
    assert told.seconds_per_step == untold.seconds_per_step == pytest.approx(2.0)


def test_a_resumed_bar_counts_from_where_it_resumed() -> None:
    """As in a real run: 0 -> 1251 of 2500 at 126 it/s, then 6 s a step, while the printed rate recovers."""
    frames = [frame(0, 2500, 0, 1.0), frame(1251, 2500, 9, 0.008)]
    frames += [frame(step, 2500, 9 + 6 * (step - 1251), 3.0) for step in range(1252, 1500)]
    found = one_bar("".join(frames))
    speed = bar_speed(found, [])
    assert steps_begun_at(found) == 1251
    assert speed is not None
    assert speed.seconds_per_step == pytest.approx(6.0, rel=0.01)


def test_of_a_run_of_seconds_the_rates_count() -> None:
    speed = bar_speed(one_bar(bar(range(8, 321, 8), 320, 0.0125)), [])
    assert speed is not None
    assert speed.seconds_per_step == pytest.approx(0.0125, rel=0.01)
    assert speed.method.value == "rates"


@pytest.mark.parametrize("steps", [[], [1], [1, 2]])
def test_too_few_frames_tell_nothing(steps: list[int]) -> None:
    assert bar_speed(one_bar(bar(steps, 100, 2.0)), []) is None


def test_spread_is_robust() -> None:
    assert robust_spread([1, 1, 1, 1]) is None
    # The median is 10, the median deviation from it 1: one save of 500 s changes neither.
    assert robust_spread([9, 10, 11, 9, 10, 11, 500]) == pytest.approx(0.14826)
