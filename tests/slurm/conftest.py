"""A cluster of our own, started once for all tests that want it."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ckreg.adapters.tree import Home

LAB = Path(__file__).resolve().parents[3] / "shared" / "slurmlab"
PATIENCE = 60.0  # seconds; the daemons of a busy machine are slow


class Cluster:
    """slurmctld, slurmdbd and three slurmd; stopped and started as a test wants it."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self._environment = {
            **os.environ,
            "SLURMLAB_DIR": str(folder),
            "SLURMLAB_PORT": str(port),
            "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin",
        }
        self.conf = folder / "etc" / "slurm.conf"

    def up(self) -> None:
        """Start what does not run."""
        subprocess.run([LAB / "up.sh"], check=True, capture_output=True, env=self._environment)

    def down(self) -> None:
        subprocess.run([LAB / "down.sh", "--wipe"], check=False, capture_output=True, env=self._environment)

    def stop(self, daemon: str) -> None:
        """Stop slurmctld or slurmdbd, and wait until it is gone."""
        path = self.folder / "pid" / f"{daemon}.pid"
        pid = int(path.read_text())
        os.kill(pid, 15)
        until(lambda: not Path(f"/proc/{pid}").exists() or "Z" in Path(f"/proc/{pid}/stat").read_text())
        path.unlink(missing_ok=True)

    def says(self, *words: str) -> str:
        """What one of Slurm's programs prints."""
        environment = {**self._environment, "SLURM_CONF": str(self.conf)}
        done = subprocess.run(words, check=False, capture_output=True, text=True, env=environment)
        return done.stdout

    def states(self, *jobs: str) -> dict[str, str]:
        """The states of jobs as the accounting has them, tasks of arrays one by one."""
        told = self.says("sacct", "-n", "-X", "-P", "-o", "JobID,State,End,JobName", "-j", ",".join(jobs))
        rows = [line.split("|") for line in told.splitlines()]
        # A row of this name holds the place of one that is still under way to the accounting; one that has
        # ended has its end only when all of it has arrived.
        live = ("RUNNING", "PENDING", "REQUEUED")
        return {
            job: state
            for job, state, end, name in rows
            if name != "allocation" and (end != "Unknown" or state in live)
        }

    def wait_for(self, state: str, job: str) -> None:
        """Wait until the accounting shows a job in a state."""
        until(lambda: self.states(job).get(job, "").startswith(state))


def until(holds: Callable[[], bool]) -> None:
    """Wait for something outside that tells nobody when it happens."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.2)


@pytest.fixture(scope="session")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    needed = ("sbatch", "sacct", "munged", "mariadbd")
    path = f"{os.environ['PATH']}:/usr/sbin:/sbin"
    if not LAB.is_dir() or os.getuid() != 0 or not all(shutil.which(each, path=path) for each in needed):
        pytest.skip("no Slurm here, or not root")
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    cluster = Cluster(tmp_path_factory.mktemp("lab"), 27000 + 1000 * worker + os.getpid() % 500)
    cluster.folder.parent.chmod(0o755)
    try:
        cluster.up()
        yield cluster
    finally:
        cluster.down()


@pytest.fixture
def cluster(started: Cluster, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    """The cluster, with its daemons running, as the one that `sbatch` sends to."""
    monkeypatch.setenv("SLURM_CONF", str(started.conf))
    monkeypatch.delenv("CKREG_NOW", raising=False)
    return started


@pytest.fixture
def registry(empty: Home) -> Home:
    """An empty registry; logs lie in `scratch` beside it."""
    return empty
