"""A run that meets its time limit is sent again with more time, and its evaluation follows."""

from pathlib import Path

import pytest

from ckreg.adapters.slurm import Slurm
from ckreg.adapters.tree import Home
from ckreg.flows.refreshing import fresh_cache
from ckreg.flows.retrying import Wanted, plan_retry, retry
from ckreg.flows.submitting import How, plan_submission, send
from ckreg.flows.syncing import sync
from tests.experiments import NAME, plan
from tests.slurm.conftest import Cluster, until
from tests.slurm.test_life import rows

pytestmark = pytest.mark.slurm

SLURM = Slurm()


def test_a_timeout_is_sent_again_with_more_time(cluster: Cluster, registry: Home, tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    body = f"[ -e {seen} ] && exit 0\ntouch {seen}\nsleep 600"
    plan(registry, {"long": body}, ("long",), "#SBATCH --time=1\n", logs=tmp_path / "scratch")
    how = How(arrays=False)
    jobs = dict(send(registry, plan_submission(registry, NAME, how, SLURM), how, SLURM).jobs)
    [training, evaluation] = jobs.values()
    until(seen.exists)
    cluster.says("scontrol", "update", f"JobId={training}", "EndTime=now+1")
    cluster.wait_for("TIMEOUT", training)
    cluster.wait_for("CANCELLED", evaluation)
    sync(registry, [NAME], SLURM)
    assert rows(registry)["long"][0] == "failed"
    assert rows(registry)["long/cap"] == ("pending", "training failed")

    planned = plan_retry(registry, NAME, Wanted())
    [each] = planned.retried
    assert [change.words for change in each.corrected.changes] == ["time 1 to 0:05:00"]
    jobs = dict(retry(registry, planned, SLURM).sent.jobs)
    [training, evaluation] = jobs.values()
    assert cluster.says("sacct", "-n", "-X", "-P", "-o", "TimelimitRaw", "-j", training).strip() in {"", "5"}
    cluster.wait_for("COMPLETED", training)
    cluster.wait_for("COMPLETED", evaluation)
    sync(registry, [NAME], SLURM)
    status, notes = rows(registry)["long"]
    assert status == "completed"
    assert str(notes).startswith("attempt 1: TIMEOUT after")
    assert "then time 1 to 0:05:00; took" in str(notes)
    assert rows(registry)["long/cap"][0] == "completed"
    with fresh_cache(registry) as cache:
        told = cache.rows("SELECT attempt, outcome FROM attempts WHERE task IS NULL ORDER BY attempt")
    assert [tuple(row.values()) for row in told] == [(1, "failed"), (2, "completed")]
