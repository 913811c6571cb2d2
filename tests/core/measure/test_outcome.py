import pytest

from ckreg.core.measure import read_log
from ckreg.core.measure.outcome import fatal_verdict, scheduler_verdict

TRACE = 'Traceback (most recent call last):\n  File "x.py", line 1, in <module>\n    run()\n'


@pytest.mark.parametrize(
    ("text", "outcome", "evidence"),
    [
        (
            "slurmstepd: error: *** JOB 144290 ON n5 CANCELLED AT 2025-07-07T04:08:59 DUE TO TIME LIMIT ***",
            "timeout",
            "*** JOB 144290 ON n5 CANCELLED AT 2025-07-07T04:08:59 DUE TO TIME LIMIT ***",
        ),
        (
            "slurmstepd-gpu020: error: *** JOB 23126803 ON gpu020 CANCELLED AT 2024-06-02T18:42:45 ***",
            "cancelled",
            "*** JOB 23126803 ON gpu020 CANCELLED AT 2024-06-02T18:42:45 ***",
        ),
        (
            "error: *** STEP 7.0 ON n CANCELLED [20] *** JOB 7 ON n1 CANCELLED AT 2026 DUE TO PREEMPTION ***",
            "preempted",
            "*** JOB 7 ON n1 CANCELLED AT 2026 DUE TO PREEMPTION ***",
        ),
        (
            "error: *** JOB 5 ON n1 CANCELLED AT 2026 DUE TO NODE FAILURE, SEE SLURMCTLD LOG FOR DETAILS ***",
            "node_fail",
            "*** JOB 5 ON n1 CANCELLED AT 2026 DUE TO NODE FAILURE, SEE SLURMCTLD LOG FOR DETAILS ***",
        ),
        (
            "slurmstepd: error: Detected 4 oom_kill events in StepId=25022146.batch.",
            "oom_host",
            "error: Detected 4 oom_kill events in StepId=25022146.batch.",
        ),
        (
            "slurmstepd: error: Detected 1 oom-kill event(s) in step 50574351.batch cgroup.",
            "oom_host",
            "error: Detected 1 oom-kill event(s) in step 50574351.batch cgroup.",
        ),
        (
            "Job 8430179 exceeded memory limit (10442128 > 10240000), being killed",
            "oom_host",
            "Job 8430179 exceeded memory limit (10442128 > 10240000), being killed",
        ),
    ],
)
def test_the_schedulers_words(text: str, outcome: str, evidence: str) -> None:
    assert scheduler_verdict(f"before\n{text}\nafter\n".encode()) == (outcome, evidence)


@pytest.mark.parametrize(
    ("text", "outcome", "evidence"),
    [
        (f"{TRACE}ValueError: bad\n", "failed", "ValueError: bad"),
        (f"{TRACE}torch.cuda.OutOfMemoryError: CUDA out of memory. Tried\n", "oom_gpu", None),
        (f"{TRACE}RuntimeError: HIP out of memory. Tried to allocate 76.00 MiB.\n", "oom_gpu", None),
        (f"{TRACE}KeyboardInterrupt\n", "cancelled", "KeyboardInterrupt"),
        (
            f"{TRACE}KeyError: 'cause'\n\nDuring handling:\n\n{TRACE}ValueError: effect\n",
            "failed",
            "ValueError: effect",
        ),
        (f"{TRACE}KeyError: 'why'\n{TRACE}x.ChildFailedError: \n===\n", "failed", "KeyError: 'why'"),
        ("[rank0]: " + TRACE.replace("\n", "\n[rank0]: ") + "OSError: disk\n", "failed", "OSError: disk"),
        ("run.sh: line 3: tune: command not found\n", "failed", "run.sh: line 3: tune: command not found"),
        (f"Exception ignored in: <x>\n{TRACE}ValueError: harmless\n", None, None),
        ("all is well\n", None, None),
    ],
)
def test_the_programs_last_words(text: str, outcome: str | None, evidence: str | None) -> None:
    verdict = fatal_verdict(text.encode())
    assert (verdict and verdict.outcome) == outcome
    if evidence:
        assert verdict is not None
        assert verdict.evidence == evidence


def test_a_log_of_another_program_that_just_stops_is_incomplete() -> None:
    bar = "\rPredicting:  51%|#####     | 5080/10000 [1:29:15<1:26:26,  1.05s/it]"
    (measured,) = read_log(bar.encode(), log_path="x")
    assert (measured.framework, measured.outcome) == ("other", "incomplete")
    (done,) = read_log(bar.replace("5080/", "10000/").encode(), log_path="x")
    assert done.outcome == "unknown"
