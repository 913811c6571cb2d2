"""From plan to Slurm and back: each way in which a job can end, in one call of `sync`."""

from pathlib import Path

import pytest

from ckreg.adapters.git import status_events
from ckreg.adapters.slurm import Slurm
from ckreg.adapters.tree import Home, read_text
from ckreg.core.summary import parse
from ckreg.flows.submitting import How, Sent, plan_submission, send
from ckreg.flows.syncing import Synced, sync
from tests.experiments import NAME, plan
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
    (tmp_path / "scratch" / "ck-out-unlogged").rmdir()
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
