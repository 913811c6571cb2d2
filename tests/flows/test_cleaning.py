"""Deleting what nothing needs, and nothing else."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Collection
from pathlib import Path

import pytest

from ckreg.adapters import removal
from ckreg.adapters.slurm import Slurm
from ckreg.adapters.tree import Home
from ckreg.commands.clean import Cleaning, clean, cleanable
from ckreg.core.scheduler.port import QueueAnswer
from ckreg.core.scheduler.queue import Queued
from ckreg.errors import BusyError, CkregError, MalformedError, NotFoundError, RefusedError
from ckreg.flows.cleaning import looked_over
from tests.cli.calls import Caller
from tests.experiments import NAME, plan
from tests.stand_ins import StandIn

Git = Callable[..., str]


@pytest.fixture
def slurm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    return StandIn(tmp_path / "bin", monkeypatch)


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CKREG_SCRATCH_DIR", str(tmp_path / "scratch"))
    return tmp_path / "scratch" / NAME


@pytest.fixture
def registry(empty: Home, scratch: Path, slurm: StandIn) -> Home:  # noqa: ARG001  # no cluster is asked
    plan(empty, {"a": "true", "b": "true", "c": "true"}, ("a",), logs=scratch)
    return empty


@pytest.fixture
def call(registry: Home, capsys: pytest.CaptureFixture[str]) -> Caller:
    return Caller(registry.root, capsys)


def _put(folder: Path, *, seconds_ago: float = 7200) -> Path:
    """A folder with a file, as it was written that long ago."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.safetensors").write_bytes(b"x" * 5000)
    then = time.time() - seconds_ago
    os.utime(folder, (then, then))
    return folder


def _paths(found: Cleaning) -> list[Path]:
    return [each.path for each in found.spare]


def _why(found: Cleaning) -> str:
    return "; ".join(each.why for each in found.kept)


@pytest.fixture
def failed(call: Caller, scratch: Path) -> Path:
    """A checkpoint that may go."""
    assert call("status", "set", NAME, "b", "--status", "failed").code == 0
    return _put(scratch / "ck-out-b" / "epoch_0")


def test_what_may_go(registry: Home, call: Caller, failed: Path, scratch: Path) -> None:
    call("status", "set", NAME, "a", "--status", "completed")
    kept = _put(scratch / "ck-out-a" / "epoch_0")
    extra = _put(scratch / "ck-out-a" / "epoch_1")
    gone = _put(scratch / "ck-out-gone")
    _put(scratch / "ck-out-c" / "epoch_0")
    _put(scratch / "other")
    found = cleanable(registry, NAME[:8], ())
    assert _paths(found) == [extra, failed, gone]
    assert found.bytes >= 3 * 5000
    done = clean(registry, found)
    assert (done.problems, [each.path for each in done.deleted]) == ((), [extra, failed, gone])
    assert kept.is_dir()
    assert not any(path.exists() for path in (extra, failed, gone))
    assert (scratch / "ck-out-c" / "epoch_0").is_dir()
    assert not [path for path in scratch.rglob("*") if "trash" in path.name]


def test_it_is_recorded_in_one_commit(registry: Home, failed: Path, git: Git) -> None:
    before = git(registry.root, "rev-parse", "HEAD").strip()
    done = clean(registry, cleanable(registry, NAME, ()))
    assert git(registry.root, "rev-parse", "HEAD^").strip() == before
    assert done.commit == git(registry.root, "rev-parse", "HEAD").strip()
    message = git(registry.root, "log", "-1", "--format=%B")
    assert message.startswith(f"clean: {NAME}, 1 folder, ")
    assert f"{failed} (" in message
    journal = (registry.experiments / NAME / "design-experiment.log").read_text()
    assert journal.startswith("[2025-10-22 14:23:15] CLEAN: Deleted 1 folder of output, ")
    assert f"Deleted: {failed} (" in journal
    assert git(registry.root, "status", "--porcelain") == ""


def test_some_runs_only(registry: Home, failed: Path, scratch: Path) -> None:
    gone = _put(scratch / "ck-out-gone")
    assert _paths(cleanable(registry, NAME, ("b",))) == [failed]
    assert _paths(cleanable(registry, NAME, ("*gone",))) == [gone]
    with pytest.raises(NotFoundError, match="no run 'nobody'"):
        cleanable(registry, NAME, ("nobody",))


def test_links_are_not_followed(registry: Home, failed: Path, scratch: Path, tmp_path: Path) -> None:
    precious = _put(tmp_path / "precious")
    (failed / "link").symlink_to(precious)
    _put(failed)
    (failed.parent / "epoch_1").symlink_to(precious)
    (scratch / "ck-out-gone").symlink_to(precious)
    found = cleanable(registry, NAME, ())
    assert _paths(found) == [failed]
    assert _why(found).count("links are not followed") == 2
    clean(registry, found)
    assert (precious / "model.safetensors").is_file()
    assert not failed.exists()


def test_the_experiments_folder_must_be_one_itself(registry: Home, failed: Path, scratch: Path) -> None:
    elsewhere = scratch.with_name("elsewhere")
    scratch.rename(elsewhere)
    scratch.symlink_to(elsewhere)
    assert _paths(cleanable(registry, NAME, ())) == []
    assert (elsewhere / "ck-out-b" / failed.name).is_dir()


def test_a_folder_that_was_swapped_for_a_link_is_left_alone(
    registry: Home, failed: Path, tmp_path: Path
) -> None:
    found = cleanable(registry, NAME, ())
    precious = _put(tmp_path / "precious")
    failed.rename(tmp_path / "aside")
    failed.symlink_to(precious)
    done = clean(registry, found)
    assert done.deleted == ()
    assert "is needed by now" in done.problems[0]
    assert (precious / "model.safetensors").is_file()
    failed.unlink()
    failed.parent.rename(tmp_path / "run")
    failed.parent.symlink_to(tmp_path)
    with pytest.raises(CkregError):
        removal.put_aside(failed.parent / "precious")


def test_what_git_tracks_stays(registry: Home, failed: Path, scratch: Path, git: Git) -> None:
    git(scratch, "init", "--quiet")
    git(scratch, "add", "ck-out-b/epoch_0")
    found = cleanable(registry, NAME, ())
    assert (_paths(found), _why(found)) == ([], "git tracks files in it")
    git(scratch, "rm", "--quiet", "--cached", "-r", ".")
    assert _paths(cleanable(registry, NAME, ())) == [failed]


def test_what_a_job_may_still_write_stays(registry: Home, call: Caller, failed: Path, slurm: StandIn) -> None:
    call("status", "set", NAME, "b", "--job-id", "77")
    slurm.says("squeue", "77|77|RUNNING|None|N/A|anything")
    found = cleanable(registry, NAME, ())
    assert (_paths(found), _why(found)) == ([], "job 77 is running")
    assert len(slurm.called("squeue")) == 1
    slurm.says("squeue", "77|77|COMPLETED|None|N/A|anything")
    assert _paths(cleanable(registry, NAME, ())) == [failed]
    slurm.fails("squeue", "slurm_load_jobs error: Unable to contact slurm controller")
    assert "may still run" in _why(cleanable(registry, NAME, ()))


class _Queue(Slurm):
    """A queue that knows one job, which runs."""

    def __init__(self, job: str) -> None:
        self.job = job

    def queued(self, jobs: Collection[str]) -> QueueAnswer:
        known = [Queued(self.job, self.job, "RUNNING", None, None, "b")] if self.job in jobs else []
        return QueueAnswer(tuple(known))


@pytest.mark.parametrize("job", ["77", "77_3", "L77"])
def test_whatever_the_scheduler_calls_its_jobs(registry: Home, call: Caller, failed: Path, job: str) -> None:
    call("status", "set", NAME, "b", "--job-id", job)
    assert _why(looked_over(registry, NAME, (), _Queue(job))) == f"job {job} is running"
    assert _paths(looked_over(registry, NAME, (), _Queue("78"))) == [failed]


def test_a_run_that_was_dropped_while_its_job_runs_stays(
    registry: Home, call: Caller, scratch: Path, slurm: StandIn, git: Git
) -> None:
    call("status", "set", NAME, "c", "--status", "running", "--job-id", "78")
    gone = _put(scratch / "ck-out-c")
    document = registry.summary(NAME)
    document.write_text(
        "".join(line for line in document.read_text().splitlines(True) if "| c |" not in line)
    )
    assert _paths(cleanable(registry, NAME, ())) == []  # the commit still has it
    git(registry.root, "commit", "--quiet", "-am", "drop c")
    slurm.says("squeue", "78|78|PENDING|Priority|N/A|anything")
    assert _why(cleanable(registry, NAME, ())) == "job 78 is pending"
    slurm.says("squeue", "")
    assert _paths(cleanable(registry, NAME, ())) == [gone]
    git(registry.root, "branch", "colleague", "HEAD^")
    assert _paths(cleanable(registry, NAME, ())) == []  # another branch has it


def test_what_was_written_to_lately_stays(registry: Home, failed: Path) -> None:
    (failed.parent / "slurm-1.out").write_text("still here\n")
    assert "written to 0 min ago" in _why(cleanable(registry, NAME, ()))


def test_what_another_plan_names_stays(registry: Home, failed: Path) -> None:
    other = registry.experiments / "other_2025-01-01" / "experiment_summary.md"
    other.parent.mkdir()
    other.write_text(f"### Checkpoints Used\n- b: `{failed}`\n")
    assert "other_2025-01-01/experiment_summary.md names it" in _why(cleanable(registry, NAME, ()))


def test_what_a_request_that_waits_is_of_stays(registry: Home, call: Caller, failed: Path) -> None:
    assert failed.is_dir()
    assert call("status", "set", NAME, "b", "--status", "running", "--spool").code == 0
    assert "a status request of it waits" in _why(cleanable(registry, NAME, ()))


def test_a_document_without_runs_makes_nothing_spare(registry: Home, failed: Path) -> None:
    registry.summary(NAME).write_text("# Experiment\n")
    with pytest.raises(MalformedError, match="names no runs"):
        cleanable(registry, NAME, ())
    assert failed.is_dir()


def test_without_scratch_dir(registry: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CKREG_SCRATCH_DIR")
    with pytest.raises(RefusedError, match="scratch_dir is not set"):
        cleanable(registry, NAME, ())


def test_where_it_cannot_be_recorded_nothing_is_deleted(registry: Home, failed: Path, git: Git) -> None:
    found = cleanable(registry, NAME, ())
    git(registry.root, "checkout", "--quiet", "--detach")
    with pytest.raises(BusyError):
        clean(registry, found)
    assert (failed / "model.safetensors").is_file()


@pytest.mark.parametrize("step", ["ckreg.flows.cleaning._record", "ckreg.adapters.removal.remove"])
def test_what_a_killed_call_put_aside_is_found_again(registry: Home, failed: Path, step: str) -> None:
    code = (
        "import os, signal\nfrom pathlib import Path\n"
        f"import {step.rpartition('.')[0]} as room\n"
        f"room.{step.rpartition('.')[2]} = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "from ckreg.adapters.tree import Home\nfrom ckreg.commands.clean import clean, cleanable\n"
        f"home = Home(Path({str(registry.root)!r}))\nclean(home, cleanable(home, {NAME!r}, ()))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False)
    assert done.returncode == -9
    assert not failed.exists()
    (aside,) = failed.parent.iterdir()
    assert (aside / "model.safetensors").is_file()
    found = cleanable(registry, NAME, ())
    assert (_paths(found), found.spare[0].why) == ([aside], "an interrupted `ckreg clean` left it")
    clean(registry, found)
    assert list(failed.parent.iterdir()) == []


def test_on_the_command_line(call: Caller, failed: Path) -> None:
    said = call("clean", NAME)
    assert said.code == 0
    assert "epoch_0" in said.out
    assert "--yes does it" in said.err
    said = call("clean", NAME, "--dry-run", "--yes")
    assert (said.code, failed.is_dir()) == (0, True)
    assert "--dry-run" in said.err
    said = call("clean", NAME, "--json")
    assert (f'"path": "{failed}"' in said.out, failed.is_dir()) == (True, True)
    said = call("clean", NAME, "--yes")
    assert (said.code, failed.exists()) == (0, False)
    assert said.out.splitlines()[-1].startswith("Deleted 1 folder, ")
    assert "There is nothing to delete." in call("clean", NAME, "--yes").err
