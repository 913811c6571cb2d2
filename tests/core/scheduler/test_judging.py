"""What follows from what Slurm said: the table of what was seen on a real cluster, row by row."""

import pytest

from ckreg.core.measure.measurement import Outcome
from ckreg.core.scheduler import parse_sacct
from ckreg.core.scheduler.judging import Judged, Why, Word, judged, judged_by_log
from ckreg.core.scheduler.notes import with_notes
from ckreg.core.scheduler.queue import Queued
from ckreg.core.status import Source, Status

HEADER = "JobID|JobIDRaw|Cluster|State|ExitCode|Submit|Start|End|ElapsedRaw|MaxRSS|NodeList|JobName"
TIMES = "2026-11-23T10:00:00|2026-11-23T10:00:10|2026-11-23T10:02:10|120"


def by_sacct(
    *rows: str, queued: str | None = None, queue: bool = True, accounting: bool = True
) -> Judged | Why:
    """What follows from rows such as `FAILED|3:0` of job 7, and from a state in the queue."""
    lines = [HEADER, *(f"7|7|lab|{row}" for row in rows)]
    place = None if queued is None else Queued("7", "7", queued, "None", None, "r.0123abcd")
    return judged(parse_sacct("\n".join(lines)), place, queue_answered=queue, accounting_answered=accounting)


def ended(state: str, *steps: str) -> Judged:
    rows = [f"{state}|{TIMES}||n1|r.0123abcd", *(f"{step}||n1|batch" for step in steps)]
    found = by_sacct(rows[0])
    assert isinstance(found, Judged)
    return found


@pytest.mark.parametrize(
    ("state", "status", "note"),
    [
        ("COMPLETED|0:0", "completed", "took 2 min"),
        ("FAILED|3:0", "failed", "exit 3 after 2 min"),
        ("TIMEOUT|0:0", "failed", "TIMEOUT after 2 min"),
        ("CANCELLED by 1000|0:0", "failed", "CANCELLED by 1000 after 2 min"),
        ("CANCELLED|0:15", "failed", "CANCELLED after 2 min"),
        ("CANCELLED+|0:15", "failed", "CANCELLED after 2 min"),
        ("FAILED|0:9", "failed", "signal 9 after 2 min"),
        ("FAILED|0:11", "failed", "signal 11 after 2 min"),
        ("OUT_OF_MEMORY|0:125", "failed", "OUT_OF_MEMORY after 2 min"),
        ("FAILED|0:53", "failed", "no log could be opened (exit 0:53): does its folder exist? after 2 min"),
        ("NODE_FAIL|0:0", "failed", "NODE_FAIL after 2 min"),
        ("PREEMPTED|0:0", "failed", "PREEMPTED after 2 min"),
        ("DEADLINE|1:0", "failed", "DEADLINE after 2 min"),
        ("BOOT_FAIL|0:0", "failed", "BOOT_FAIL after 2 min"),
        ("CD|0:0", "completed", "took 2 min"),
        ("TO|0:0", "failed", "TIMEOUT after 2 min"),
    ],
)
def test_each_end_that_was_seen(state: str, status: str, note: str) -> None:
    found = ended(state)
    assert (found.status, found.notes) == (status, (note,))
    assert found.settled
    assert found.by is Source.SACCT
    assert (found.started, found.at) == ("2026-11-23T10:00:10", "2026-11-23T10:02:10")


def test_the_evidence_has_all_that_is_known() -> None:
    assert ended("FAILED|3:0").evidence == (
        "sacct: FAILED 3:0; job 7 of lab (r.0123abcd); submitted 2026-11-23T10:00:00, "
        "started 2026-11-23T10:00:10, ended 2026-11-23T10:02:10, elapsed 120 s, on n1"
    )
    assert "sacct: CANCELLED by 1000 0:0; job 7" in ended("CANCELLED by 1000|0:0").evidence


def test_a_step_out_of_memory_inside_a_job_that_merely_failed() -> None:
    rows = f"FAILED|1:0|{TIMES}||n1|r.0123abcd", f".0|7.0|lab|OUT_OF_MEMORY|0:125|{TIMES}|2147483648|n1|s"
    text = f"{HEADER}\n7|7|lab|{rows[0]}\n7{rows[1]}\n"
    found = judged(parse_sacct(text), None, queue_answered=True, accounting_answered=True)
    assert isinstance(found, Judged)
    assert found.notes == ("OUT_OF_MEMORY (2.0 GiB) after 2 min",)


def test_what_has_not_ended() -> None:
    running = by_sacct("RUNNING|0:0|2026-11-23T10:00:00|2026-11-23T10:00:10|Unknown|5||n1|r")
    assert isinstance(running, Judged)
    assert (running.status, running.settled, running.started) == ("running", False, "2026-11-23T10:00:10")
    for state in ("COMPLETING", "SUSPENDED", "S", "STOPPED"):
        found = by_sacct(f"{state}|0:0|x|y|Unknown|5||n1|r")
        assert isinstance(found, Judged)
        assert found.status is Status.RUNNING
    waiting = by_sacct("PENDING|0:0|x|Unknown|Unknown|0||None assigned|r")
    assert isinstance(waiting, Judged)
    assert waiting.status is Status.PENDING


def test_a_requeued_job_stays_running() -> None:
    first = "REQUEUED|0:0|2026-11-23T10:00:00|None|2026-11-23T10:01:00|0||n1|r"
    for second in ("PENDING|0:0|2026-11-23T10:01:00|Unknown|Unknown|0||None assigned|r", None):
        found = by_sacct(*filter(None, (first, second)))
        assert isinstance(found, Judged)
        assert (found.status, found.notes, found.settled) == ("running", ("requeued 1x",), False)
    found = by_sacct(first, f"COMPLETED|0:0|{TIMES}||n1|r")
    assert isinstance(found, Judged)
    assert (found.status, found.notes) == ("completed", ("took 2 min", "requeued 1x"))


@pytest.mark.parametrize("state", ["PREEMPTED", "NODE_FAIL", "BOOT_FAIL"])
def test_what_may_begin_again_is_final_only_where_the_queue_has_it_no_more(state: str) -> None:
    row = f"{state}|0:0|{TIMES}||n1|r"
    for there in ("PENDING", "RUNNING", "CONFIGURING"):
        found = by_sacct(row, queued=there)
        assert isinstance(found, Judged)
        assert (found.status, found.notes) == ("running", ("requeued 1x",))
    assert by_sacct(row, queue=False) is Why.MAY_RETURN
    for gone in (state, None):
        found = by_sacct(row, queued=gone)
        assert isinstance(found, Judged)
        assert found.status is Status.FAILED


def test_from_silence_follows_nothing() -> None:
    assert by_sacct() is Why.UNKNOWN_JOB
    assert by_sacct(queue=False) is Why.NO_ANSWER
    assert by_sacct(accounting=False) is Why.NO_ANSWER
    assert by_sacct(f"WHATEVER|0:0|{TIMES}||n1|r") is Why.STRANGE_STATE
    half = "FAILED|0:0|2026-11-23T19:12:30|2026-11-23T19:12:30|Unknown|6||n1|r"
    assert by_sacct(half) is Why.HALF_WRITTEN
    assert by_sacct(f"REVOKED|0:0|{TIMES}||n1|r") is Why.STRANGE_STATE


def test_the_queue_decides_an_end_only_without_accounting() -> None:
    assert by_sacct(queued="COMPLETED") is Why.NO_ANSWER
    found = by_sacct(queued="COMPLETED", accounting=False)
    assert isinstance(found, Judged)
    assert (found.status, found.settled) == ("completed", False)
    running = by_sacct(queued="RUNNING")
    assert isinstance(running, Judged)
    assert running.status is Status.RUNNING


def test_cancelled_before_it_started() -> None:
    found = by_sacct("CANCELLED by 0|0:0|x|2026-11-23T10:00:10|2026-11-23T10:00:10|0||None assigned|r")
    assert isinstance(found, Judged)
    assert found.cancelled_unstarted
    assert found.notes == ("CANCELLED by 0 before it started",)
    assert found.started is None


def test_the_logs_word() -> None:
    found = judged_by_log(
        Word(outcome=Outcome.TIMEOUT, path="/s/slurm-7.out", evidence="DUE TO TIME", at="x")
    )
    assert isinstance(found, Judged)
    assert (found.status, found.by, found.notes) == ("failed", "log", ("TIMEOUT (log)",))
    for outcome in (Outcome.UNKNOWN, Outcome.INCOMPLETE, Outcome.REQUEUED):
        assert judged_by_log(Word(outcome=outcome, path="p", evidence="", at="x")) is Why.UNKNOWN_JOB


def test_a_persons_notes_stay() -> None:
    assert with_notes("Base model", ["took 2 min"]) == "Base model; took 2 min"
    assert with_notes("Base model; TIMEOUT after 2 h; look again", ["took 2 min"]) == (
        "Base model; look again; took 2 min"
    )
    assert with_notes("exit status 1", ["exit 1 after 3 min"]) == "exit 1 after 3 min"
    assert with_notes("training failed", []) == "-"
    assert with_notes(None, ["requeued 1x"]) == "requeued 1x"
    assert with_notes("exits early; TIMEOUTS are likely", []) == "exits early; TIMEOUTS are likely"
