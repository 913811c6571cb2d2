"""What follows from each way to fail, worked out by hand."""

from dataclasses import replace

import pytest

from ckreg.core.measure.measurement import Outcome
from ckreg.core.retry.correcting import corrected
from ckreg.core.retry.values import Asked, Change, Checkpoint, Corrected, Failed, In
from ckreg.core.summary.rows import RowKey

TRAINING = RowKey("L1B_rank4")
TIMED_OUT = Failed(
    key=TRAINING,
    outcome=Outcome.TIMEOUT,
    told="TIMEOUT after 60 min",
    evidence="sacct: TIMEOUT 0:0",
    limit_seconds=3600,
    elapsed_seconds=3620,
    startup_seconds=20,
    done=600,
    total=1200,
)
SCRIPT = Asked(time="1:00:00", memory="64G", config=True, batch_size=4, accumulation=2)


def changes(found: Corrected) -> list[tuple[str, str | None, str]]:
    return [(change.name, change.old, change.new) for change in found.changes]


def test_time_by_what_is_left() -> None:
    # 3,600 s for 600 steps are 6 s each: 20 + 1,200 x 6 = 7,220 s, and a fifth more is 8,664: 2:25:00.
    found = corrected(TIMED_OUT, SCRIPT)
    assert found.changes == (Change(In.SCRIPT, "time", "1:00:00", "2:25:00"),)
    assert found.reasons == (
        "600 of 1,200 steps took 1 h 00 min; all take 2 h 00 min, and 20% more to be sure",
    )


def test_time_after_a_checkpoint() -> None:
    # Three of four epochs are saved: 300 steps x 3.6 s + 20 s = 1,100 s; with a fifth more they fit an hour.
    found = corrected(replace(TIMED_OUT, done=1000), SCRIPT, Checkpoint(3, 4, "/o/recipe_state.pt"))
    assert changes(found) == [("resume_from_checkpoint", "false", "true")]
    # One of four: 3,600 s / 600 x 900 + 20 = 5,420 s; 6,504 s are 1:50:00.
    found = corrected(TIMED_OUT, SCRIPT, Checkpoint(1, 4, "/o/recipe_state.pt"))
    assert changes(found) == [("time", "1:00:00", "1:50:00"), ("resume_from_checkpoint", "false", "true")]
    assert found.reasons[-1] == "goes on after 1 of 4 epochs"


@pytest.mark.parametrize(
    "failed",
    [
        pytest.param(replace(TIMED_OUT, done=None), id="no bars"),
        pytest.param(replace(TIMED_OUT, done=0), id="nothing done"),
        pytest.param(replace(TIMED_OUT, resumed=True), id="resumed"),
    ],
)
def test_time_is_doubled_where_no_progress_is_told(failed: Failed) -> None:
    assert changes(corrected(failed, SCRIPT)) == [("time", "1:00:00", "2:00:00")]


def test_time_that_was_raised_by_hand_stays() -> None:
    found = corrected(TIMED_OUT, replace(SCRIPT, time="1-0"))
    assert found == Corrected(reasons=("the script asks for 1-0 already",))


def test_time_is_put_where_there_was_none() -> None:
    assert changes(corrected(TIMED_OUT, replace(SCRIPT, time=None))) == [("time", None, "2:25:00")]


def test_far_too_slow_is_left() -> None:
    found = corrected(replace(TIMED_OUT, done=10), SCRIPT)
    assert found.changes == ()
    assert "more than 10 times" in str(found.left)


def test_an_evaluation_counts_samples() -> None:
    failed = replace(
        TIMED_OUT, key=RowKey("L1B_rank4", "cap", "0"), startup_seconds=None, done=181, total=362
    )
    # 3,620 s / 181 x 362 = 7,240 s; 8,688 s are 2:25:00.
    found = corrected(failed, Asked(time="1:00:00"))
    assert changes(found) == [("time", "1:00:00", "2:25:00")]
    assert "samples" in found.reasons[0]


@pytest.mark.parametrize(
    ("asked", "rss", "wanted"),
    [
        pytest.param(SCRIPT, 63.9, [("mem", "64G", "128G")], id="doubled"),
        pytest.param(
            replace(SCRIPT, memory_option="mem-per-gpu", memory="500M"),
            None,
            [("mem-per-gpu", "500M", "1000M")],
            id="per GPU",
        ),
        pytest.param(replace(SCRIPT, memory=None), 15.2, [("mem", None, "31G")], id="by what it used"),
    ],
)
def test_memory(asked: Asked, rss: float | None, wanted: list[tuple[str, str | None, str]]) -> None:
    failed = replace(TIMED_OUT, outcome=Outcome.OOM_HOST, max_rss_gib=rss)
    assert changes(corrected(failed, asked)) == wanted


@pytest.mark.parametrize(
    ("had", "asks"),
    [("350M", "2G"), ("2000", "2G"), ("1G", "1025M"), ("900000K", "1G"), ("1000G", "1T")],
)
def test_more_memory_than_it_had_is_asked_for_already(had: str, asks: str) -> None:
    failed = replace(TIMED_OUT, outcome=Outcome.OOM_HOST, memory=had)
    found = corrected(failed, replace(SCRIPT, memory=asks))
    assert (found.changes, found.left) == ((), None)
    assert found.reasons[0] == f"out of memory with {had}; the script asks for {asks} already"


@pytest.mark.parametrize("had", ["2G", "2048M", "2048", "3G", "0", "much", None])
def test_memory_that_was_not_less_is_doubled(had: str | None) -> None:
    failed = replace(TIMED_OUT, outcome=Outcome.OOM_HOST, memory=had)
    assert changes(corrected(failed, replace(SCRIPT, memory="2G"))) == [("mem", "2G", "4G")]


@pytest.mark.parametrize(
    "memory", [pytest.param("0", id="the whole node"), pytest.param(None, id="not known")]
)
def test_memory_that_cannot_grow_is_left(memory: str | None) -> None:
    found = corrected(replace(TIMED_OUT, outcome=Outcome.OOM_HOST), replace(SCRIPT, memory=memory))
    assert found.changes == ()
    assert found.left is not None


@pytest.mark.parametrize(
    ("batch", "accumulation", "wanted"),
    [
        pytest.param(4, 2, ("2", "4"), id="even"),
        pytest.param(3, 1, ("1", "3"), id="odd"),
        pytest.param(9, 2, ("3", "6"), id="in three"),
        pytest.param(5, None, ("1", "5"), id="prime, no accumulation"),
    ],
)
def test_batch(batch: int, accumulation: int | None, wanted: tuple[str, str]) -> None:
    asked = replace(SCRIPT, batch_size=batch, accumulation=accumulation)
    found = corrected(replace(TIMED_OUT, outcome=Outcome.OOM_GPU, batch_size=batch), asked)
    assert tuple(change.new for change in found.changes) == wanted
    assert int(wanted[0]) * int(wanted[1]) == batch * (accumulation or 1)
    assert f"effective batch of {batch * (accumulation or 1)}" in found.reasons[0]


def test_another_batch_begins_anew() -> None:
    failed = replace(TIMED_OUT, outcome=Outcome.OOM_GPU, peak_gpu_gib=39.2, total_gpu_gib=40)
    found = corrected(failed, replace(SCRIPT, resumes=True), Checkpoint(1, 4, "/o"))
    assert changes(found) == [
        ("batch_size", "4", "2"),
        ("gradient_accumulation_steps", "2", "4"),
        ("resume_from_checkpoint", "true", "false"),
    ]
    assert found.reasons[0].startswith("out of GPU memory (39 GiB of 40 GiB used) at batch size 4")
    assert found.reasons[1].startswith("begins anew")


def test_a_batch_of_one_is_left() -> None:
    failed = replace(TIMED_OUT, outcome=Outcome.OOM_GPU)
    assert "enable_activation_checkpointing" in str(corrected(failed, replace(SCRIPT, batch_size=1)).left)
    assert corrected(failed, Asked(time="1:00:00")).left is not None


def test_a_batch_that_was_lowered_by_hand_stays() -> None:
    failed = replace(TIMED_OUT, outcome=Outcome.OOM_GPU, batch_size=8)
    assert corrected(failed, SCRIPT).changes == ()


@pytest.mark.parametrize("outcome", [Outcome.NODE_FAIL, Outcome.PREEMPTED])
def test_what_the_run_had_no_part_in_goes_unchanged(outcome: Outcome) -> None:
    found = corrected(replace(TIMED_OUT, outcome=outcome), SCRIPT)
    assert (found.changes, found.left) == ((), None)
    found = corrected(replace(TIMED_OUT, outcome=outcome), SCRIPT, Checkpoint(1, 2, "/o"))
    assert changes(found) == [("resume_from_checkpoint", "false", "true")]


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.UNKNOWN, Outcome.CANCELLED])
def test_other_failures_are_left(outcome: Outcome) -> None:
    found = corrected(replace(TIMED_OUT, outcome=outcome), SCRIPT)
    assert found.changes == ()
    assert found.left is not None


@pytest.mark.parametrize("outcome", list(Outcome))
def test_what_was_corrected_is_not_corrected_again(outcome: Outcome) -> None:
    asked = replace(SCRIPT, corrected=True)
    assert corrected(replace(TIMED_OUT, outcome=outcome), asked, Checkpoint(1, 2, "/o")).changes == ()


def test_a_checkpoint_that_is_gone_is_not_asked_for() -> None:
    found = corrected(TIMED_OUT, replace(SCRIPT, resumes=True))
    assert ("resume_from_checkpoint", "true", "false") in changes(found)
