"""Evidence read back, and what Notes say after a retry."""

from ckreg.core.measure.measurement import Outcome
from ckreg.core.retry.told import Told, read_evidence, read_note, telling
from ckreg.core.retry.values import Change, Corrected, Failed, In
from ckreg.core.retry.words import freed_notes, message, retry_evidence, retry_notes, told_of
from ckreg.core.scheduler.notes import with_notes
from ckreg.core.summary.rows import RowKey

FAILED = Failed(
    key=RowKey("a"), outcome=Outcome.TIMEOUT, told="TIMEOUT after 59 min", evidence="e", job="101"
)
LONGER = Corrected((Change(In.SCRIPT, "time", "0:59:00", "2:30:00"),), ("it was slow",))


def test_evidence_of_sync() -> None:
    text = (
        "sacct: TIMEOUT 0:0; job 101 of lab (a.0123abcd); submitted 2026-11-23T10:00:00, "
        "started 2026-11-23T10:00:05, ended 2026-11-23T11:00:20, elapsed 3615 s, "
        "limit 3600 s, max RSS 1,024 GiB"
    )
    assert read_evidence(text) == Told(
        outcome=Outcome.TIMEOUT, limit_seconds=3600, elapsed_seconds=3615, max_rss_gib=1024
    )
    assert read_evidence("squeue: NODE_FAIL; job 3").outcome is Outcome.NODE_FAIL
    assert read_evidence("queue of this machine: TIMEOUT 0:0; job L3 of local").outcome is Outcome.TIMEOUT
    assert read_evidence("the job script ended with exit status 1") == Told()
    assert read_evidence(None) == Told()


def test_the_surest_word_counts() -> None:
    assert telling(Outcome.FAILED, Outcome.TIMEOUT, Outcome.OOM_GPU) is Outcome.OOM_GPU
    assert telling(Outcome.FAILED, Outcome.UNKNOWN) is Outcome.FAILED
    assert read_note("out of GPU memory, exit 1 after 3 min") is Outcome.OOM_GPU
    assert read_note("exit 1 after 3 min") is Outcome.UNKNOWN


def test_notes_keep_every_attempt_and_what_people_wrote() -> None:
    first = retry_notes("mine; TIMEOUT after 59 min", FAILED, LONGER)
    assert first == "mine; attempt 1: TIMEOUT after 59 min, then time 0:59:00 to 2:30:00"
    after = with_notes(first, ["exit 1 after 3 min", "requeued 2x"])
    assert told_of(after) == "exit 1 after 3 min, requeued 2x"
    second = Failed(key=RowKey("a"), outcome=Outcome.FAILED, told=told_of(after), evidence="e", attempts=2)
    assert retry_notes(after, second, Corrected()) == (
        "mine; attempt 1: TIMEOUT after 59 min, then time 0:59:00 to 2:30:00; "
        "attempt 2: exit 1 after 3 min, requeued 2x"
    )
    assert freed_notes("training failed") == "-"
    assert freed_notes("mine; training failed") == "mine"


def test_the_commit_tells_why() -> None:
    line = "retry: attempt 2 after timeout of job 101: time 0:59:00 to 2:30:00 (it was slow)"
    assert retry_evidence(FAILED, LONGER) == line
    assert message("exp", [(FAILED, LONGER)]) == f"retry: exp (a)\n\na: {line}\n"
