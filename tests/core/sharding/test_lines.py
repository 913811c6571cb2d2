import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckreg.core.measure.measurement import Framework, Measurement, Outcome
from ckreg.core.sharding.lines import (
    ReadLog,
    Wanted,
    done_line,
    is_done,
    read_log_line,
    read_read_log,
    read_wanted,
    wanted_line,
)

names = st.binary(min_size=1).map(lambda raw: raw.decode(errors="surrogateescape"))
wanted = st.builds(Wanted, names, *[st.integers(0, 2**64)] * 4)
measurements = st.builds(
    Measurement,
    log_path=st.just("x"),
    segment=st.integers(0, 9),
    job_id=st.none() | names,
    framework=st.sampled_from(Framework),
    outcome=st.sampled_from(Outcome),
    outcome_evidence=names,
    packed=st.none() | st.booleans(),
    seconds_per_step=st.none() | st.floats(allow_nan=False, allow_infinity=False),
    elapsed_seconds=st.none() | st.integers(),
)


@given(wanted, st.lists(measurements), st.integers(0, 99), st.text())
def test_what_is_written_is_read(
    log: Wanted, told: list[Measurement], version: int, fingerprint: str
) -> None:
    told = [dataclasses.replace(each, log_path=log.path) for each in told]
    read = ReadLog(log, version, fingerprint, tuple(told))
    line = read_log_line(read).encode()
    assert b"\n" not in line
    assert line.isascii()
    assert read_read_log(line) == read
    assert read_wanted(line) == read_wanted(wanted_line(log).encode()) == log


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"7",
        b"[" * 99_999,
        b"\xff",
        json.dumps({"path": "x"}).encode(),
        json.dumps({"path": "x", "size": True, "mtime_ns": 1, "inode": 1, "metrics_ns": 0}).encode(),
        json.dumps({"path": None, "size": 1, "mtime_ns": 1, "inode": 1, "metrics_ns": 0}).encode(),
    ],
)
def test_what_names_no_log(line: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_wanted(line)


@pytest.mark.parametrize(
    ("line", "before", "whole"),
    [(done_line(3), 3, True), (done_line(3), 2, False), ('{"done": true}', 1, False), ("{", 0, False)],
)
def test_a_file_is_whole_with_its_last_line(line: str, before: int, whole: bool) -> None:
    assert is_done(line.encode(), before) is whole
