from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckreg.core.scheduler import Job, outcome_of, parse_sacct, state_of

SACCT = Path(__file__).parents[2] / "data" / "logs" / "sacct.txt"
HEADER = (
    "JobIDRaw|JobID|State|ExitCode|Submit|Start|End|ElapsedRaw|TimelimitRaw|MaxRSS|AllocTRES|NodeList|JobName"
)


def one(row: str, header: str = HEADER) -> Job:
    (job,) = parse_sacct(f"{header}\n{row}\n")
    return job


def test_what_a_real_cluster_said() -> None:
    jobs = parse_sacct(SACCT.read_text())
    assert len(jobs) == 18
    assert jobs[0] == Job(
        job_id="16",
        state="COMPLETED",
        outcome=outcome_of("COMPLETED"),
        exit_code="0:0",
        elapsed_seconds=12,
        time_limit_seconds=1800,
        submitted="2026-11-23T09:37:32",
        started="2026-11-23T09:37:32",
        ended="2026-11-23T09:37:44",
        max_rss_gib=487188 / 2**20,
        gpus=1,
        nodes="n1",
        raw_id="16",
        name="grid",
    )


def test_columns_may_be_in_any_order_and_missing() -> None:
    job = one("FAILED|7|3:0", "State|JobID|ExitCode")
    assert (job.job_id, job.state, job.outcome, job.exit_code) == ("7", "FAILED", "failed", "3:0")
    assert (job.elapsed_seconds, job.max_rss_gib, job.gpus, job.nodes) == (None, None, None, None)


def test_only_the_raw_id_is_enough() -> None:
    assert one("12|RUNNING", "JobIDRaw|State").job_id == "12"


def test_a_task_of_an_array_is_named_by_array_and_task() -> None:
    rows = "501|500_3|TIMEOUT|0:0||||60|1||||x\n501.batch|500_3.batch|CANCELLED|0:15||||60||2G|||batch\n"
    (job,) = parse_sacct(f"{HEADER}\n{rows}")
    assert (job.job_id, job.state, job.outcome, job.max_rss_gib) == ("500_3", "TIMEOUT", "timeout", 2.0)


def test_memory_is_the_most_of_any_step() -> None:
    steps = "".join(
        f"9.{i}|9.{i}|COMPLETED|0:0||||1||{rss}|||s\n" for i, rss in enumerate(("1048576K", "3G", "", "1024"))
    )
    (job,) = parse_sacct(f"{HEADER}\n9|9|COMPLETED|0:0||||1|UNLIMITED||||j\n{steps}")
    assert job.max_rss_gib == 3.0
    assert job.time_limit_seconds is None


def test_a_step_out_of_memory_explains_a_failure() -> None:
    text = f"{HEADER}\n9|9|FAILED|1:0||||1|||||j\n9.0|9.0|OUT_OF_MEMORY|0:125||||1|||||s\n"
    (job,) = parse_sacct(text)
    assert (job.state, job.outcome) == ("FAILED", "oom_host")


def test_a_pipe_in_the_free_text_moves_no_other_column() -> None:
    last = one("9|9|COMPLETED|0:0||||60|1|||n1|a|b|FAILED")
    assert (last.state, last.nodes) == ("COMPLETED", "n1")
    middle = one("9|a|b|FAILED|COMPLETED|5", "JobID|JobName|State|ElapsedRaw")
    assert (middle.state, middle.elapsed_seconds) == ("COMPLETED", 5)


def test_trailing_pipes_of_parsable_output() -> None:
    assert one("9|COMPLETED|", "JobID|State|").state == "COMPLETED"


def test_placeholders_cut_rows_and_text_without_a_header_are_left_out() -> None:
    placeholder = "9|9|PENDING|0:0|Unknown|Unknown|Unknown|0|||||allocation"
    assert parse_sacct(f"{HEADER}\n{placeholder}\n10|10|COMP\n\nnonsense\n") == ()
    assert parse_sacct("9|9|COMPLETED|0:0\n") == ()
    assert parse_sacct("") == ()


def test_a_job_that_is_really_called_allocation_counts_once_it_has_ended() -> None:
    assert one("9|9|COMPLETED|0:0|x|x|2026-01-01T00:00:00|5|||||allocation").elapsed_seconds == 5


def test_ids_that_are_used_again_are_two_jobs() -> None:
    rows = (
        "9|9|NODE_FAIL|0:0|2026-01-01T00:00:00|||1|||||j\n9|9|COMPLETED|0:0|2026-02-01T00:00:00|||2|||||j\n"
    )
    assert [job.outcome for job in parse_sacct(f"{HEADER}\n{rows}")] == ["node_fail", "completed"]


def test_gpus_are_counted_once_and_their_type_is_read() -> None:
    gpus = {
        "billing=8,cpu=8,gres/gpu=2,gres/gpu:a100=2,node=1": (2, "a100"),
        "gres/gpu:h100=1,gres/gpu:a100=3": (4, "h100"),
        "cpu=8,mem=4G": (0, None),
        "": (None, None),
    }
    for tres, expected in gpus.items():
        job = one(f"9|9|COMPLETED|0:0||||1|||{tres}|n1|j")
        assert (job.gpus, job.gpu_type) == expected


@pytest.mark.parametrize(
    ("text", "state", "outcome"),
    [
        ("CANCELLED by 0", "CANCELLED", "cancelled"),
        ("CANCELLED+", "CANCELLED", "cancelled"),
        ("OUT_OF_ME+", "OUT_OF_MEMORY", "oom_host"),
        ("COMPLET+", "unknown", "unknown"),
        ("TO", "TIMEOUT", "timeout"),
        ("NF", "NODE_FAIL", "node_fail"),
        ("PREEMPTED", "PREEMPTED", "preempted"),
        ("REQUEUED", "REQUEUED", "requeued"),
        ("DEADLINE", "DEADLINE", "timeout"),
        ("RUNNING", "RUNNING", "unknown"),
        ("WHATEVER", "unknown", "unknown"),
        ("", "unknown", "unknown"),
        ("+", "unknown", "unknown"),
    ],
)
def test_states(text: str, state: str, outcome: str) -> None:
    assert state_of(text) == state
    assert outcome_of(state_of(text)) == outcome


@given(st.lists(st.text(alphabet="|JobIDState.\n\r_+0123456789KG=é\0"), max_size=8))
def test_no_text_raises(lines: list[str]) -> None:
    parse_sacct("\n".join([HEADER, *lines]))
    parse_sacct("\n".join(["JobID|" + "|".join(lines), *lines]))
