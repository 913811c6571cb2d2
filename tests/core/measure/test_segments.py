from pathlib import Path

import pytest

from ckreg.core.measure import read_log
from ckreg.core.measure.parts.interleaved import untangled
from tests.core.measure.logs import bar

LOGS = Path(__file__).parents[2] / "data" / "logs"
COMPLETE = (LOGS / "complete.out").read_bytes()
KILLED = (LOGS / "sigkill.out").read_bytes()
HF = (LOGS / "hf-tf4-unbuffered.out").read_bytes()
PREEMPTED = b"slurmstepd: error: *** JOB 41 ON n1 CANCELLED AT 2026-03-25T10:34:07 DUE TO PREEMPTION ***\n"
CANCELLED = b"slurmstepd: error: *** JOB 42 ON n1 CANCELLED AT 2026-03-25T11:00:00 ***\n"


def ends(*logs: bytes) -> list[tuple[str, str, int | None]]:
    measured = read_log(b"".join(logs), log_path="x.log")
    assert [each.segment for each in measured] == list(range(len(measured)))
    return [(each.framework, each.outcome, each.steps_done) for each in measured]


def test_one_job_is_one_measurement() -> None:
    for log in (COMPLETE, KILLED, HF, HF + CANCELLED):
        assert len(ends(log)) == 1


def test_a_requeued_job_has_a_measurement_for_each_of_its_runs() -> None:
    first, second = ends(KILLED, b"\n", PREEMPTED, COMPLETE)
    assert first == ("torchtune", "preempted", ends(KILLED)[0][2])
    assert second == ends(COMPLETE)[0]


def test_a_bar_in_which_another_run_begins_stays_the_first_ones() -> None:
    assert ends(KILLED, COMPLETE) == ends(KILLED) + ends(COMPLETE)


@pytest.mark.parametrize("logs", [(COMPLETE, HF), (HF, COMPLETE), (KILLED, HF), (HF, KILLED, HF), (HF, HF)])
def test_runs_of_several_frameworks_in_one_file(logs: tuple[bytes, ...]) -> None:
    assert ends(*logs) == [end for log in logs for end in ends(log)]


def test_each_run_has_the_job_id_that_its_own_end_tells() -> None:
    measured = read_log(HF + PREEMPTED + HF + CANCELLED, log_path="slurm-41.out")
    assert [(each.job_id, each.outcome) for each in measured] == [("41", "preempted"), ("42", "cancelled")]


def test_a_bar_that_goes_on_after_a_jobs_end_is_another_jobs() -> None:
    frames = bar(range(1, 200), 200, 1.0).split("\r")
    text = "\r".join(frames[:100]) + f"\n{CANCELLED.decode()}\r" + "\r".join(frames[100:])
    assert len(ends(text.encode())) == 1


def lsf(job: int, end: str) -> str:
    return (
        f"Epoch 3 loss: 0.5\n\n{'-' * 60}\nSender: LSF System <lsfadmin@n1>\n"
        f"Subject: Job {job}: <train> in cluster <c> Done\n\n"
        f"# LSBATCH: User input\npython train.py\n{'-' * 60}\n\n"
        f"{end}\n\nResource usage summary:\n    CPU time :      99.00 sec.\n    Run time :      123 sec.\n\n"
        "The output (if any) is above this job summary.\n\n"
    )


def test_jobs_of_lsf_appended_to_one_file() -> None:
    ends_of_jobs = {
        "Successfully completed.": "completed",
        "Exited with exit code 1.": "failed",
        "TERM_RUNLIMIT: job killed after reaching LSF run time limit.": "timeout",
        "TERM_MEMLIMIT: job killed after reaching LSF memory usage limit.": "oom_host",
        "TERM_OWNER: job killed by owner.": "cancelled",
    }
    text = "".join(lsf(number, end) for number, end in enumerate(ends_of_jobs, 101))
    measured = read_log(text.encode(), log_path="all.log")
    assert [each.outcome for each in measured] == list(ends_of_jobs.values())
    assert [each.job_id for each in measured] == ["101", "102", "103", "104", "105"]
    assert {each.elapsed_seconds for each in measured} == {123.0}


def test_jobs_with_prologues_appended_to_one_file() -> None:
    def job(number: int) -> str:
        line = "-" * 39
        return (
            f"{line}\nBegin Slurm Prolog: Dec-05-2025 13:15:54\nJob ID:    {number}\n{line}\nINFO all done\n"
            f"{line}\nBegin Slurm Epilog: Dec-05-2025 13:56:30\nJob ID:        {number}\n{line}\n"
        )

    measured = read_log((job(1001) + job(1002)).encode(), log_path="all.log")
    assert [(each.job_id, each.outcome) for each in measured] == [
        ("1001", "completed"),
        ("1002", "completed"),
    ]


def test_two_torchtune_jobs_whose_bars_alternate() -> None:
    """The second is other's log, whose bar has another total; settings are the jobs' own, so none is told."""
    one, other = COMPLETE, (LOGS / "packed.out").read_bytes()
    head, *turns = one.split(b"\r")
    other_head, *other_turns = other.split(b"\r")
    longest = max(len(turns), len(other_turns))
    drawn = [
        b"\r" + piece
        for index in range(longest)
        for many in (turns, other_turns)
        for piece in many[index : index + 1]
    ]
    first, second = read_log(head + other_head + b"".join(drawn), log_path="x")
    (alone,), (other_alone,) = (read_log(log, log_path="x") for log in (one, other))
    assert {first.steps_done, second.steps_done} == {alone.steps_done, other_alone.steps_done}
    for measured in (first, second):
        assert (measured.framework, measured.lora_rank, measured.steps_total) == ("torchtune", None, None)


def test_one_torchtune_job_is_never_untangled() -> None:
    for name in ("complete.out", "packed.out", "sigkill.out", "validation.out"):
        log = (LOGS / name).read_bytes()
        assert untangled(log) == (log,)
        assert untangled(log + log) == (log + log,)
