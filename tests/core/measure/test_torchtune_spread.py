import random

import pytest

from ckreg.core.measure import read_log
from tests.long_logs import BANNER, CONFIG, bar


def spread(*, pace: float, deviation: float, steps: int = 300) -> float | None:
    """Of a log whose steps take `pace` seconds, scattered as told."""
    chance = random.Random(3)  # noqa: S311  # a scatter that is the same each time
    text, seconds = BANNER + CONFIG.format(epochs=1), 0.0
    for count in range(1, steps + 1):
        seconds += max(0.01, chance.gauss(pace, pace * deviation))
        text += f"\r1|{count}|Loss: 1.5: {bar(count, steps, seconds, pace)}"
    [measured] = read_log(text.encode(), log_path="slurm-1.out")
    return measured.speed_spread


@pytest.mark.parametrize("deviation", [0.05, 0.2])
def test_long_steps_show_how_far_they_spread(deviation: float) -> None:
    assert spread(pace=30, deviation=deviation) == pytest.approx(deviation, rel=0.25)


def test_steps_of_one_pace_do_not_spread() -> None:
    assert spread(pace=30, deviation=0) == 0
    assert spread(pace=0.5, deviation=0) == 0


def test_too_few_steps_tell_nothing() -> None:
    assert spread(pace=30, deviation=0.1, steps=5) is None
