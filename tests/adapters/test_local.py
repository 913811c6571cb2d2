"""Jobs of this machine: real processes. A job waits by opening a fifo, and goes on when the test writes."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ckreg.adapters.local import Local, state_folder
from ckreg.adapters.local.processes import Process, is_alive, process
from ckreg.adapters.local.records import Record, Records
from ckreg.core.measure import Outcome, read_log
from ckreg.core.scheduler import Job
from ckreg.core.scheduler.sending import Dependency, Order
from ckreg.errors import RefusedError
from tests.waiting import until

LONG_AGO = datetime.now(UTC) - timedelta(days=1)


class Machine:
    """A queue of a test's own."""

    def __init__(self, folder: Path, at_once: int = 1) -> None:
        self.folder = folder
        self.records = Records(folder / "state")
        self.local = Local(folder / "state", at_once, grace_seconds=0.2)

    def send(self, body: str, *, name: str = "run", options: str = "", after: str | None = None) -> str:
        script = self.folder / f"{name}.slurm"
        script.write_text(f"#!/bin/bash\n{options}{body}\n")
        order = Order(name=f"{name}.0123abcd", script=script.name, folder=str(self.folder))
        order = replace(order, after=Dependency(after) if after else None)
        return self.local.send(order, held=0).job

    def job(self, job: str) -> Job:
        [found] = self.local.told([job]).jobs
        return found

    def record(self, job: str) -> Record:
        found = self.records.find(job)
        assert found is not None
        return found

    def end_of(self, job: str) -> Job:
        """The job's row once it has ended; nobody asks the scheduler meanwhile."""
        until(lambda: self.record(job).ended is not None)
        return self.job(job)

    def log(self, job: str) -> str:
        return (self.folder / f"slurm-{job}.out").read_text()

    def fifo(self, name: str = "fifo") -> Path:
        path = self.folder / name
        os.mkfifo(path)
        return path

    def runs(self, job: str) -> Record:
        """The record once the job's script has said `here`."""
        path = self.folder / f"slurm-{job}.out"
        until(lambda: path.exists() and "here" in path.read_text())
        return self.record(job)


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    there = Machine(tmp_path)
    yield there
    if not there.records.exists():
        return
    left = {record.id: record for record in there.records.waiting_and_running()}
    there.local.cancel(left)
    for record in left.values():
        for one in (record.runner, record.leader):
            if one is not None and is_alive(one):
                os.kill(one.pid, signal.SIGKILL)


def test_a_job_runs_and_its_row_is_as_sacct_has_it(machine: Machine) -> None:
    job = machine.send('echo "$SLURM_JOB_ID $SLURM_JOB_NAME $PWD"', options="#SBATCH --time=0:05:00\n")
    found = machine.end_of(job)
    assert job == "L1"
    assert (found.state, found.outcome, found.exit_code) == ("COMPLETED", Outcome.COMPLETED, "0:0")
    assert (found.name, found.cluster, found.time_limit_seconds) == ("run.0123abcd", "local", 300)
    assert found.nodes == os.uname().nodename
    assert found.max_rss_gib
    assert str(found.submitted) <= str(found.started) <= str(found.ended)
    assert machine.log(job) == f"L1 run.0123abcd {machine.folder}\n"
    assert machine.local.in_queue() == 0


@pytest.mark.parametrize(
    ("body", "state", "code"),
    [("exit 3", "FAILED", "3:0"), ("kill -9 $$", "FAILED", "0:9"), ("kill -SEGV $$", "FAILED", "0:11")],
)
def test_how_it_failed(machine: Machine, body: str, state: str, code: str) -> None:
    found = machine.end_of(machine.send(body))
    assert (found.state, found.exit_code) == (state, code)


@pytest.mark.parametrize(
    "option", ["--output=/nonexistent/x.out", "-o /nonexistent/x.out", "-D /nonexistent"]
)
def test_a_log_that_cannot_be_written(machine: Machine, option: str) -> None:
    found = machine.end_of(machine.send("true", options=f"#SBATCH {option}\n"))
    assert (found.state, found.exit_code) == ("FAILED", "0:53")


def test_a_folder_option_and_a_log_of_errors(machine: Machine) -> None:
    (machine.folder / "below").mkdir()
    options = '#SBATCH -D below\n#SBATCH --output="%x-%A_%a.log"\n#SBATCH -e err-%5j\n'
    job = machine.send("echo out; echo err >&2", options=options)
    assert machine.end_of(job).state == "COMPLETED"
    assert (machine.folder / "below" / "run.0123abcd-L1_0.log").read_text() == "out\n"
    assert (machine.folder / "below" / "err-000L1").read_text() == "err\n"


def test_the_environment_is_that_of_the_sender(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINE", "of the sender")
    monkeypatch.setenv("SLURM_ARRAY_TASK_ID", "7")
    fifo = machine.fifo()
    machine.send(f"read -r go < {fifo}")
    job = machine.send('echo "$MINE/${SLURM_ARRAY_TASK_ID:-none}"', name="second")
    monkeypatch.setenv("MINE", "of somebody else")
    fifo.write_text("go\n")
    machine.end_of(job)
    assert machine.log(job) == "of the sender/none\n"
    assert oct(machine.records.folder.stat().st_mode & 0o777) == "0o700"
    assert list(machine.records.folder.glob("*.environment")) == []


def test_the_script_is_the_one_that_was_sent(machine: Machine) -> None:
    fifo = machine.fifo()
    machine.send(f"read -r go < {fifo}", name="first")
    job = machine.send("echo sent", name="second")
    (machine.folder / "second.slurm").write_text("#!/bin/bash\necho changed\n")
    fifo.write_text("go\n")
    machine.end_of(job)
    assert machine.log(job) == "sent\n"


def test_they_run_in_order_one_at_a_time(machine: Machine) -> None:
    fifo = machine.fifo()
    jobs = [machine.send(f"echo here; read -r go < {fifo}; echo 0 >> order", name="a")]
    jobs += [machine.send(f"echo {number} >> order", name=f"b{number}") for number in (1, 2, 3)]
    machine.runs(jobs[0])
    states = [each.state for each in machine.local.queued(jobs).jobs]
    assert states == ["RUNNING", "PENDING", "PENDING", "PENDING"]
    assert machine.local.in_queue() == 4
    fifo.write_text("go\n")
    assert machine.end_of(jobs[-1]).state == "COMPLETED"
    assert (machine.folder / "order").read_text().split() == ["0", "1", "2", "3"]


def test_so_many_at_once(tmp_path: Path) -> None:
    machine = Machine(tmp_path, at_once=2)
    fifos = [machine.fifo(f"fifo{number}") for number in range(3)]
    jobs = [machine.send(f"echo here; read -r go < {fifo}", name=fifo.name) for fifo in fifos]
    machine.runs(jobs[0])
    machine.runs(jobs[1])
    assert machine.job(jobs[2]).state == "PENDING"
    fifos[1].write_text("go\n")
    machine.runs(jobs[2])
    assert machine.job(jobs[0]).state == "RUNNING"
    for fifo in (fifos[0], fifos[2]):
        fifo.write_text("go\n")
    assert {machine.end_of(job).state for job in jobs} == {"COMPLETED"}


def test_what_waits_for_a_success_runs_after_it(machine: Machine) -> None:
    first = machine.send("true")
    second = machine.send("true", after=first)
    assert machine.end_of(second).state == "COMPLETED"
    assert (machine.record(second).started or 0) >= (machine.record(first).ended or 1e12)


def test_what_waits_for_a_failure_never_starts_nor_what_waits_for_that(machine: Machine) -> None:
    first = machine.send("exit 1")
    second = machine.send("touch ran", after=first)
    third = machine.send("touch ran", after=second)
    for job in (second, third):
        found = machine.end_of(job)
        assert (found.state, found.never_started) == ("CANCELLED", True)
    assert not (machine.folder / "ran").exists()


def test_a_job_of_slurm_is_nothing_to_wait_for(machine: Machine) -> None:
    with pytest.raises(RefusedError, match="none of this machine"):
        machine.send("true", after="12345")
    assert machine.local.in_queue() == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("true\n", "first line"),
        ("#!/bin/bash\n#SBATCH --array=0-3\n", "--array"),
        ("#!/bin/bash\n#SBATCH -t soon\n", "time limit"),
    ],
)
def test_what_is_refused(machine: Machine, text: str, said: str) -> None:
    (machine.folder / "x.slurm").write_text(text)
    with pytest.raises(RefusedError, match=said):
        machine.local.send(Order(name="x.01", script="x.slurm", folder=str(machine.folder)), held=0)


def test_an_array_is_refused(machine: Machine) -> None:
    (machine.folder / "x.slurm").write_text("#!/bin/bash\ntrue\n")
    order = Order(name="x.01", script="x.slurm", folder=str(machine.folder), tasks=(0, 1))
    with pytest.raises(RefusedError, match="array"):
        machine.local.send(order, held=0)


def test_a_time_limit_is_held_and_the_log_says_so(machine: Machine) -> None:
    fifo = machine.fifo()
    job = machine.send(f"trap '' TERM; read -r go < {fifo}", options="#SBATCH --time=0:01\n")
    found = machine.end_of(job)
    assert (found.state, found.exit_code, found.time_limit_seconds) == ("TIMEOUT", "0:0", 60)
    [measured] = read_log(machine.log(job).encode(), log_path=f"slurm-{job}.out")
    assert (measured.job_id, measured.outcome) == (job, Outcome.TIMEOUT)


def test_a_script_hears_of_its_end(machine: Machine) -> None:
    fifo = machine.fifo()
    job = machine.send(f"trap 'echo bye; exit 143' TERM; echo here; read -r go < {fifo}")
    machine.runs(job)
    machine.local.cancel([job])
    assert machine.end_of(job).state == "CANCELLED"
    assert "bye" in machine.log(job)


def test_cancelled_by_whom_with_all_that_it_started(machine: Machine) -> None:
    fifo = machine.fifo()
    job = machine.send(f"(echo $BASHPID > child; read -r go < {fifo}) & echo here; wait")
    next_one = machine.send("true", name="next")
    machine.runs(job)
    until(lambda: (machine.folder / "child").exists() and (machine.folder / "child").read_text())
    machine.local.cancel([job, "L99"])
    found = machine.end_of(job)
    assert (found.state, found.reason) == ("CANCELLED", f"by {os.getuid()}")
    until(lambda: process(int((machine.folder / "child").read_text())) is None)
    assert machine.end_of(next_one).state == "COMPLETED"


def test_cancelled_before_it_began(machine: Machine) -> None:
    fifo = machine.fifo()
    first = machine.send(f"read -r go < {fifo}")
    second = machine.send("touch ran", name="second")
    machine.local.cancel([second])
    assert (machine.job(second).state, machine.job(second).never_started) == ("CANCELLED", True)
    fifo.write_text("go\n")
    machine.end_of(first)
    machine.local.cancel([first])
    assert machine.job(first).state == "COMPLETED"
    assert not (machine.folder / "ran").exists()


def test_a_killed_runner_is_no_end_of_its_job(machine: Machine) -> None:
    fifo = machine.fifo()
    job = machine.send(f"echo here; read -r go < {fifo}")
    second = machine.send("true", name="second")
    runner = machine.runs(job).runner
    assert runner
    os.kill(runner.pid, signal.SIGKILL)
    until(lambda: not is_alive(runner))
    assert machine.job(job).state == "RUNNING"
    assert machine.job(second).state == "PENDING"
    leader = machine.record(job).leader
    fifo.write_text("go\n")
    until(lambda: not is_alive(leader))
    found = machine.job(job)
    assert (found.state, found.outcome) == ("NODE_FAIL", Outcome.NODE_FAIL)
    assert machine.end_of(second).state == "COMPLETED"


def test_without_its_runner_a_job_can_be_cancelled(machine: Machine) -> None:
    fifo = machine.fifo()
    job = machine.send(f"echo here; read -r go < {fifo}")
    record = machine.runs(job)
    assert record.runner
    os.kill(record.runner.pid, signal.SIGKILL)
    until(lambda: not is_alive(record.runner))
    machine.local.cancel([job])
    until(lambda: not is_alive(record.leader))
    assert (machine.job(job).state, machine.job(job).reason) == ("CANCELLED", f"by {os.getuid()}")


def test_a_runner_that_is_told_to_end_ends_its_job_and_starts_no_other(machine: Machine) -> None:
    fifo = machine.fifo()
    job = machine.send(f"echo here; read -r go < {fifo}")
    runner = machine.runs(job).runner
    second = machine.send("true", name="second")  # now that it runs, no other runner is started for it
    assert runner
    os.kill(runner.pid, signal.SIGTERM)
    until(lambda: machine.record(job).ended is not None)
    until(lambda: not is_alive(runner))
    assert machine.record(job).state == "NODE_FAIL"
    assert machine.record(second).state == "PENDING"
    machine.job(second)
    assert machine.end_of(second).state == "COMPLETED"


def test_after_a_reboot(machine: Machine) -> None:
    """What ran is lost, what had been taken but not begun begins, though the ids belong to others now."""
    fifo = machine.fifo()
    job = machine.send(f"echo here; read -r go < {fifo}")
    record = machine.runs(job)
    second = machine.send("true", name="second")
    assert record.runner
    assert record.leader
    for one in (record.runner, record.leader):
        os.kill(one.pid, signal.SIGKILL)
    until(lambda: not is_alive(record.runner))
    us = os.getpid()
    stranger = Process(us, "another boot 1")
    machine.records.put(replace(record, runner=stranger, leader=stranger))
    waiting = machine.record(second)
    machine.records.put(replace(waiting, state="RUNNING", runner=stranger, started=1.0))
    assert machine.job(job).state == "NODE_FAIL"
    assert machine.end_of(second).state == "COMPLETED"


def test_a_process_is_told_from_another_of_its_id() -> None:
    with subprocess.Popen(["sleep", "60"]) as child:
        one = process(child.pid)
        assert one
        assert is_alive(one)
        assert not is_alive(Process(one.pid, one.born + "1"))
        child.kill()
    assert not is_alive(one)
    assert process(child.pid) is None


def test_two_that_send_at_once(machine: Machine) -> None:
    def send(number: int) -> str:
        return machine.send("echo $SLURM_JOB_ID >> ran", name=f"n{number}")

    with ThreadPoolExecutor(4) as threads:
        jobs = list(threads.map(send, range(8)))
    assert sorted(jobs) == [f"L{number}" for number in range(1, 9)]
    for job in jobs:
        assert machine.end_of(job).state == "COMPLETED"
    assert sorted((machine.folder / "ran").read_text().split()) == sorted(jobs)


def test_two_runners_run_no_job_twice(machine: Machine) -> None:
    fifo = machine.fifo()
    job = machine.send(f"echo here; read -r go < {fifo}; echo ran >> ran")
    machine.runs(job)
    for _ in range(2):
        words = [sys.executable, "-m", "ckreg.adapters.local.runner", str(machine.records.folder)]
        subprocess.run(words, check=True)
    fifo.write_text("go\n")
    machine.end_of(job)
    assert (machine.folder / "ran").read_text() == "ran\n"


def test_jobs_are_found_by_name(machine: Machine) -> None:
    job = machine.send("true")
    machine.end_of(job)
    found = machine.local.named(["run.0123abcd", "other.0123abcd"], LONG_AGO)
    assert [each.job_id for each in found.jobs] == [job]
    assert machine.local.named(["run.0123abcd"], datetime.now(UTC) + timedelta(hours=1)).jobs == ()


def test_what_was_never_sent_is_unknown(machine: Machine) -> None:
    assert machine.local.told(["L7", "12345"]).jobs == ()
    assert machine.local.queued(["L7"]).jobs == ()
    assert machine.local.in_queue() == 0
    assert not machine.records.folder.exists()


def test_a_record_that_cannot_be_read_is_no_answer(machine: Machine) -> None:
    job = machine.send("true")
    machine.end_of(job)
    (machine.records.folder / "done" / f"{job}.json").write_text("{")
    assert "no record" in str(machine.local.told([job]).failed)
    assert "no record" in str(machine.local.queued([job]).failed)


def test_the_queue_lies_in_the_persons_own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert state_folder().parent == tmp_path / "ckreg" / "jobs"
    monkeypatch.setenv("XDG_STATE_HOME", "relative")
    assert state_folder().is_relative_to(Path.home() / ".local" / "state")
