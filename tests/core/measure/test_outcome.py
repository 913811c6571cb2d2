import pytest

from ckreg.core.measure import read_log
from ckreg.core.measure.ends.outcome import fatal_verdict, scheduler_verdict

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
            "slurmstepd: error: *** JOB 9999 ON hpc CANCELLED DUE TO TIME LIMIT ***",
            "timeout",
            "*** JOB 9999 ON hpc CANCELLED DUE TO TIME LIMIT ***",
        ),
        (
            "slurmstepd: error: *** JOB 9 ON n CANCELLED AT 2026-01-01T00:00:00 DUE TO JOB REQUEUE ***",
            "requeued",
            "*** JOB 9 ON n CANCELLED AT 2026-01-01T00:00:00 DUE TO JOB REQUEUE ***",
        ),
        (
            "=>> PBS: job killed: walltime 3605 exceeded limit 3600",
            "timeout",
            "PBS: job killed: walltime 3605 exceeded limit 3600",
        ),
        (
            "Job ID: 18981\nState: COMPLETED (exit code 0)\nCPU Efficiency: 0.00% of 1\n",
            "completed",
            "State: COMPLETED (exit code 0)",
        ),
        (
            "Job ID: 18981\nState: OUT_OF_MEMORY (exit code 0)\nCPU Efficiency: 0.00% of 1\n",
            "oom_host",
            "State: OUT_OF_MEMORY (exit code 0)",
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
        (f"{TRACE}MemoryError\n", "oom_host", "MemoryError"),
        ("[rank2]:[E922] Watchdog caught collective operation timeout: X\n", "failed", None),
        ("srun: error: n1: task 0: Exited with exit code 1\n", "failed", None),
        ("x.SignalException: Process 1 got signal: 15\n", "cancelled", None),
        (f"{TRACE}OSError: a\n{TRACE}torch.OutOfMemoryError: b\n{TRACE}E: c\n", "oom_gpu", None),
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


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("State: RUNNING\nJob ID: 1\nCPU Efficiency: 1%\n", None),
        ("State: FAILED\n", None),
        ("we print State: COMPLETED ourselves\n", None),
        ("slurmstepd: error: *** STEP 5.0 ON n CANCELLED AT 2026 ***\n", "cancelled"),
        (f"{TRACE}OSError: disk\nslurmstepd: error: *** STEP 5.0 ON n CANCELLED AT 2026 ***\n", "failed"),
    ],
)
def test_what_is_not_the_schedulers_last_word(text: str, outcome: str | None) -> None:
    verdict = scheduler_verdict(f"before\n{text}".encode())
    assert (verdict and verdict.outcome) == outcome


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("INFO start\nTraining complete\n", "completed"),
        ("INFO start\nALL DONE!\n", "completed"),
        ("INFO start\nDone.\n", "completed"),
        ("INFO start\nexit code: 0\n", "completed"),
        ("INFO start\nexit code: 3\n", "failed"),
        (f"INFO start\n{TRACE}ValueError: x\nFinished!!!\n", "failed"),
        ("INFO start\nSuccessfully installed x-1.0\n", "unknown"),
        ("INFO start\nwhat had to be done was done by him\n", "unknown"),
        ("INFO start\nRequeuing job 123\n", "requeued"),
    ],
)
def test_the_last_words_of_peoples_scripts(text: str, outcome: str) -> None:
    (measured,) = read_log(text.encode(), log_path="x")
    assert measured.outcome == outcome


def test_the_schedulers_words_glued_to_a_bar() -> None:
    bar = "".join(f"\r {2 * n}%|#| {n}/50 [{n // 6}:{n % 6}0:26<6:49:05, 600.00s/it]" for n in range(1, 12))
    end = "slurmstepd: error: *** JOB 42221 ON n1 CANCELLED AT 2022-04-14T16:20:46 DUE TO TIME LIMIT ***"
    (measured,) = read_log((bar + end).encode(), log_path="slurm-42221.out")
    assert (measured.outcome, measured.steps_done, measured.steps_total) == ("timeout", 11, 50)
    assert measured.seconds_per_step == pytest.approx(600)


def test_a_log_of_another_program_that_just_stops_is_incomplete() -> None:
    bar = "\rPredicting:  51%|#####     | 5080/10000 [1:29:15<1:26:26,  1.05s/it]"
    (measured,) = read_log(bar.encode(), log_path="x")
    assert (measured.framework, measured.outcome) == ("other", "incomplete")
    (done,) = read_log(bar.replace("5080/", "10000/").encode(), log_path="x")
    assert done.outcome == "unknown"
