"""Finding a run's log, its end, and following it."""

import os
from pathlib import Path

import pytest

from ckreg.adapters.tree import Home
from ckreg.core.summary.rows import RowKey
from ckreg.errors import NotFoundError, OutsideError
from ckreg.flows.indexing import How, index_known
from ckreg.flows.run_logs import RunLog, log_of
from ckreg.flows.tailing import Part, advance, follow, tail
from tests.cli.calls import Caller
from tests.experiments import NAME, plan
from tests.logs import BUNDLED, LOG


@pytest.fixture
def registry(empty: Home, tmp_path: Path) -> Home:
    plan(empty, {"a": "true", "b": "true"}, ("a",), logs=tmp_path / "scratch" / NAME)
    return empty


@pytest.fixture
def call(registry: Home, capsys: pytest.CaptureFixture[str]) -> Caller:
    return Caller(registry.root, capsys)


def _log(tmp_path: Path, run: str, job: str, text: str) -> Path:
    path = tmp_path / "scratch" / NAME / f"ck-out-{run}" / f"slurm-{job}.out"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_where_the_script_says(registry: Home, call: Caller, tmp_path: Path) -> None:
    call("status", "set", NAME, "a", "--status", "running", "--job-id", "7")
    path = _log(tmp_path, "a", "7", "x\n")
    _log(tmp_path, "a", "6", "an earlier attempt\n")
    found = log_of(registry, NAME, RowKey("a"))
    assert (found.path, found.job) == (path, "7")
    assert log_of(registry, NAME, RowKey("a"), job="6").path == path.with_name("slurm-6.out")


def test_a_relative_output_is_beside_the_script(registry: Home, call: Caller) -> None:
    script = registry.experiments / NAME / "b" / "finetune.slurm"
    script.write_text("#!/bin/bash\n#SBATCH -o logs/%x.%j\ntrue\n")
    call("status", "set", NAME, "b", "--job-id", "7")
    path = script.parent / "logs" / "b.0123abcd.7"
    path.parent.mkdir()
    path.write_text("x\n")
    assert log_of(registry, NAME, RowKey("b")).path == path


def test_without_a_script_as_scaffold_lays_it_out(registry: Home, call: Caller, tmp_path: Path) -> None:
    (registry.experiments / NAME / "a" / "eval" / "cap_epoch0" / "eval.slurm").unlink()
    call("status", "set", NAME, "a", "--task", "cap", "--epoch", "0", "--job-id", "8")
    path = tmp_path / "scratch" / NAME / "ck-out-a" / "eval" / "cap_epoch0" / "slurm-8.out"
    path.parent.mkdir(parents=True)
    path.write_text("x\n")
    assert log_of(registry, NAME, RowKey("a", "cap")).path == path


def test_what_was_indexed_is_found(registry: Home, call: Caller, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere" / "slurm-9.out"
    elsewhere.parent.mkdir()
    elsewhere.write_bytes((BUNDLED / LOG).read_bytes())
    assert call("index", str(elsewhere.parent)).code == 0
    index_known(registry, How())
    call("status", "set", NAME, "a", "--status", "running", "--job-id", "9")
    assert log_of(registry, NAME, RowKey("a")).path == elsewhere


def test_one_that_is_not_there_names_where_it_was_looked_for(
    registry: Home, call: Caller, tmp_path: Path
) -> None:
    with pytest.raises(NotFoundError, match=r"a, which has no job.*ck-out-a/slurm"):
        log_of(registry, NAME, RowKey("a")).found()
    call("status", "set", NAME, "a", "--status", "running", "--job-id", "7")
    other = _log(tmp_path, "a", "6", "x\n")
    with pytest.raises(NotFoundError, match=rf"job 7 of a.*slurm-7.out.*There is {other}, of another job"):
        log_of(registry, NAME, RowKey("a")).found()
    with pytest.raises(NotFoundError, match="no row for the run 'nobody'"):
        log_of(registry, NAME, RowKey("nobody"))


def test_without_a_job_the_newest(registry: Home, tmp_path: Path) -> None:
    old, new = _log(tmp_path, "a", "7", "x\n"), _log(tmp_path, "a", "6", "x\n")
    os.utime(old, (1, 1))
    assert log_of(registry, NAME, RowKey("a")).path == new


@pytest.mark.parametrize("job", ["../../../../etc/passwd", "[0-9]", "-j", "7\n8"])
def test_a_strange_job_matches_nothing(registry: Home, tmp_path: Path, job: str) -> None:
    _log(tmp_path, "a", "7", "x\n")
    assert log_of(registry, NAME, RowKey("a"), job=job).path is None


def test_the_end_of_a_log_that_is_longer_than_what_is_read_at_once(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text("".join(f"line {number} {'x' * 200}\n" for number in range(5000)))
    assert [line[:9] for line in tail(path, 2)] == ["line 4998", "line 4999"]
    assert len(tail(path, 1000)) == 1000
    assert tail(path, 6000)[0].startswith("line 0 ")


def test_a_pipe_in_its_place_hangs_nobody(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "log")
    with pytest.raises(OutsideError, match="a named pipe"):
        tail(tmp_path / "log", 5)
    with pytest.raises(OutsideError):
        advance(tmp_path / "log")


def test_progress_of_a_long_log_is_read_at_both_ends(tmp_path: Path) -> None:
    data = (BUNDLED / LOG).read_bytes()
    at = data.index(b"]", data.index(b"2|120|Loss")) + 1
    cut = data.index(b"1|2|Loss")
    path = tmp_path / "log"
    path.write_bytes(data[:cut] + b"warning: something\n" * 20_000 + data[cut:at])
    told = advance(path)
    assert told.total == 160
    assert told.done is not None
    assert abs(told.done - 120) <= 1


class _Job:
    """A job that writes, step by step, each time that the follower waits."""

    def __init__(self, *steps: tuple[Path, str, str]) -> None:
        self._steps = iter(steps)
        self.path: Path | None = None
        self.status = "running"

    def find(self) -> RunLog:
        return RunLog(
            experiment=NAME,
            key=RowKey("a"),
            status=self.status,
            jobs=("7",),
            job="7",
            path=self.path,
            looked=(),
        )

    def wait(self, _seconds: float) -> None:
        step = next(self._steps, None)
        if step is None:
            self.status = "completed"
            return
        self.path, mode, text = step
        with self.path.open(mode) as file:
            file.write(text)


def _followed(job: _Job, lines: int = 10) -> list[Part]:
    return list(follow(job.find, lines, wait=job.wait))


def test_a_log_is_followed_until_its_job_is_over(tmp_path: Path) -> None:
    log = tmp_path / "log"
    job = _Job(
        (log, "a", "0\n1\n2"), (log, "a", " and half\n 1/3 [00:01<00:02]"), (log, "a", "\r 2/3 [00:02<00:01]")
    )
    parts = _followed(job, 1)
    assert parts[0].path is None
    assert [(part.lines, part.waiting) for part in parts[1:4]] == [
        (["1"], ["2"]),
        (["2 and half"], [" 1/3 [00:01<00:02]"]),
        ([], [" 2/3 [00:02<00:01]"]),
    ]


def test_a_log_that_is_begun_anew_is_read_from_its_beginning(tmp_path: Path) -> None:
    log, other = tmp_path / "log", tmp_path / "other"
    job = _Job((log, "w", "first start\n"), (log, "w", "second\n"), (other, "w", "a retry\n"))
    parts = [part for part in _followed(job) if part.lines]
    assert [(part.path, part.lines, part.anew) for part in parts] == [
        (log, ["first start"], False),
        (log, ["second"], True),
        (other, ["a retry"], True),
    ]


def test_a_log_that_never_comes_is_an_error_once_the_job_is_over() -> None:
    with pytest.raises(NotFoundError):
        _followed(_Job())
