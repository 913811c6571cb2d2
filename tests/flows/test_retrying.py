"""Sending again what failed, with stand-ins on PATH for Slurm's programs; tests/slurm has the real one."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from ckreg.adapters.clock import now
from ckreg.adapters.slurm import Slurm
from ckreg.adapters.tree import Home, read_text
from ckreg.core.measure.measurement import Outcome
from ckreg.core.scheduler.notes import with_notes
from ckreg.core.status import Source, Status, StatusRequest
from ckreg.core.summary import parse
from ckreg.errors import NotFoundError, RefusedError
from ckreg.flows.recording import record
from ckreg.flows.refreshing import fresh_cache
from ckreg.flows.retrying import Resent, Wanted, plan_retry, retry
from ckreg.flows.sealing import seal_experiment
from ckreg.flows.submitting import How, plan_submission, send
from tests.experiments import NAME, plan
from tests.stand_ins import StandIn

Git = Callable[..., str]
SLURM = Slurm()
TIMED_OUT = "sacct: TIMEOUT 0:0; job {job}; submitted 2026-11-23T10:00:00, elapsed 3600 s, limit 3600 s"
CONFIG = """\
output_dir: {out}
epochs: 4
batch_size: 4
gradient_accumulation_steps: 1
resume_from_checkpoint: false
"""


@pytest.fixture
def slurm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    found = StandIn(tmp_path / "bin", monkeypatch)
    found.says("sacct", "")
    return found


@pytest.fixture
def registry(empty: Home, tmp_path: Path, slurm: StandIn, git: Git) -> Home:
    """Runs a and b, sent once, of which a has an evaluation; a's script is torchtune's."""
    assert not slurm.jobs
    body = "tune run lora_finetune_single_device --config finetune.yaml"
    options = "#SBATCH --time=1:00:00\n#SBATCH --mem=64G\n"
    plan(empty, {"a": body, "b": "true"}, ("a",), options, logs=tmp_path / "scratch")
    config = empty.experiments / NAME / "a" / "finetune.yaml"
    config.write_text(CONFIG.format(out=tmp_path / "scratch" / "ck-out-a"))
    git(empty.root, "add", ".")
    git(empty.root, "commit", "-qm", "config")
    send(empty, plan_submission(empty, NAME, How(arrays=False), SLURM), How(arrays=False), SLURM)
    return empty


def fails(home: Home, run: str, note: str, evidence: str, task: str | None = None) -> None:
    there = rows(home)
    job, old = there[run][1] or "", there[run if task is None else f"{run}/{task}"][2]
    request = StatusRequest(
        id=f"{run}{task}{job}",
        experiment=NAME,
        run=run,
        task=task,
        epoch=None if task is None else "0",
        at=now(),
        status=Status.FAILED,
        by=Source.SACCT,
        note=with_notes(old, [note]),
        evidence=evidence.format(job=job),
    )
    assert not record(home, [request]).refused


def times_out(home: Home, run: str = "a") -> None:
    fails(home, run, "TIMEOUT after 1 h 00 min", TIMED_OUT)


def again(home: Home, *runs: str, anew: bool = False) -> Resent:
    return retry(home, plan_retry(home, NAME, Wanted(runs, anew)), SLURM)


def rows(home: Home) -> dict[str, tuple[str | None, str | None, str | None]]:
    summary = parse(read_text(home.summary(NAME)))
    found = {row.run_name: (row.status, row.job_id, row.notes) for row in summary.fine_tuning}
    return found | {
        f"{row.run_name}/{row.task}": (row.status, row.job_id, row.notes) for row in summary.evaluations
    }


def script(home: Home, run: str = "a") -> str:
    return (home.experiments / NAME / run / "finetune.slurm").read_text()


def log(tmp_path: Path, job: str, text: str, run: str = "a") -> None:
    (tmp_path / "scratch" / f"ck-out-{run}" / f"slurm-{job}.out").write_text(text)


def test_nothing_failed(registry: Home) -> None:
    found = plan_retry(registry, NAME, Wanted())
    assert (found.retried, found.left) == ((), ())


def test_more_time_and_the_evaluation_behind_it(registry: Home, slurm: StandIn, git: Git) -> None:
    times_out(registry)
    fails(registry, "a", "CANCELLED before it started", "sacct: CANCELLED", task="cap")
    done = again(registry)
    assert "#SBATCH --time=2:00:00\n" in script(registry)
    assert done.commit is not None
    assert [str(key) for key, _ in done.sent.jobs] == ["a", "a, cap, epoch 0"]
    assert slurm.called("sbatch")[-1][4] == "--dependency=afterok:104"
    assert rows(registry) == {
        "a": ("pending", "104", "attempt 1: TIMEOUT after 1 h 00 min, then time 1:00:00 to 2:00:00"),
        "b": ("pending", "102", None),
        "a/cap": ("pending", "105", None),
    }
    subjects = git(registry.root, "log", "--format=%s", "-3").splitlines()
    assert subjects[0].startswith("status: 2 updates")
    assert subjects[1].startswith("status: 2 updates")
    assert subjects[2] == f"retry: {NAME} (a)"
    assert git(registry.root, "status", "--porcelain") == ""
    told = git(registry.root, "log", "-1", "--skip=1", "--format=%(trailers:key=Ckreg-Status,valueonly)")
    first = json.loads(told.splitlines()[0])
    assert (first["from"], first["to"], first["by"]) == ("failed", "pending", "person")
    assert first["evidence"].startswith("retry: attempt 2 after timeout of job 101: time 1:00:00 to 2:00:00")


def test_only_the_runs_that_are_wanted(registry: Home) -> None:
    times_out(registry, "a")
    times_out(registry, "b")
    assert [str(key) for key, _ in again(registry, "b").sent.jobs] == ["b"]
    assert rows(registry)["a"][0] == "failed"
    with pytest.raises(NotFoundError, match="no run 'c'"):
        plan_retry(registry, NAME, Wanted(("c",)))


def test_what_the_log_shows(registry: Home, tmp_path: Path) -> None:
    # 30 of 120 steps in an hour: all take four hours, with a fifth more 4.8 hours.
    shown = (
        f"1|{step}|Loss: 1.5: {step * 100 // 120}%|#| {step}/120 [{step * 2}:00<00:00, 120.0s/it]"
        for step in range(1, 31)
    )
    head = "INFO:torchtune.utils._logging:Running LoRAFinetuneRecipeSingleDevice with resolved config:"
    bars = "\r".join(shown)
    log(tmp_path, "101", f"{head}\n\nbatch_size: 4\nepochs: 1\n\n{bars}\n")
    times_out(registry)
    [found] = plan_retry(registry, NAME, Wanted()).retried
    assert (found.failed.done, found.failed.total) == (30, 120)
    assert [change.words for change in found.corrected.changes] == ["time 1:00:00 to 4:50:00"]


def test_half_the_batch_is_no_change_of_the_plan(registry: Home) -> None:
    seal = (registry.experiments / NAME / "plan.seal").read_bytes()
    fails(registry, "a", "out of GPU memory, exit 1 after 3 min", "sacct: FAILED 1:0; job {job}")
    again(registry)
    config = (registry.experiments / NAME / "a" / "finetune.yaml").read_text()
    assert "\nbatch_size: 2\n" in config
    assert "\ngradient_accumulation_steps: 2\n" in config
    assert "# ckreg retry, attempt 2: batch_size 4 to 2" in config
    assert (registry.experiments / NAME / "plan.seal").read_bytes() == seal
    assert seal_experiment(registry, NAME, dry_run=True).commit is None  # the plan is as it was


def test_more_memory(registry: Home) -> None:
    fails(
        registry,
        "a",
        "OUT_OF_MEMORY (63 GiB) after 3 min",
        "sacct: OUT_OF_MEMORY 0:125; job {job}; max RSS 63 GiB",
    )
    again(registry)
    assert "#SBATCH --mem=128G\n" in script(registry)


def test_more_memory_that_was_written_since_is_not_doubled(registry: Home, git: Git) -> None:
    evidence = "sacct: OUT_OF_MEMORY 0:125; job {job}; max RSS 63 GiB"
    fails(registry, "a", "OUT_OF_MEMORY (63 GiB) after 3 min", evidence)
    path = registry.experiments / NAME / "a" / "finetune.slurm"
    path.write_text(path.read_text().replace("--mem=64G", "--mem=96G"))
    git(registry.root, "commit", "-qam", "more memory")
    [found] = plan_retry(registry, NAME, Wanted()).retried
    assert found.corrected.changes == ()
    assert found.corrected.reasons == ("out of memory at 63 GiB with 64G; the script asks for 96G already",)
    again(registry)
    assert "#SBATCH --mem=96G\n" in script(registry)
    # The job that was sent then had that much.
    fails(registry, "a", "OUT_OF_MEMORY (95 GiB) after 3 min", evidence)
    [found] = plan_retry(registry, NAME, Wanted()).retried
    assert [change.words for change in found.corrected.changes] == ["mem 96G to 192G"]


def test_a_failed_node_changes_nothing(registry: Home) -> None:
    before = script(registry)
    fails(registry, "a", "NODE_FAIL after 3 min", "sacct: NODE_FAIL 0:0; job {job}")
    assert again(registry).commit is None
    assert script(registry) == before
    assert rows(registry)["a"] == ("pending", "104", "attempt 1: NODE_FAIL after 3 min")


def test_an_unknown_failure_is_left_unless_named(registry: Home, tmp_path: Path) -> None:
    log(tmp_path, "101", "Traceback (most recent call last):\n  File \"x\"\nKeyError: 'input'\n")
    fails(registry, "a", "exit 1 after 3 min", "sacct: FAILED 1:0; job {job}")
    for runs in ((), ("*",)):
        found = plan_retry(registry, NAME, Wanted(runs))
        assert found.retried == ()
        [left] = found.left
        assert "KeyError: 'input'" in left.evidence
        assert left.attempt == 2
    assert [str(key) for key, _ in again(registry, "a").sent.jobs] == ["a", "a, cap, epoch 0"]


def test_from_the_last_checkpoint(registry: Home, tmp_path: Path) -> None:
    out = tmp_path / "scratch" / "ck-out-a"
    (out / "epoch_0").mkdir()
    (out / "epoch_0" / "adapter_model.pt").write_bytes(b"w")
    (out / "recipe_state").mkdir()
    with zipfile.ZipFile(out / "recipe_state" / "recipe_state.pt", "w") as archive:
        archive.writestr("data.pkl", "x")
    fails(registry, "a", "PREEMPTED after 3 min", "sacct: PREEMPTED 0:0; job {job}")
    [found] = plan_retry(registry, NAME, Wanted(anew=True)).retried
    assert found.files == ()
    [found] = plan_retry(registry, NAME, Wanted()).retried
    assert found.corrected.reasons[-1] == "goes on after 1 of 4 epochs"
    assert "resume_from_checkpoint: true" in found.files[0].after


def test_an_evaluation_alone(registry: Home) -> None:
    fails(registry, "a", "", "")  # so that its row has ended
    request = StatusRequest(
        id="c", experiment=NAME, run="a", at=now(), status=Status.COMPLETED, by=Source.SACCT
    )
    record(registry, [request])
    fails(registry, "a", "NODE_FAIL after 3 min", "sacct: NODE_FAIL 0:0; job 103", task="cap")
    assert [str(key) for key, _ in again(registry).sent.jobs] == ["a, cap, epoch 0"]


def test_attempts_are_counted(registry: Home) -> None:
    times_out(registry)
    again(registry)
    times_out(registry)
    found = plan_retry(registry, NAME, Wanted())
    assert [each.attempt for each in found.retried] == [3]
    assert found.only(lambda each: each.attempt < 3).left[0].why.endswith("--attempt 3")
    again(registry)
    notes = str(rows(registry)["a"][2])
    assert notes.startswith("attempt 1: TIMEOUT after 1 h 00 min, then time 1:00:00 to 2:00:00; attempt 2: ")
    with fresh_cache(registry) as cache:
        told = cache.rows(
            "SELECT attempt, job FROM attempts WHERE run = 'a' AND task IS NULL ORDER BY attempt"
        )
    assert [(row["attempt"], row["job"]) for row in told] == [(1, "101"), (2, "104")]


def test_killed_before_it_was_set_to_pending(registry: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    times_out(registry)
    with monkeypatch.context() as patched:
        patched.setattr("ckreg.flows.retrying.record", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            again(registry)
    corrected = script(registry)
    assert rows(registry)["a"][0] == "failed"
    again(registry)
    assert script(registry) == corrected
    assert rows(registry)["a"][1] == "104"


def test_killed_before_it_was_sent(registry: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    times_out(registry)
    with monkeypatch.context() as patched:
        patched.setattr("ckreg.flows.retrying.send", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            again(registry)
    how = How(arrays=False)
    sent = send(registry, plan_submission(registry, NAME, how, SLURM), how, SLURM)
    assert str(sent.jobs[0][0]) == "a"


def test_edits_that_are_not_finished_stay_so(registry: Home, git: Git) -> None:
    path = registry.experiments / NAME / "a" / "finetune.slurm"
    path.write_text(path.read_text() + "# half a thought")
    times_out(registry)
    again(registry)
    assert path.read_text().endswith("# half a thought")
    assert "half a thought" not in git(registry.root, "show", f"HEAD:experiments/{NAME}/a/finetune.slurm")
    assert "--time=2:00:00" in git(registry.root, "show", f"HEAD:experiments/{NAME}/a/finetune.slurm")


def test_a_changed_plan_that_is_sealed_refuses(registry: Home, git: Git) -> None:
    times_out(registry)
    path = registry.summary(NAME)
    path.write_text(path.read_text().replace("| b | L1B | 2 | 4 |", "| b | L1B | 2 | 8 |"))
    git(registry.root, "commit", "-qam", "by hand", "--no-verify")
    before = script(registry)
    with pytest.raises(RefusedError, match="ckreg amend"):
        plan_retry(registry, NAME, Wanted())
    assert script(registry) == before


def test_a_config_behind_a_link_is_not_changed(registry: Home, tmp_path: Path) -> None:
    times_out(registry)
    config = registry.experiments / NAME / "a" / "finetune.yaml"
    (tmp_path / "other.yaml").write_text(config.read_text())
    config.unlink()
    config.symlink_to(tmp_path / "other.yaml")
    with pytest.raises(RefusedError, match="link"):
        plan_retry(registry, NAME, Wanted())


def test_the_outcome_that_is_known(registry: Home) -> None:
    times_out(registry)
    [found] = plan_retry(registry, NAME, Wanted()).retried
    assert found.failed.outcome is Outcome.TIMEOUT
    assert (found.failed.limit_seconds, found.failed.job) == (3600, "101")
