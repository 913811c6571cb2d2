import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckreg.core.measure.place import place_of
from ckreg.core.scheduler.accounting import parse_sacct
from ckreg.core.scheduler.local import Held, expanded, held_by, is_local, limit_of


# The forms are those of sbatch's manual, --time.
@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("59", 3540),
        ("1:30", 90),
        ("0:59:00", 3540),
        ("2-3", 183600),
        ("2-3:30", 185400),
        ("2-3:30:15", 185415),
        ("0", None),
        ("UNLIMITED", None),
        ("INFINITE", None),
    ],
)
def test_time_limits(text: str, seconds: int | None) -> None:
    assert limit_of(text) == seconds


@pytest.mark.parametrize("text", ["soon", "", "1:2:3:4", "-5", "1h", "1-", "9" * 30])
def test_what_is_no_time_limit(text: str) -> None:
    with pytest.raises(ValueError, match=f"^{text}$"):
        limit_of(text)


def test_what_a_script_asks_for() -> None:
    options = ["--time=0:05:00", "-o  'a b-%j.out'", "--error err", "-D/work", "--open-mode=append", "-N 1"]
    assert held_by(options) == Held(300, "a b-%j.out", "err", "/work", appends=True)
    assert held_by(["--mem=4G", "--gres=gpu:1", "--verbose"]) == Held()
    assert held_by(["-a 0-3"]).refused == "array"
    assert held_by(["--dependency=afterok:1"]).refused == "dependency"


@given(st.lists(st.text() | st.from_regex(r"--?[a-z]+[= ].*", fullmatch=True)))
def test_strange_options_are_no_accident(options: list[str]) -> None:
    with contextlib.suppress(ValueError):
        held_by(options)


def test_patterns_of_a_log() -> None:
    values = {"j": "L12", "A": "L12", "a": "0", "x": "run.0123abcd"}
    assert expanded("slurm-%j.out", values) == "slurm-L12.out"
    assert expanded("%x-%A_%a-%4a-100%%-%q", values) == "run.0123abcd-L12_0-0000-100%-%q"


def test_ids_of_this_machine_are_no_ids_of_slurm() -> None:
    assert [
        each for each in ("L1", "L123456789", "12", "L", "L1_2", "l1", "L1\n", "xL1") if is_local(each)
    ] == [
        "L1",
        "L123456789",
    ]


def test_a_log_of_this_machine_tells_its_job() -> None:
    assert place_of("/s/exp/ck-out-run/slurm-L12.out")[:2] == ("L12", None)
    assert place_of("/s/exp/ck-out-run/slurm-Large.out")[:2] == (None, None)


def test_rows_of_this_machine_are_read_as_those_of_sacct() -> None:
    header = "JobID|State|ExitCode|JobName"
    [job] = parse_sacct(
        f"{header}\nL12|FAILED|3:0|run.0123abcd\nL12.batch|FAILED|3:0|batch\nLx|FAILED|1:0|x\n"
    )
    assert (job.job_id, job.exit_code, job.name) == ("L12", "3:0", "run.0123abcd")
