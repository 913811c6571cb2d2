"""A log that is read by windows tells what it tells when it is read whole; any other is read whole."""

import dataclasses
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ckreg.core.measure import Measurement, read_log
from ckreg.core.measure.readers.torchtune.windows import condensed
from tests.long_logs import long_log

LOG = long_log()
START = LOG[: LOG.index(b"\r  0%")]


def windows(log: bytes) -> bytes | None:
    return condensed(lambda offset, most: log[offset : offset + most], len(log))


def measure(log: bytes) -> tuple[Measurement, ...]:
    return read_log(log, log_path="slurm-1.out")


def assert_same(log: bytes, by_windows: bytes) -> None:
    """Exactly the same but for the times, which may differ by 2 %."""
    whole, part = measure(log), measure(by_windows)
    assert len(whole) == len(part) == 1
    for field in dataclasses.fields(Measurement):
        left, right = getattr(whole[0], field.name), getattr(part[0], field.name)
        if field.name == "speed_spread":
            continue
        if isinstance(left, float) and field.name in {
            "seconds_per_step",
            "samples_per_second",
            "seen_seconds",
        }:
            assert right == pytest.approx(left, rel=0.02), field.name
        else:
            assert right == left, field.name


@pytest.mark.parametrize(
    "options",
    [
        {"epochs": 1, "steps": 900},
        {"epochs": 2, "steps": 500},
        {"epochs": 5, "steps": 700, "pace": 0.2},
        {"epochs": 3, "steps": 2000, "pace": 0.05},
        {"epochs": 2, "steps": 3000, "pace": 4.0},
        {"epochs": 2, "steps": 1300, "pace": 28.53},
    ],
)
def test_a_plain_log_is_read_by_windows_and_tells_the_same(options: dict[str, float]) -> None:
    log = long_log(**options)  # type: ignore[arg-type]
    part = windows(log)
    assert part is not None
    assert len(part) < len(log) / 2
    assert_same(log, part)


def test_what_windows_take_does_not_grow_with_the_log() -> None:
    long, longer = (windows(long_log(steps=steps, pace=0.5)) for steps in (1000, 8000))
    assert long
    assert longer
    assert len(longer) < 1.3 * len(long)


def test_few_bytes_are_read() -> None:
    read = 0
    log = long_log(steps=5000)

    def read_at(offset: int, most: int) -> bytes:
        nonlocal read
        read += most
        return log[offset : offset + most]

    assert condensed(read_at, len(log))
    assert read < len(log) / 12


INSERTED = {
    "a traceback that was caught": b"\nTraceback (most recent call last):\n" + b"  File x, line 1\n" * 90,
    "a validation": b"\n" + b"Running validation loop.\r" * 60 + b"\nValidation loss: 1.2\n",
    "metrics of the logger": b"\n" + b"Step 3 | loss:1.2 peak_memory_active:99.5 \n" * 40,
    "a profile": b"\nINFO: Dumping traces at step: 55\n" + b"x" * 3000,
}


@pytest.mark.parametrize("text", INSERTED.values(), ids=INSERTED)
def test_what_else_lies_between_is_seen(text: bytes) -> None:
    for share in (0.3, 0.4, 0.7):
        at = LOG.index(b"\r", int(len(LOG) * share))
        assert windows(LOG[:at] + text + LOG[at:]) is None


@pytest.mark.parametrize(
    "log",
    [
        pytest.param(LOG + LOG, id="the same job twice"),
        pytest.param(long_log(seed=2, until=300) + LOG, id="a job that was killed, and its retry"),
        pytest.param(long_log(seed=2, until=12) + LOG, id="a job that was killed at once, and its retry"),
        pytest.param(LOG[: len(LOG) // 2] + START + LOG[len(LOG) // 2 :], id="a second banner"),
        pytest.param(LOG + long_log(epochs=1, steps=100), id="a short job behind it"),
        pytest.param(
            LOG.replace(b"resume_from_checkpoint: false", b"resume_from_checkpoint: true"), id="resumed"
        ),
        pytest.param(LOG.replace(b"enabled: false", b"enabled: true"), id="profiled"),
        pytest.param(LOG.replace(b"epochs: 2", b"epochs: 2\nrun_val_every_n_steps: 40"), id="validated"),
        pytest.param(LOG.replace(b"epochs: 2", b"epochs: 3"), id="an epoch is missing"),
        pytest.param(long_log(until=500), id="it just stops"),
        pytest.param(LOG[: LOG.rindex(b"INFO:torchtune.utils._logging:Starting")], id="no save at the end"),
        pytest.param(long_log(steps=100), id="short"),
        pytest.param(b"x" * 300_000, id="one line of anything"),
        pytest.param(b"\n" * 300_000, id="empty lines"),
    ],
)
def test_anything_else_is_read_whole(log: bytes) -> None:
    assert windows(log) is None


def test_a_resumed_job_behind_the_one_that_was_killed_is_read_whole() -> None:
    """Killed in the second epoch, requeued, and resumed at its beginning: the steps go on as ever."""
    again = LOG[LOG.index(b"\n\r2|401|") - 60 :]
    for until in (401, 406, 450, 700):
        assert windows(long_log(until=until) + START + again) is None


def test_two_jobs_that_write_one_file_are_read_whole() -> None:
    one, other = LOG.split(b"\r"), long_log(seed=7).split(b"\r")
    mixed = b"\r".join(frame for pair in zip(one, other, strict=True) for frame in pair)
    assert windows(mixed) is None
    late = b"\r".join(
        [*one[:700], *(frame for pair in zip(one[700:], other, strict=False) for frame in pair)]
    )
    assert windows(late) is None


@given(st.data())
@settings(max_examples=40)
def test_whatever_is_cut_or_put_in_the_answers_agree_or_it_is_read_whole(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(LOG)))
    if data.draw(st.booleans()):
        log = LOG[:at] + LOG[min(len(LOG), at + data.draw(st.integers(1500, 200_000))) :]
    else:
        start = data.draw(st.integers(0, len(LOG)))
        log = LOG[:at] + LOG[start : start + data.draw(st.integers(1500, 200_000))] + LOG[at:]
    part = windows(log)
    if part is not None:
        assert_same(log, part)


@given(st.binary(max_size=400), st.integers(0, 300_000))
@settings(max_examples=30)
def test_no_bytes_are_too_strange(piece: bytes, size: int) -> None:
    log = (piece * (size // max(1, len(piece)) + 1))[:size]
    windows(log)
    windows(LOG[:100_000] + log)


def test_both_ways_agree_on_every_log_of_the_collection(shared: Path) -> None:
    logs = [
        path
        for path in (shared / "logs").rglob("*")
        if path.is_file() and path.suffix not in {".md", ".jsonl"}
    ]
    assert len(logs) > 100
    for path in logs:
        log = path.read_bytes()
        part = windows(log)
        if part is not None:
            assert_same(log, part)


def test_a_real_log_is_read_by_windows_and_tells_the_same(shared: Path) -> None:
    """The bars of packing, a quarter of it, are left out: with them windows would save nothing."""
    [path] = (shared / "logs" / "public").rglob("a100_g1b6-6076452.out")
    log = re.sub(rb"\r?Packing dataset:[^\r\n]*", b"", path.read_bytes())
    part = windows(log)
    assert part is not None
    assert len(part) < len(log) / 6
    assert_same(log, part)
    [measured] = measure(part)
    assert measured.seconds_per_step == pytest.approx(
        0.686, rel=0.01
    )  # LABELS.jsonl: steady_seconds_per_step
