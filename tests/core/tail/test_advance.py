"""How far a job is: the logs are those of real torchtune runs, cut."""

import pytest

from ckreg.core.measure import Outcome
from ckreg.core.tail.advance import advance_of
from ckreg.core.tail.places import log_glob
from tests.logs import BUNDLED, LOG


def _log() -> bytes:
    return (BUNDLED / LOG).read_bytes()


def test_a_log_that_is_whole_is_done() -> None:
    told = advance_of(b"", _log(), LOG)
    assert (told.done, told.total, told.share) == (160, 160, 1.0)  # 640 rows, batches of 8, 2 epochs
    assert told.outcome is Outcome.COMPLETED
    assert told.seconds_left == 0


def test_a_log_that_is_cut_in_its_second_epoch() -> None:
    data = _log()
    at = data.index(b"]", data.index(b"2|120|Loss")) + 1
    told = advance_of(b"", data[:at], LOG)
    assert told.total == 160
    assert told.done is not None
    assert abs(told.done - 120) <= 1
    assert told.outcome is Outcome.INCOMPLETE
    # The bar of this epoch says in its last frames about 8.6 steps a second.
    assert told.seconds_left == pytest.approx(40 / 8.6, rel=0.4)


def test_head_and_tail_alone_say_the_same() -> None:
    data = _log()
    at = data.index(b"]", data.index(b"2|120|Loss")) + 1
    head = data[: data.index(b"1|2|Loss")]
    told = advance_of(head, data[at - 3000 : at], LOG)
    whole = advance_of(b"", data[:at], LOG)
    assert (told.done, told.total) == (whole.done, whole.total)
    assert told.seconds_left == pytest.approx(whole.seconds_left, rel=0.4)


def test_what_says_nothing() -> None:
    told = advance_of(b"", b"loading modules\n", "slurm-1.out")
    assert (told.done, told.total, told.seconds_left, told.share) == (None, None, None, None)


@pytest.mark.parametrize(
    ("pattern", "job", "expected"),
    [
        ("/s/slurm-%j.out", "12", "/s/slurm-12.out"),
        ("/s/slurm-%j.out", "12_3", "/s/slurm-12_3.out"),
        ("%A_%4a.log", "12_3", "12_0003.log"),
        ("%x-%j.out", "12", "*-12.out"),
        ("100%%-[a]-%j", "12", "100%-[[]a]-12"),
        ("slurm-%j.out", "*", "slurm-*.out"),
    ],
)
def test_where_a_log_is_looked_for(pattern: str, job: str, expected: str) -> None:
    assert log_glob(pattern, job) == expected
