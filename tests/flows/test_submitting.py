"""Submitting, with stand-ins on PATH for Slurm's programs; tests/slurm has the real one."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ckreg.adapters import submissions
from ckreg.adapters.slurm import Slurm
from ckreg.adapters.tree import Home, read_text
from ckreg.core.summary import parse
from ckreg.errors import BusyError, CkregError, NotFoundError, OutsideError, RefusedError
from ckreg.flows.submitting import How, Sent, orders, plan_submission, send
from tests.experiments import NAME, plan
from tests.stand_ins import StandIn

Git = Callable[..., str]
SLURM = Slurm()
SINGLY = How(arrays=False)


@pytest.fixture
def slurm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    return StandIn(tmp_path / "bin", monkeypatch)


@pytest.fixture
def registry(empty: Home, tmp_path: Path) -> Home:
    plan(empty, {"a": "true", "b": "true"}, ("a",), logs=tmp_path / "scratch")
    return empty


def submit(home: Home, how: How = SINGLY) -> Sent:
    return send(home, plan_submission(home, NAME, how, SLURM), how, SLURM)


def job_ids(home: Home) -> list[str | None]:
    summary = parse(read_text(home.summary(NAME)))
    return [row.job_id for row in summary.fine_tuning] + [row.job_id for row in summary.evaluations]


def test_the_plan_is_sealed_and_the_jobs_are_in_the_table(registry: Home, slurm: StandIn, git: Git) -> None:
    sent = submit(registry)
    assert job_ids(registry) == ["101", "102", "103"]
    assert [job for _, job in sent.jobs] == ["101", "102", "103"]
    subjects = git(registry.root, "log", "--format=%s", "-2").splitlines()
    assert subjects[0].startswith("status: 3 updates")
    assert subjects[1].startswith("seal: ")
    assert git(registry.root, "status", "--porcelain") == ""
    calls = slurm.called("sbatch")
    assert calls[0][1] == str(registry.experiments / NAME / "a")
    assert calls[0][2] == "--parsable"
    assert calls[2][4:] == ["--dependency=afterok:101", "--kill-on-invalid-dep=yes", "eval.slurm"]
    told = git(registry.root, "log", "-1", "--format=%(trailers:key=Ckreg-Status,valueonly)").splitlines()[0]
    name = calls[0][3].partition("=")[2]
    assert json.loads(told)["evidence"].startswith(f"sbatch: {name} submitted 20")


def test_a_second_call_sends_nothing(registry: Home, slurm: StandIn) -> None:
    submit(registry)
    assert submit(registry).jobs == ()
    assert len(slurm.called("sbatch")) == 3


def test_runs_that_are_alike_are_one_array(registry: Home, slurm: StandIn) -> None:
    slurm.says("scontrol", "MaxArraySize            = 1001\n")
    submit(registry, How())
    assert job_ids(registry) == ["101_0", "101_1", "102"]
    assert slurm.called("sbatch")[0][4] == "--array=0-1"
    assert slurm.called("sbatch")[1][4] == "--dependency=afterok:101_0"


def test_no_more_than_max_submit(registry: Home, slurm: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CKREG_MAX_SUBMIT", "4")
    slurm.says("squeue", "1\n2\n")
    sent = submit(registry)
    assert [str(key) for key, _ in sent.jobs] == ["a", "a, cap, epoch 0"]
    assert sent.left == 1


def test_errors_in_the_document_refuse(registry: Home, slurm: StandIn) -> None:
    path = registry.summary(NAME)
    path.write_text(path.read_text().replace("| a | pending |", "| a | waiting |"))
    with pytest.raises(RefusedError, match="ckreg check"):
        submit(registry)
    assert slurm.calls == []


def test_a_changed_plan_that_is_sealed_refuses(registry: Home, slurm: StandIn, git: Git) -> None:
    submit(registry, How(("a",), arrays=False))
    path = registry.summary(NAME)
    path.write_text(path.read_text().replace("| b | L1B | 2 | 4 |", "| b | L1B | 2 | 8 |"))
    git(registry.root, "commit", "-qam", "by hand", "--no-verify")
    with pytest.raises(RefusedError, match="ckreg amend"):
        submit(registry)
    assert slurm.jobs == ["a", "a"]


def test_a_missing_script_refuses_before_anything_is_sent(registry: Home, slurm: StandIn) -> None:
    (registry.experiments / NAME / "b" / "finetune.slurm").unlink()
    with pytest.raises(NotFoundError, match="ckreg scaffold"):
        submit(registry)
    assert slurm.called("sbatch") == []


def test_a_script_behind_a_link_is_not_sent(registry: Home, slurm: StandIn, tmp_path: Path) -> None:
    script = registry.experiments / NAME / "b" / "finetune.slurm"
    (tmp_path / "evil.slurm").write_text("#!/bin/bash\n")
    script.unlink()
    script.symlink_to(tmp_path / "evil.slurm")
    with pytest.raises(RefusedError, match="link"):
        submit(registry)
    assert slurm.called("sbatch") == []


def test_a_refusal_says_where_and_what_and_leaves_no_note(registry: Home, slurm: StandIn) -> None:
    script = registry.experiments / NAME / "a" / "finetune.slurm"
    script.write_text(script.read_text().replace("true", "#SBATCH --partition=nosuch\ntrue"))
    (slurm.folder / "refuse").write_text("sbatch: error: invalid partition specified: nosuch\n")
    with pytest.raises(RefusedError, match=r"finetune\.slurm:3: .*sinfo"):
        submit(registry)
    assert submissions.intents(registry) == []
    assert job_ids(registry) == [None, None, None]


def test_where_the_controller_is_silent_nothing_is_sent_twice(registry: Home, slurm: StandIn) -> None:
    (slurm.folder / "refuse").write_text("sbatch: error: Unable to contact slurm controller\n")
    with pytest.raises(OutsideError, match="did not answer"):
        submit(registry)
    assert len(submissions.intents(registry)) == 1
    (slurm.folder / "refuse").unlink()
    slurm.fails("squeue", "slurm_load_jobs error: Unable to contact slurm controller")
    with pytest.raises(OutsideError, match="cannot be told"):
        submit(registry)
    slurm.answers("squeue")
    long_ago(registry)
    submit(registry)
    assert slurm.jobs == ["a", "b", "a"]


def long_ago(home: Home) -> None:
    """As if the accounting's lag were over."""
    for path in (home.state / "submissions").glob("*.json"):
        told = json.loads(path.read_text())
        path.write_text(json.dumps(told | {"sent_at": told["sent_at"] - 60}))


def ckreg(home: Home, *before: str) -> int:
    call = [sys.executable, "-m", "ckreg", "-C", str(home.root), "submit", NAME, "--yes", "--no-arrays"]
    return subprocess.run([*before, *call], check=False, capture_output=True, timeout=120).returncode


def test_killed_between_sbatch_and_its_answer(registry: Home, slurm: StandIn) -> None:
    (slurm.folder / "die").touch()
    assert ckreg(registry) == -signal.SIGKILL
    assert slurm.jobs == ["a"]
    assert job_ids(registry) == [None, None, None]
    (slurm.folder / "die").unlink()
    assert ckreg(registry) == 0
    assert slurm.jobs == ["a", "b", "a"]
    assert job_ids(registry) == ["101", "102", "103"]
    assert all(intent.recorded for intent in submissions.intents(registry))


@pytest.mark.slow
@pytest.mark.parametrize("call", ["rename", "fsync"])
def test_killed_at_any_write_nothing_is_sent_twice(registry: Home, slurm: StandIn, call: str) -> None:
    """`kill -9` at the 1st, 2nd, ... time that it replaces or syncs a file, until it gets through."""
    killed = 0
    for number in range(1, 60):
        inject = f"inject={call}:signal=KILL:when={number}"
        code = ckreg(registry, "strace", "-qq", "-o", os.devnull, "-e", f"trace={call}", "-e", inject)
        long_ago(registry)
        if code == 0:
            break
        killed += 1
    else:
        pytest.fail("it never got through")
    assert killed > 3
    assert sorted(slurm.jobs) == ["a", "a", "b"]
    assert sorted(filter(None, job_ids(registry))) == ["101", "102", "103"]


def test_while_an_sbatch_is_under_way_nobody_else_sends(registry: Home, slurm: StandIn) -> None:
    with submissions.sending(registry, timeout_seconds=1) as held:
        child = subprocess.Popen(["sleep", "60"], pass_fds=(held,))
    try:
        with pytest.raises(BusyError, match="submit"), submissions.sending(registry, timeout_seconds=0.3):
            pass
    finally:
        child.kill()
        child.wait()
    with submissions.sending(registry, timeout_seconds=5):
        pass
    assert slurm.calls == []


def test_notes_that_came_with_a_clone_are_not_believed(registry: Home, slurm: StandIn, git: Git) -> None:
    folder = registry.state / "submissions"
    folder.mkdir(parents=True)
    (folder / "0123abcd.json").write_text("{}")
    git(registry.root, "add", "-f", ".ckreg/submissions")
    git(registry.root, "commit", "-qm", "evil", "--no-verify")
    with pytest.raises(RefusedError, match="clone"):
        submit(registry)
    assert slurm.called("sbatch") == []


def test_a_note_that_cannot_be_read_stops_all(registry: Home, slurm: StandIn) -> None:
    (registry.state / "submissions").mkdir(parents=True)
    (registry.state / "submissions" / "0123abcd.json").write_text("{")
    with pytest.raises(CkregError, match="0123abcd"):
        submit(registry)
    assert slurm.called("sbatch") == []


def test_a_dry_run_writes_nothing(registry: Home, slurm: StandIn) -> None:
    planned = plan_submission(registry, NAME, SINGLY, SLURM)
    lines = [SLURM.shown(order) for order in orders(registry, planned)]
    assert lines[2][3:5] == ["--dependency=afterok:<job 1>", "--kill-on-invalid-dep=yes"]
    assert not (registry.state / "submissions").exists()
    assert slurm.called("sbatch") == []


def test_folders_for_logs_are_made_below_scratch_dir_alone(
    registry: Home, slurm: StandIn, tmp_path: Path
) -> None:
    there, elsewhere = tmp_path / "scratch" / "50 %" / "ck-out-a", tmp_path / "elsewhere"
    for run, folder in (("a", there), ("b", elsewhere)):
        script = registry.experiments / NAME / run / "finetune.slurm"
        output = str(folder).replace("%", "%%")
        script.write_text(f'#!/bin/bash\n#SBATCH --output="{output}/slurm-%j.out"\ntrue\n')
    planned = plan_submission(registry, NAME, SINGLY, Slurm())
    assert [warning.partition(" is not there")[0] for warning in planned.warnings] == [str(elsewhere)]
    assert not there.exists()
    send(registry, planned, SINGLY, Slurm())
    assert len(slurm.called("sbatch")) == 3
    assert there.is_dir()
    assert not elsewhere.exists()


def test_a_folder_that_cannot_be_made_refuses_before_anything_is_sent(
    registry: Home, slurm: StandIn, tmp_path: Path
) -> None:
    (tmp_path / "scratch" / "ck-out-a").rmdir()
    (tmp_path / "scratch" / "ck-out-a").write_text("")
    with pytest.raises(OutsideError, match="ck-out-a cannot be made"):
        submit(registry)
    assert slurm.called("sbatch") == []
