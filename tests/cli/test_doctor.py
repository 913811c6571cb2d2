"""`ckreg doctor` on a real registry."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ckreg.adapters.tree import Home, kind
from ckreg.cli.main import main
from tests.adapters.test_lock import HOLD
from tests.cli.calls import Caller
from tests.documents import EXPERIMENT
from tests.flows.test_mending import BOTH, DOCUMENT, MARKED, merge_as

Git = Callable[..., str]


def _states(call: Caller) -> dict[str, str]:
    said = call("doctor", "--json")
    found = json.loads(said.out)
    assert all(set(entry) == {"check", "state", "message", "remedy"} for entry in found)
    states = {entry["check"]: entry["state"] for entry in found}
    assert said.code == ("wrong" in states.values())
    return states


@pytest.fixture
def no_slurm(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A PATH with git and sh, and nothing of Slurm."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("git", "sh"):
        found = next(p for p in os.environ["PATH"].split(os.pathsep) if Path(p, name).exists())
        (folder / name).symlink_to(Path(found, name))
    monkeypatch.setenv("PATH", str(folder))


@pytest.mark.usefixtures("no_slurm")
def test_a_healthy_registry(call: Caller, home: Home, git: Git) -> None:
    before = git(home.root, "status", "--porcelain", "--ignored")
    said = call("doctor")
    assert said.code == 0, said.out
    assert "✓ lock           Locks exclude (flock; 4 processes counted to 60)." in said.out
    assert "No Slurm here" in said.out
    words = max((line for line in said.out.splitlines() if "/" not in line), key=len)  # a path may be long
    assert len(words) <= 80
    assert git(home.root, "status", "--porcelain", "--ignored") == before
    assert {path.name for path in home.state.iterdir()} <= {"lock", "lock.kind", "spool"}


@pytest.mark.usefixtures("no_slurm")
def test_what_is_wrong_is_said_with_its_remedy(call: Caller, home: Home, git: Git) -> None:
    (home.root / ".git" / "index.lock").touch()
    os.utime(home.root / ".git" / "index.lock", (1, 1))
    (home.root / "ckreg.toml").write_text('models_dir = "/nowhere"\npartitoin = "gpu"\n')
    (home.root / ".git" / "MERGE_HEAD").touch()
    (home.state / "spool").mkdir(exist_ok=True)
    (home.state / "spool" / "1-a.json").write_text("{}")
    os.utime(home.state / "spool" / "1-a.json", (1, 1))
    (home.state / ".lock.old").touch()
    os.utime(home.state / ".lock.old", (1, 1))
    (home.state / "lock.kind").write_text("link nfs4\n")
    (home.state / "lock").unlink()
    git(home.root, "config", "core.sharedRepository", "group")
    states = _states(call)
    assert {check for check, state in states.items() if state == "wrong"} == {
        "index.lock",
        "filesystem",
        "modes",
    }
    assert {check for check, state in states.items() if state == "warn"} >= {
        "settings",
        "git state",
        "spool",
        "leftovers",
        "umask",
        "hooks",
    }
    (home.root / ".git" / "MERGE_HEAD").unlink()
    fixed = call("doctor", "--fix")
    assert "Recorded the lock `flock`" in fixed.err
    assert "Removed 1 file of killed processes" in fixed.err
    assert "Opened the clone's files to its group" in fixed.err
    assert "✓ filesystem" in fixed.out
    assert "✓ modes" in fixed.out
    assert (home.state / "lock.kind").read_text().startswith("flock ")


@pytest.mark.usefixtures("no_slurm")
def test_what_a_web_page_merged_is_found_and_mended(call: Caller, home: Home, git: Git) -> None:
    merge_as(home, git, MARKED)
    said = call("doctor")
    assert said.code == 1
    assert f"{DOCUMENT}:69:" in said.out.replace("\n" + " " * 17, "")
    assert "`ckreg doctor --fix`" in said.out
    assert "again, by row" in call("doctor", "--fix").err
    assert (home.root / DOCUMENT).read_text() == BOTH
    assert _states(call)["merges"] == "ok"


@pytest.mark.usefixtures("no_slurm")
def test_outside_a_registry_the_machine_is_looked_at(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["-C", str(tmp_path), "doctor", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [entry["check"] for entry in found] == ["ckreg", "git", "identity", "slurm", "settings"]
    assert list(tmp_path.iterdir()) == [tmp_path / "bin"]


@pytest.mark.usefixtures("no_slurm")
def test_this_host_is_noted_on_a_network_filesystem(
    call: Caller, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mountinfo = tmp_path / "mountinfo"
    mountinfo.write_text("1 0 0:1 / / rw - nfs4 nas:/x rw\n")
    monkeypatch.setattr(kind, "MOUNTINFO", mountinfo)
    (home.state / "lock").unlink()
    (home.state / "lock.kind").unlink()
    (home.state / "commit_hosts").write_text("elsewhere*\n")
    said = call("status", "set", EXPERIMENT, "L1B_rank4", "--status", "running", "--json")
    assert said.code == 0
    assert json.loads(said.out)["committed"] is False
    told = call("status", "flush")
    assert told.code == 0
    assert "does not commit here" in told.err
    assert _states(call)["hosts"] == "ok"
    assert call("status", "flush").code == 0
    assert "running" in home.summary(EXPERIMENT).read_text()


@pytest.fixture
def killed(home: Home) -> int:
    """The number of a process that was killed with the lock in its hands, on a network filesystem."""
    (home.state / "lock").unlink()
    (home.state / "lock.kind").write_text("link nfs4\n")
    process = _holder(home)
    process.kill()
    process.communicate()
    return process.pid


def _holder(home: Home) -> subprocess.Popen[str]:
    words = [sys.executable, "-c", HOLD, str(home.root)]
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_dead_holder_is_told_at_once_and_its_lock_broken(call: Caller, home: Home, killed: int) -> None:
    begin = time.monotonic()
    said = call("status", "set", EXPERIMENT, "L1B_rank4", "--status", "running")
    assert time.monotonic() - begin < 30  # not the minute that it would wait for one that lives
    assert said.code == 5
    assert f"process {killed}" in said.err
    assert "ckreg doctor --break-lock" in said.err
    asked = call("doctor", "--break-lock")
    assert asked.code == 2
    assert "--yes" in asked.err
    assert f"process {killed}" in asked.err
    done = call("doctor", "--break-lock", "--yes", "--json")
    assert done.code == 0
    told = json.loads(done.out)
    assert told["broken"] is True
    assert told["holder"]["pid"] == killed
    assert call("status", "flush").code == 0
    assert "running" in home.summary(EXPERIMENT).read_text()


def test_ckreg_alone_names_the_doctor_where_something_is_off(call: Caller, home: Home, killed: int) -> None:
    assert killed
    said = call()
    assert said.code == 0
    assert "ckreg doctor" in said.out
    assert "who holds the lock has ended" in said.out
    (home.state / "lock").unlink()
    assert "doctor" not in call().out


@pytest.mark.parametrize("lock", ["flock ext4\n", "link nfs4\n"])
def test_a_living_holders_lock_is_not_broken(call: Caller, home: Home, lock: str) -> None:
    (home.state / "lock").unlink(missing_ok=True)
    (home.state / "lock.kind").write_text(lock)
    with _holder(home) as process:
        said = call("doctor", "--break-lock", "--yes")
        assert said.code == 4
        assert f"kill {process.pid}" in said.err
        assert (home.state / "lock").exists()
        process.send_signal(signal.SIGKILL)


def test_a_free_lock_is_left_alone(call: Caller, home: Home) -> None:
    said = call("doctor", "--break-lock", "--yes")
    assert said.code == 0
    assert "Nobody holds the lock" in said.err
    assert (home.state / "lock").exists()


@pytest.mark.parametrize("content", ["", "nonsense", "\x1b[2J"])
def test_a_lock_that_names_nobody_can_be_broken(call: Caller, home: Home, content: str) -> None:
    (home.state / "lock.kind").write_text("link nfs4\n")
    (home.state / "lock").write_text(content)
    said = call("doctor", "--break-lock", "--yes")
    assert said.code == 0
    assert "\x1b" not in said.err
    assert not (home.state / "lock").exists()
