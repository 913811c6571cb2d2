"""Syncing, with stand-ins on PATH for Slurm's programs; tests/slurm has the real one."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ckreg.adapters import submissions
from ckreg.adapters.slurm import Slurm
from ckreg.adapters.tree import Home, read_text
from ckreg.core.status import Source, Status, StatusRequest
from ckreg.core.summary import parse
from ckreg.errors import OutsideError
from ckreg.flows.submitting import How, plan_submission, send
from ckreg.flows.syncing import Synced, sync
from ckreg.flows.updates import apply, leave
from tests.documents import EXPERIMENT
from tests.experiments import NAME, plan
from tests.flows.test_updates import AT
from tests.logs import BUNDLED, LOG
from tests.stand_ins import StandIn

Git = Callable[..., str]
SLURM = Slurm()
SINGLY = How(arrays=False)
HEADER = "JobID|JobIDRaw|Cluster|State|ExitCode|Submit|Start|End|ElapsedRaw|NodeList|JobName"
TIMES = "2025-11-23T10:00:00|2025-11-23T10:00:10|2025-11-23T10:02:10|120|n1"
UNSTARTED = "2025-11-23T10:00:00|2025-11-23T10:00:10|2025-11-23T10:00:10|0|None assigned"


@pytest.fixture
def slurm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    return StandIn(tmp_path / "bin", monkeypatch)


@pytest.fixture
def registry(empty: Home, tmp_path: Path, slurm: StandIn) -> Home:
    """Two fine-tunes, a (101) and b (102), and the evaluation of a (103), sent."""
    plan(empty, {"a": "true", "b": "true"}, ("a",), logs=tmp_path / "scratch")
    send(empty, plan_submission(empty, NAME, SINGLY, SLURM), SINGLY, SLURM)
    assert slurm.jobs == ["a", "b", "a"]
    return empty


def named(home: Home, job: str) -> str:
    return next(intent.name for intent in submissions.intents(home) if intent.job == job)


def accounting(home: Home, slurm: StandIn, **states: str) -> None:
    """What sacct says: `a="COMPLETED|0:0"` and the like, `evaluation=` for 103."""
    ids = {"a": "101", "b": "102", "evaluation": "103"}
    rows = [HEADER]
    for key, state in states.items():
        times = UNSTARTED if state.startswith("CANCELLED by 0") else TIMES
        rows.append(f"{ids[key]}|{ids[key]}|lab|{state}|{times}|{named(home, ids[key])}")
    slurm.says("sacct", "\n".join(rows))


def synced(home: Home, *, dry_run: bool = False) -> Synced:
    return sync(home, [NAME], SLURM, dry_run=dry_run)


def rows(home: Home) -> list[tuple[str | None, str | None, str | None]]:
    summary = parse(read_text(home.summary(NAME)))
    trainings = [(row.status, row.job_id, row.notes) for row in summary.fine_tuning]
    return trainings + [(row.status, row.job_id, row.notes) for row in summary.evaluations]


PENDING = [("pending", "101", None), ("pending", "102", None), ("pending", "103", None)]


def test_one_question_and_one_commit(registry: Home, slurm: StandIn, git: Git) -> None:
    accounting(registry, slurm, a="COMPLETED|0:0", b="FAILED|3:0", evaluation="COMPLETED|0:0")
    before = len(slurm.calls)
    done = synced(registry)
    assert [call[0] for call in slurm.calls[before:]] == ["sacct"]
    assert rows(registry) == [
        ("completed", "101", "took 2 min"),
        ("failed", "102", "exit 3 after 2 min"),
        ("completed", "103", "took 2 min"),
    ]
    assert git(registry.root, "rev-parse", "HEAD").strip() == done.commit
    [row, _] = parse(read_text(registry.summary(NAME))).fine_tuning
    assert (row.started, row.completed) == ("2025-11-23 10:00:10", "2025-11-23 10:02:10")
    trailers = git(registry.root, "log", "-1", "--format=%(trailers:key=Ckreg-Status,valueonly)")
    told = [json.loads(line) for line in trailers.splitlines() if line]
    assert {each["by"] for each in told} == {"sacct"}
    assert "exit" not in told[1]["evidence"]
    assert told[1]["evidence"].startswith("sacct: FAILED 3:0; job 102 of lab (b.")
    assert submissions.intents(registry) == []
    assert synced(registry).asked == 0


VALIDATED = (
    "\r1|40|Loss: 4.2:  50%|##  | 40/80 [00:01<00:01]INFO:torchtune:Validation loss: 4.5\n"
    "\r1|80|Loss: 4.2: 100%|####| 80/80 [00:02<00:00]INFO:torchtune:Validation loss: 4.25\n"
    "\r2|160|Loss: 4.1: 100%|####| 80/80 [00:02<00:00]INFO:torchtune:Validation loss: 4.75\n"
)


@pytest.mark.parametrize(
    ("log", "file", "epoch"),
    [
        (VALIDATED, None, "best (0)"),
        (VALIDATED, "1\n", "best (1)"),  # what the evaluation read
        (VALIDATED, "\x1b[2J../x", "best (0)"),
        ("no loss", None, "best"),
        (None, None, "best"),
    ],
)
def test_the_best_epoch_is_told_by_the_trainings_log(  # noqa: PLR0913, PLR0917
    registry: Home, slurm: StandIn, tmp_path: Path, git: Git, log: str | None, file: str | None, epoch: str
) -> None:
    summary = registry.summary(NAME)
    summary.write_text(
        summary.read_text().replace("| a | cap | 0 | pending |", "| a | cap | best | running |")
    )
    git(registry.root, "commit", "-qam", "the best", "--no-verify")
    out = tmp_path / "scratch"
    if log:
        (out / "slurm-101.out").write_text(log)
    if file:
        (out / "best_epoch").write_text(file)
    accounting(registry, slurm, a="COMPLETED|0:0", evaluation="COMPLETED|0:0")
    synced(registry)
    [row] = parse(read_text(summary)).evaluations
    assert (row.epoch, row.status) == (epoch, "completed")


def test_a_dry_run_changes_nothing(registry: Home, slurm: StandIn, git: Git) -> None:
    accounting(registry, slurm, a="TIMEOUT|0:0")
    head = git(registry.root, "rev-parse", "HEAD")
    done = synced(registry, dry_run=True)
    assert [(change.request.run, change.request.status) for change in done.changes] == [("a", "failed")]
    assert rows(registry) == PENDING
    assert git(registry.root, "rev-parse", "HEAD") == head


def test_silence_and_lag_change_nothing(registry: Home, slurm: StandIn) -> None:
    slurm.says("sacct", HEADER)
    slurm.says("squeue", "")
    assert synced(registry).changes == ()
    slurm.says("sacct", f"{HEADER}\n101|101|lab|PENDING|0:0|x|Unknown|Unknown|0||allocation")
    assert synced(registry).changes == ()
    slurm.says("sacct", "")
    assert synced(registry).changes == ()
    assert rows(registry) == PENDING


def test_an_outage_of_the_accounting(registry: Home, slurm: StandIn) -> None:
    slurm.fails("sacct", "sacct: error: Problem talking to the database: Connection refused")
    slurm.says("squeue", f"101|101|RUNNING|None|2025-11-23T10:00:00|{named(registry, '101')}")
    done = synced(registry)
    assert rows(registry)[0][0] == "running"
    assert rows(registry)[1:] == PENDING[1:]
    assert "Connection refused" in done.warnings[0]


def test_an_outage_of_both_is_an_error(registry: Home, slurm: StandIn) -> None:
    slurm.fails("sacct", "sacct: error: Connection refused")
    slurm.fails("squeue", "slurm_load_jobs error: Unable to contact slurm controller")
    with pytest.raises(OutsideError, match="Nothing was changed"):
        synced(registry)
    assert rows(registry) == PENDING


def test_an_outage_of_the_controller_alone(registry: Home, slurm: StandIn) -> None:
    slurm.fails("squeue", "slurm_load_jobs error: Unable to contact slurm controller")
    accounting(registry, slurm, a="COMPLETED|0:0", b="PREEMPTED|0:0")
    done = synced(registry)
    assert [row[0] for row in rows(registry)] == ["completed", "pending", "pending"]
    assert "may have been put back" in done.unclear[0].why
    assert done.open == 2


def test_an_id_that_was_used_again_is_somebody_elses(registry: Home, slurm: StandIn) -> None:
    slurm.says("sacct", f"{HEADER}\n101|101|lab|FAILED|1:0|{TIMES}|theirs\n")
    done = synced(registry)
    assert rows(registry) == PENDING
    assert "another job" in done.unclear[0].why


def test_a_row_that_holds_the_place_of_our_job_is_waited_for(registry: Home, slurm: StandIn) -> None:
    slurm.says("squeue", "")
    slurm.says("sacct", f"{HEADER}\n101|101|lab|FAILED|1:0|{TIMES}|allocation\n")
    done = synced(registry)
    assert done.changes == ()
    assert "another job" not in done.unclear[0].why
    # A minute after its end the accounting will never get the name: the time of its submission must do.
    sent = next(intent for intent in submissions.intents(registry) if intent.job == "101")
    submissions.write(registry, replace(sent, sent_at=datetime(2025, 11, 23, 10, tzinfo=UTC).timestamp()))
    slurm.says("sacct", f"{HEADER}\n101|101|lab|FAILED|1:0|{TIMES}|allocation\n")
    [change] = synced(registry).changes
    assert change.request.status is Status.FAILED


def test_an_id_typed_by_hand_is_followed_unless_it_is_older_than_the_job(home: Home, slurm: StandIn) -> None:
    typed = StatusRequest(
        id="x", experiment=EXPERIMENT, run="L1B_rank4", at=AT, job="7", status=Status.RUNNING
    )  # fmt: skip
    apply(home, typed)
    slurm.says("squeue", "")
    slurm.says("sacct", f"{HEADER}\n7|7|lab|FAILED|1:0|{TIMES}|any|name\n")
    assert sync(home, [EXPERIMENT], SLURM).changes == ()
    earlier = TIMES.replace("2025-11-23", "2025-10-22")
    slurm.says("sacct", f"{HEADER}\n7|7|lab|FAILED|1:0|{earlier}|any|name\n")
    [change] = sync(home, [EXPERIMENT], SLURM).changes
    assert (change.request.run, change.request.status) == ("L1B_rank4", "failed")


def test_a_failed_training_takes_its_evaluation_back(registry: Home, slurm: StandIn) -> None:
    accounting(registry, slurm, a="FAILED|1:0", evaluation="CANCELLED by 0|0:0")
    synced(registry)
    assert rows(registry)[2] == ("pending", None, "training failed")


def test_an_evaluation_cancelled_before_its_trainings_end_is_known_waits(
    registry: Home, slurm: StandIn
) -> None:
    accounting(registry, slurm, evaluation="CANCELLED by 0|0:0")
    slurm.says("squeue", "")
    assert synced(registry).changes == ()
    accounting(registry, slurm, a="COMPLETED|0:0", evaluation="CANCELLED by 0|0:0")
    synced(registry)
    assert rows(registry)[2] == ("failed", "103", "CANCELLED by 0 before it started")


def test_what_a_job_said_itself_is_taken_first_and_explained(registry: Home, slurm: StandIn) -> None:
    said = StatusRequest(
        id="x", experiment=NAME, run="a", at=AT, job="101", status=Status.FAILED,
        by=Source.JOB, note="exit status 143",
    )  # fmt: skip
    leave(registry, [said])
    accounting(registry, slurm, a="TIMEOUT|0:0")
    synced(registry)
    assert rows(registry)[0] == ("failed", "101", "TIMEOUT after 2 min")


def test_a_jobs_own_word_gives_way_to_the_scheduler_but_a_persons_stays(
    registry: Home, slurm: StandIn
) -> None:
    for run, by in (("a", Source.JOB), ("b", Source.PERSON)):
        job = "101" if run == "a" else "102"
        said = StatusRequest(
            id=run, experiment=NAME, run=run, at=AT, job=job, status=Status.FAILED, by=by
        )  # fmt: skip
        apply(registry, said)
    accounting(registry, slurm, a="COMPLETED|0:0", b="COMPLETED|0:0")
    done = synced(registry)
    assert [row[0] for row in rows(registry)[:2]] == ["completed", "failed"]
    assert "a person set it to failed" in done.unclear[0].why
    assert "b" not in {each.key.run for each in synced(registry).unclear}


def test_the_log_has_the_word_where_the_accounting_was_purged(
    registry: Home, slurm: StandIn, tmp_path: Path
) -> None:
    log = tmp_path / "scratch" / "ck-out-a" / "slurm-101.out"
    log.write_bytes((BUNDLED / LOG).read_bytes())
    slurm.says("sacct", HEADER)
    slurm.says("squeue", "")
    synced(registry)
    assert rows(registry) == [("completed", "101", None), *PENDING[1:]]
    assert (registry.root / "prior-runs.jsonl").is_file()


# slurmstepd 22.05 without cgroups, where the accounting says FAILED 0:9.
HOST_MEMORY = (
    "slurmstepd-n1: error: StepId=101.batch exceeded memory limit (156274688 > 104857600), being killed\n"
    "slurmstepd-n1: error: Exceeded job memory limit\n"
)
GPU_MEMORY = (
    "Traceback (most recent call last):\n"
    '  File "train.py", line 1, in <module>\n'
    "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.\n"
)


@pytest.mark.parametrize(
    ("said", "exit_code", "note"),
    [
        (HOST_MEMORY, "0:9", "OUT_OF_MEMORY (log), signal 9 after 2 min"),
        (GPU_MEMORY, "1:0", "out of GPU memory, exit 1 after 2 min"),
    ],
    ids=["host", "GPU"],
)
def test_the_log_tells_which_memory_ran_out(
    registry: Home, slurm: StandIn, tmp_path: Path, said: str, exit_code: str, note: str
) -> None:
    (tmp_path / "scratch" / "ck-out-a" / "slurm-101.out").write_text(said)
    accounting(registry, slurm, a=f"FAILED|{exit_code}")
    synced(registry)
    assert (rows(registry)[0][0], rows(registry)[0][2]) == ("failed", note)


def test_what_was_measured_is_kept_of_a_run_that_said_itself_that_it_is_over(
    registry: Home, slurm: StandIn, tmp_path: Path
) -> None:
    log = tmp_path / "scratch" / "ck-out-a" / "slurm-101.out"
    log.write_bytes((BUNDLED / LOG).read_bytes())
    said = StatusRequest(
        id="z", experiment=NAME, run="a", at=AT, job="101", status=Status.COMPLETED, by=Source.JOB
    )  # fmt: skip
    leave(registry, [said])
    accounting(registry, slurm, a="COMPLETED|0:0")
    synced(registry)
    assert rows(registry)[0][0] == "completed"
    assert '"job_id":"101"' in (registry.root / "prior-runs.jsonl").read_text().replace(" ", "")


def test_a_killed_submission_is_recorded_by_sync(registry: Home, slurm: StandIn) -> None:
    intent = next(each for each in submissions.intents(registry) if each.job == "102")
    apply(registry, StatusRequest(id="y", experiment=NAME, run="b", at=AT, job="-"))
    submissions.write(registry, replace(intent, job=None, recorded=False))
    accounting(registry, slurm, a="COMPLETED|0:0")
    (slurm.folder / "sacct.says").unlink()
    synced(registry)
    assert rows(registry)[1] == ("pending", "102", None)
