import dataclasses

import pytest

from ckreg.flows.joining import Seen, Told, joined, nearest

SEEN = Seen("/s/a/slurm-1.out", 0, "1", 1, "incomplete", "55/100", None, 90.0)
TOLD = Told("1", "/s", "timeout", "TIMEOUT", "0:0", 100, "a100")


def test_the_scheduler_tells_outcome_time_and_gpu() -> None:
    assert joined(SEEN, TOLD) == ("timeout", "sacct: TIMEOUT 0:0", 100, 10.0, "a100")


@pytest.mark.parametrize(
    ("log", "scheduler", "outcome"),
    [
        ("completed", "failed", "failed"),
        ("failed", "completed", "completed"),
        ("oom_gpu", "failed", "oom_gpu"),  # sacct says only that it failed
        ("oom_gpu", "cancelled", "cancelled"),
        (
            "incomplete",
            "unknown",
            "incomplete",
        ),  # still running: a scheduler that says nothing changes nothing
    ],
)
def test_whose_word_counts(log: str, scheduler: str, outcome: str) -> None:
    seen, told = dataclasses.replace(SEEN, outcome=log), dataclasses.replace(TOLD, outcome=scheduler)
    assert joined(seen, told).outcome == outcome


def test_the_logs_own_evidence_stays_where_both_agree() -> None:
    assert joined(dataclasses.replace(SEEN, outcome="timeout"), TOLD).evidence == "55/100"


def test_the_time_of_one_of_several_stretches_is_not_known() -> None:
    found = joined(dataclasses.replace(SEEN, segments=2, elapsed_seconds=40.0), TOLD)
    assert (found.elapsed_seconds, found.startup_seconds) == (40.0, None)


def test_a_log_may_account_for_a_second_more_than_the_scheduler() -> None:
    assert joined(dataclasses.replace(SEEN, seen_seconds=101.0), TOLD).startup_seconds == 0


def test_only_a_sacct_file_above_the_log_speaks_of_it_and_the_nearest_first() -> None:
    elsewhere = dataclasses.replace(TOLD, scope="/other")
    nearer = dataclasses.replace(TOLD, scope="/s/a")
    of_all = dataclasses.replace(TOLD, scope="")

    def found(*jobs: Told) -> Told | None:
        return nearest(SEEN.log_path, jobs, scope_of=lambda job: job.scope)

    assert found(elsewhere) is None
    assert found(of_all, TOLD, elsewhere, nearer) == nearer
    assert found(of_all, elsewhere) == of_all
