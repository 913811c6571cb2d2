"""From plan to Slurm and back: each way in which a job can end, in one call of `sync`."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ckreg.adapters.git import status_events
from ckreg.adapters.slurm import Slurm
from ckreg.adapters.tree import Home, read_text
from ckreg.commands.cancel import cancel, targets
from ckreg.core.summary import parse
from ckreg.errors import OutsideError
from ckreg.flows.submitting import How, Sent, plan_submission, send
from ckreg.flows.syncing import Synced, sync
from tests.experiments import NAME, plan, write_script
from tests.slurm.conftest import Cluster, until

pytestmark = pytest.mark.slurm

WAYS = {
    "good": "sleep 1",
    "three": "exit 3",
    "long": "sleep 600",
    "unwanted": "sleep 600",
    "hungry": "kill -9 $$",
    "requeued": '[ -n "$SLURM_RESTART_COUNT" ] || sleep 600',
    "unlogged": "true",
}
SLURM = Slurm()


def submit(home: Home, how: How = How()) -> Sent:  # noqa: B008  # a value that does not change
    return send(home, plan_submission(home, NAME, how, SLURM), how, SLURM)


def synced(home: Home) -> Synced:
    return sync(home, [NAME], SLURM)


def rows(home: Home) -> dict[str, tuple[str | None, str | None]]:
    """Status and notes of the fine-tunes, and of the evaluations as `run/cap`."""
    summary = parse(read_text(home.summary(NAME)))
    found = {row.run_name: (row.status, row.notes) for row in summary.fine_tuning}
    return found | {f"{row.run_name}/{row.task}": (row.status, row.notes) for row in summary.evaluations}


def test_each_ends_as_it_did_in_one_call(cluster: Cluster, registry: Home, tmp_path: Path) -> None:
    plan(registry, WAYS, ("good", "three"), logs=tmp_path / "scratch")
    elsewhere = tmp_path / "elsewhere"  # not below scratch_dir: no folder that is made before it is sent
    write_script(registry.experiments / NAME / "unlogged" / "finetune.slurm", "true", elsewhere)
    elsewhere.rmdir()
    sent = submit(registry, How(arrays=False))
    jobs = {str(key): job for key, job in sent.jobs}
    assert len(jobs) == len(WAYS) + 2
    early = ",".join(jobs[run] for run in ("long", "unwanted", "requeued"))
    until(lambda: cluster.says("squeue", "-h", "-j", early, "-o", "%T") == "RUNNING\n" * 3)
    cluster.says("scontrol", "update", f"JobId={jobs['long']}", "EndTime=now+1")
    cluster.says("scancel", jobs["unwanted"])
    cluster.says("scontrol", "requeue", jobs["requeued"])
    for run, state in {"long": "TIMEOUT", "unwanted": "CANCELLED", "requeued": "COMPLETED"}.items():
        cluster.wait_for(state, jobs[run])
    for key, state in {"good, cap, epoch 0": "COMPLETED", "three, cap, epoch 0": "CANCELLED"}.items():
        cluster.wait_for(state, jobs[key])
    done = synced(registry)
    found = rows(registry)
    assert {run: status for run, (status, _) in found.items()} == {
        "good": "completed",
        "three": "failed",
        "long": "failed",
        "unwanted": "failed",
        "hungry": "failed",
        "requeued": "completed",
        "unlogged": "failed",
        "good/cap": "completed",
        "three/cap": "pending",
    }
    notes = {run: note or "" for run, (_, note) in found.items()}
    assert notes["three"].startswith("exit 3 after")
    assert notes["long"].startswith("TIMEOUT after")
    assert notes["unwanted"].startswith("CANCELLED by 0 after")
    assert notes["hungry"].startswith("signal 9 after")
    assert notes["requeued"].endswith("requeued 1x")
    assert notes["unlogged"].startswith("no log could be opened")
    assert notes["three/cap"] == "training failed"
    assert done.open == 0
    evidence = {
        event.run: event for event in status_events(registry) if event.by == "sacct" and not event.task
    }
    assert "sacct: TIMEOUT 0:0; job" in str(evidence["long"].evidence)
    assert evidence["three"].job == jobs["three"]
    assert synced(registry).asked == 0
    assert not list((registry.state / "submissions").glob("*.json"))


def test_the_accounting_is_down_in_between(cluster: Cluster, registry: Home, tmp_path: Path) -> None:
    plan(registry, {"good": "true", "three": "exit 3"}, logs=tmp_path / "scratch")
    jobs = [job for _, job in submit(registry, How(arrays=False)).jobs]
    cluster.stop("slurmdbd")
    try:
        until(lambda: not cluster.says("squeue", "-h", "-o", "%i"))
        done = synced(registry)
        assert done.warnings
        # squeue tells how they ended, but not with which code: that comes with the accounting.
        assert {run: status for run, (status, _) in rows(registry).items()} == {
            "good": "completed",
            "three": "failed",
        }
    finally:
        cluster.up()
    for job, state in zip(jobs, ("COMPLETED", "FAILED"), strict=True):
        cluster.wait_for(state, job)
    assert synced(registry).open == 0
    assert str(rows(registry)["three"][1]).startswith("exit 3 after")


def test_the_controller_is_down_in_between(
    cluster: Cluster, registry: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ckreg.adapters.slurm.slurm._QUEUE_SECONDS", 1.0)
    plan(registry, {"good": "true", "three": "exit 3", "later": "true"}, logs=tmp_path / "scratch")
    sent = send_of(registry, "good", "three")
    for job, state in zip(sent, ("COMPLETED", "FAILED"), strict=True):
        cluster.wait_for(state, job)
    cluster.stop("slurmctld")
    try:
        done = synced(registry)
        assert {run: status for run, (status, _) in rows(registry).items()} == {
            "good": "completed",
            "three": "failed",
            "later": "pending",
        }
        assert done.open == 0
        monkeypatch.setattr("ckreg.adapters.slurm.slurm._SEND_SECONDS", 1.0)
        with pytest.raises(OutsideError, match="did not answer"):
            send_of(registry, "later")
    finally:
        cluster.up()
    assert len(send_of(registry, "later")) == 1
    told = cluster.says("squeue", "-h", "-t", "all", "-o", "%j").splitlines()
    assert sum(name.startswith("later.") for name in told) == 1


def send_of(home: Home, *runs: str) -> list[str]:
    return [job for _, job in submit(home, How(runs, arrays=False)).jobs]


def test_two_hundred_in_an_array(
    cluster: Cluster, registry: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = {f"r{number}": f"exit {number % 2}" for number in range(200)}
    plan(registry, runs, logs=tmp_path / "scratch")
    calls = counted(tmp_path / "counted", monkeypatch)
    sent = submit(registry)
    assert calls().count("sbatch") == 1
    assert len({job for _, job in sent.jobs}) == 200
    array = sent.jobs[0][1].partition("_")[0]
    ended = ("COMPLETED", "FAILED")
    until(lambda: sum(state.startswith(ended) for state in cluster.states(array).values()) == 200)
    before = len(calls())
    done = synced(registry)
    assert calls()[before:] == ["sacct"]
    assert len(done.updates) == 200
    statuses = [status for status, _ in rows(registry).values()]
    assert statuses == ["completed", "failed"] * 100
    assert (tmp_path / "scratch" / "ck-out-r3" / f"slurm-{array}_3.out").is_file()


def test_each_evaluation_of_an_array_waits_for_its_own_training(
    cluster: Cluster, registry: Home, tmp_path: Path
) -> None:
    plan(registry, {"good": "true", "bad": "exit 1"}, ("good", "bad"), logs=tmp_path / "scratch")
    sent = submit(registry)
    assert len({job.partition("_")[0] for _, job in sent.jobs}) == 2
    cluster.wait_for("COMPLETED", sent.jobs[2][1])
    cluster.wait_for("CANCELLED", sent.jobs[3][1])
    cluster.wait_for("FAILED", sent.jobs[1][1])
    synced(registry)
    assert {run: status for run, (status, _) in rows(registry).items()} == {
        "good": "completed",
        "bad": "failed",
        "good/cap": "completed",
        "bad/cap": "pending",
    }


def counted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """Count the calls of Slurm's programs that send or ask."""
    folder.mkdir()
    for name in ("sbatch", "sacct", "squeue"):
        program = folder / name
        program.write_text(f'#!/bin/sh\necho {name} >> {folder}/calls\nexec {shutil.which(name)} "$@"\n')
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return lambda: (folder / "calls").read_text().split()


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_around_sbatch(cluster: Cluster, registry: Home, tmp_path: Path, when: str) -> None:
    runs = (f"one_{when}", f"two_{when}")
    plan(registry, dict.fromkeys(runs, "true"), logs=tmp_path / "scratch")
    real, program = shutil.which("sbatch"), tmp_path / "bin" / "sbatch"
    program.parent.mkdir()
    body = ["kill -9 $PPID", f'{real} "$@"'] if when == "before" else [f'{real} "$@"', "kill -9 $PPID"]
    program.write_text("#!/bin/sh\n" + "\n".join(body) + "\n")
    program.chmod(0o755)
    call = [sys.executable, "-m", "ckreg", "-C", str(registry.root), "submit", NAME, "--yes", "--no-arrays"]
    path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
    killed = subprocess.run(call, check=False, capture_output=True, env={**os.environ, "PATH": path})
    assert killed.returncode == -9
    done = subprocess.run(call, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    names = cluster.says("squeue", "-h", "-t", "all", "-o", "%j").split()
    assert sorted(name.partition(".")[0] for name in names if name.startswith(runs)) == sorted(runs)
    assert [row.job_id is not None for row in parse(read_text(registry.summary(NAME))).fine_tuning] == [
        True
    ] * 2


def test_cancel_ends_what_is_ours(cluster: Cluster, registry: Home, tmp_path: Path) -> None:
    plan(registry, {"long": "sleep 600"}, ("long",), logs=tmp_path / "scratch")
    jobs = [job for _, job in submit(registry).jobs]
    until(lambda: "RUNNING" in cluster.says("squeue", "-h", "-j", jobs[0], "-o", "%T"))
    found = targets(registry, NAME, ())
    assert [(target.job, target.is_ours) for target in found] == [(job, True) for job in jobs]
    cancel(registry, found)
    for job in jobs:
        cluster.wait_for("CANCELLED", job)
    synced(registry)
    assert rows(registry)["long"][0] == "failed"
    assert rows(registry)["long/cap"] == ("pending", "training failed")
    assert targets(registry, NAME, ()) == []
