"""From plan to end without Slurm: the same verbs, with processes of this machine."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ckreg.adapters import submissions
from ckreg.adapters.git import status_events
from ckreg.adapters.local import state_folder
from ckreg.adapters.local.records import Records
from ckreg.adapters.tree import Home, read_text
from ckreg.core.summary import parse
from tests.experiments import NAME, plan
from tests.waiting import until

Git = Callable[..., str]
Rows = dict[str, tuple[str | None, str | None, str | None]]


@pytest.fixture
def registry(empty: Home, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("CKREG_SCHEDULER", "local")
    monkeypatch.delenv("CKREG_NOW")
    return empty


def ckreg(home: Home, *words: str, before: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    call = [*before, sys.executable, "-m", "ckreg", "-C", str(home.root), *words]
    return subprocess.run(call, check=False, capture_output=True, text=True, timeout=120)


def submit(home: Home, *words: str) -> None:
    done = ckreg(home, "submit", NAME, "--yes", *words)
    assert done.returncode == 0, done.stderr


def sync(home: Home) -> str:
    done = ckreg(home, "status", "sync", NAME)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def over() -> None:
    """Wait until no job waits or runs, without asking the scheduler."""
    until(lambda: not Records(state_folder()).waiting_and_running())


def rows(home: Home) -> Rows:
    """Status, job and notes of the fine-tunes, and of the evaluations as `run/cap`."""
    summary = parse(read_text(home.summary(NAME)))
    found = {row.run_name: (row.status, row.job_id, row.notes) for row in summary.fine_tuning}
    return found | {
        f"{row.run_name}/{row.task}": (row.status, row.job_id, row.notes) for row in summary.evaluations
    }


def names() -> list[str]:
    """The names of all jobs that were sent, without the intent's id."""
    there = Records(state_folder())
    return sorted(each.name.rpartition(".")[0] for each in [*there.ended(), *there.waiting_and_running()])


def test_each_ends_as_it_did(registry: Home, tmp_path: Path, git: Git) -> None:
    bodies = {"good": "true", "three": "exit 3", "unlogged": "true"}
    plan(registry, bodies, ("good", "three"), "#SBATCH --time=5\n", logs=tmp_path / "scratch")
    script = registry.experiments / NAME / "unlogged" / "finetune.slurm"
    script.write_text(script.read_text().replace(str(tmp_path / "scratch"), "/nonexistent"))
    git(registry.root, "commit", "-qam", "elsewhere")
    submit(registry)
    assert [job for _, job, _ in rows(registry).values()] == ["L1", "L2", "L3", "L4", "L5"]
    over()
    sync(registry)
    found = rows(registry)
    assert {run: status for run, (status, _, _) in found.items()} == {
        "good": "completed",
        "three": "failed",
        "unlogged": "failed",
        "good/cap": "completed",
        "three/cap": "pending",
    }
    assert str(found["three"][2]).startswith("exit 3 after")
    assert str(found["unlogged"][2]).startswith("no log could be opened")
    assert found["three/cap"][1:] == (None, "training failed")
    told = {event.run: event for event in status_events(registry) if event.to_status == "failed"}
    assert str(told["three"].evidence).startswith(
        "queue of this machine: FAILED 3:0; job L2 of local (three."
    )
    assert submissions.intents(registry) == []
    assert ckreg(registry, "check").returncode == 0
    assert git(registry.root, "status", "--porcelain") == ""


@pytest.mark.slow
@pytest.mark.parametrize("call", ["rename", "fsync"])
def test_killed_at_any_write_nothing_is_sent_twice(registry: Home, tmp_path: Path, call: str) -> None:
    plan(registry, {"a": "true", "b": "true"}, ("a",), logs=tmp_path / "scratch")
    killed = 0
    for number in range(1, 90):
        inject = ("-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={number}")
        done = ckreg(registry, "submit", NAME, "--yes", before=("strace", "-qq", "-o", os.devnull, *inject))
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL, done.stderr
        killed += 1
    else:
        pytest.fail("it never got through")
    assert killed > 3
    over()
    sync(registry)
    assert names() == ["a", "a", "b"]
    assert {status for status, _, _ in rows(registry).values()} == {"completed"}


def test_two_submits_at_once(registry: Home, tmp_path: Path) -> None:
    plan(registry, {"a": "true", "b": "true"}, ("a",), logs=tmp_path / "scratch")
    with ThreadPoolExecutor(2) as threads:
        done = list(threads.map(lambda _: ckreg(registry, "submit", NAME, "--yes"), range(2)))
    assert [each.returncode for each in done] == [0, 0], [each.stderr for each in done]
    over()
    assert names() == ["a", "a", "b"]


def test_cancel(registry: Home, tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    plan(registry, {"long": f"read -r go < {fifo}"}, ("long",), logs=tmp_path / "scratch")
    submit(registry)
    done = ckreg(registry, "cancel", NAME, "--yes")
    assert (done.returncode, done.stdout[:16]) == (0, "Cancelled 2 jobs")
    over()
    sync(registry)
    assert rows(registry)["long"][0] == "failed"
    assert str(rows(registry)["long"][2]).startswith(f"CANCELLED by {os.getuid()}")


def test_an_option_instead_of_a_setting(
    registry: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was sent with --local is asked for here, whatever the settings say."""
    monkeypatch.delenv("CKREG_SCHEDULER")
    plan(registry, {"a": "true"}, logs=tmp_path / "scratch")
    said = ckreg(registry, "submit", NAME, "--local", "--dry-run").stdout
    assert said.startswith(f"env -C {registry.experiments / NAME / 'a'} 'SLURM_JOB_NAME=a.<id>' bash")
    submit(registry, "--local")
    over()
    sync(registry)
    assert rows(registry)["a"][0] == "completed"


def test_without_slurm_the_message_names_the_way_out(
    registry: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan(registry, {"a": "true"}, logs=tmp_path / "scratch")
    monkeypatch.setenv("CKREG_SCHEDULER", "slurm")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "git").symlink_to("/usr/bin/git")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    done = ckreg(registry, "submit", NAME, "--yes")
    assert done.returncode == 4
    assert "--local" in done.stderr
    assert submissions.intents(registry) == []
