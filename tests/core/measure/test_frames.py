import pytest

from ckreg.core.measure.bars.frames import bars_of, read_frames
from tests.core.measure.logs import frame


@pytest.mark.parametrize(
    ("text", "name", "done", "total", "seconds", "each"),
    [
        ("  9%|#         | 13/142 [02:30<24:10, 11.25s/it]", b"", 13, 142, 150, 11.25),
        ("100% 8/8 [00:11<00:00,  1.40s/it]", b"", 8, 8, 11, 1.4),
        ("Predicting: |          | 0/? [00:00<?, ?it/s]", b"Predicting", 0, None, 0, None),
        ("Epoch 0:   0%|   | 1/200 [00:06<20:39,  6.25s/it, loss=5.07, v_num=]", b"Epoch 0", 1, 200, 6, 6.25),
        ("Map: 100%|#| 12451/12451 [00:21<00:00, 500.00 examples/s]", b"Map", 12451, 12451, 21, 0.002),
        ("x: 84%|#| 1049/1250 [33:46<30:54:45, 553.66s/it]", b"x", 1049, 1250, 2026, 553.66),
        ("12it [1:00:04,  4.00it/s]", b"", 12, None, 3604, 0.25),
    ],
)
def test_a_frame_in_each_of_tqdms_forms(
    text: str, name: bytes, done: int, total: int | None, seconds: int, each: float | None
) -> None:
    (found,) = read_frames(f"before\r{text}after".encode())
    assert (found.name, found.done, found.total, found.seconds) == (name, done, total, seconds)
    assert found.seconds_each == pytest.approx(each)


def test_bytes_and_times_are_no_frames() -> None:
    text = "model.bin: 100%|#| 4.98G/4.98G [00:26<00:00, 190MB/s] done in [00:26] 3/4"
    assert read_frames(text.encode()) == []


def test_a_nested_bar_is_a_bar_of_its_own() -> None:
    train = [frame(step, 30, step, 1.0) for step in range(31)]
    evaluation = [frame(step, 5, step, 0.1) + "\x1b[A" for step in range(6)]
    text = "".join([*train[:11], *evaluation, *train[11:21], *evaluation, *train[21:]])
    bars = bars_of(read_frames(text.encode()))
    assert [(bar.total, len(bar.frames)) for bar in bars] == [(30, 31), (5, 6), (5, 6)]


def test_two_jobs_that_alternate_are_two_bars_even_where_one_overtakes() -> None:
    """The second starts 20 s later and is twice as fast: it overtakes the first at step 200."""
    drawn = [(seconds, frame(seconds * 5, 1000, seconds, 0.2)) for seconds in range(101)]
    drawn += [(20 + seconds, frame(seconds * 10, 1000, seconds, 0.1)) for seconds in range(81)]
    text = "".join(each for _, each in sorted(drawn, key=lambda pair: pair[0]))
    first, second = bars_of(read_frames(text.encode()))
    assert (len(first.frames), first.last.done, first.last.seconds) == (101, 500, 100)
    assert (len(second.frames), second.last.done, second.last.seconds) == (81, 800, 80)


def test_a_job_that_starts_anew_is_a_second_bar_beyond_the_step_where_the_first_broke_off() -> None:
    runs = [frame(step, 100, step * 2, 2.0) for step in [*range(41), *range(101)]]
    bars = bars_of(read_frames("".join(runs).encode()))
    assert [(len(bar.frames), bar.last.done) for bar in bars] == [(41, 40), (101, 100)]
