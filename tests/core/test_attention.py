"""What needs attention, from facts written by hand; times in seconds, `NOW` is the moment."""

import pytest

from ckreg.core.attention.facts import Estimated, Facts, FailedRow, OpenRow, Room
from ckreg.core.attention.judging import allowed_seconds, is_nearly_full, is_overdue, is_stale, needs
from ckreg.core.attention.needs import Kind, Need, screenful
from ckreg.core.summary.rows import RowKey

HOUR, DAY = 3600.0, 86400.0
NOW = 1_000 * DAY
A = RowKey("L1B_rank4")
B = RowKey("L1B_rank64", "cap", "0")


def running(**values: object) -> OpenRow:
    known = {"experiment": "exp", "key": A, "runs": True, "job": "101"} | values
    return OpenRow(**known)  # type: ignore[arg-type]  # a test says which


def said(facts: Facts) -> list[tuple[str, str, str]]:
    return [(need.kind, need.message, need.command) for need in needs(facts)]


def test_nothing_needs_attention() -> None:
    assert needs(Facts(NOW)) == ()


def test_failures_of_an_experiment_are_one_with_the_command_that_sends_them_again() -> None:
    failed = (FailedRow("exp", A, "out of memory", NOW - DAY), FailedRow("exp", B, "", None))
    assert said(Facts(NOW, failed=failed)) == [
        ("failed", "exp: L1B_rank4 (out of memory); L1B_rank64, cap, epoch 0.", "ckreg retry exp")
    ]


def test_of_many_failures_two_are_named_and_a_long_reason_is_cut() -> None:
    failed = tuple(FailedRow("exp", RowKey(f"r{number}"), "x" * 50) for number in range(4))
    [(_, message, _)] = said(Facts(NOW, failed=failed))
    cut = "x" * 37 + "..."
    assert message == f"exp: r0 ({cut}); r1 ({cut}); and 2 more."


def test_what_failed_last_comes_first() -> None:
    failed = (FailedRow("a", A, at=NOW - 5 * DAY), FailedRow("b", A, at=NOW - DAY), FailedRow("c", A))
    assert [need.experiment for need in needs(Facts(NOW, failed=failed))] == ["b", "a", "c"]


@pytest.mark.parametrize(
    ("row", "seconds"),
    [
        pytest.param(running(limit_seconds=HOUR, p90_seconds=9 * HOUR), 4500.0, id="limit and a quarter"),
        pytest.param(running(p90_seconds=2 * HOUR), 15300.0, id="twice the p90 and a quarter"),
        pytest.param(running(), 3 * DAY, id="nothing known"),
    ],
)
def test_how_long_a_run_may_take(row: OpenRow, seconds: float) -> None:
    assert allowed_seconds(row) == seconds


@pytest.mark.parametrize(
    ("row", "stale"),
    [
        pytest.param(running(began_at=NOW - 2 * HOUR, limit_seconds=HOUR), True, id="past its limit"),
        pytest.param(running(began_at=NOW - 70 * 60, limit_seconds=HOUR), False, id="just past it"),
        pytest.param(
            running(began_at=NOW - 2 * HOUR, limit_seconds=HOUR, written_at=NOW - 60), False, id="log lives"
        ),
        pytest.param(
            running(began_at=NOW - 5 * HOUR, limit_seconds=HOUR, written_at=NOW - 3 * HOUR),
            True,
            id="log is old",
        ),
        pytest.param(running(limit_seconds=HOUR), False, id="nobody knows when it began"),
        pytest.param(
            running(began_at=NOW - 9 * DAY, limit_seconds=HOUR, runs=False), False, id="it waits in the queue"
        ),
    ],
)
def test_a_run_is_stale_where_it_cannot_be_running_any_more(row: OpenRow, stale: bool) -> None:
    assert is_stale(row, NOW) is stale


@pytest.mark.parametrize(
    ("row", "overdue"),
    [
        pytest.param(running(heard_at=NOW - 2 * DAY), True, id="no word for two days"),
        pytest.param(
            running(heard_at=NOW - 2 * DAY, synced_at=NOW - HOUR), False, id="asked for an hour ago"
        ),
        pytest.param(running(heard_at=NOW - HOUR, synced_at=NOW - 9 * DAY), False, id="its job told"),
        pytest.param(running(heard_at=NOW - 2 * DAY, job=None), False, id="no job to ask for"),
        pytest.param(running(), False, id="nobody knows since when"),
    ],
)
def test_a_sync_is_overdue_after_a_day(row: OpenRow, overdue: bool) -> None:
    assert is_overdue(row, NOW) is overdue


def test_stale_rows_are_synced_first_and_looked_into_after_that() -> None:
    began = {"began_at": NOW - 30 * HOUR, "limit_seconds": HOUR}
    rows = (
        running(**began),
        running(key=B, **began),
        running(experiment="asked", key=B, synced_at=NOW - HOUR, **began),
        running(experiment="by hand", key=A, job=None, began_at=NOW - 30 * HOUR, p90_seconds=600.0),
    )
    how_long = "running for 30 h (limit 1 h 00 min)"
    assert said(Facts(NOW, open=rows)) == [
        (
            "stale",
            f"exp: L1B_rank4, {how_long}; L1B_rank64, cap, epoch 0, {how_long}.",
            "ckreg status sync exp",
        ),
        (
            "stale",
            f"asked: L1B_rank64, cap, epoch 0, {how_long}; the scheduler has nothing to say of it.",
            "ckreg logs asked L1B_rank64 --task cap --epoch 0",
        ),
        (
            "stale",
            "by hand: L1B_rank4, running for 30 h (p90 10 min); no job is noted.",
            "ckreg logs 'by hand' L1B_rank4",
        ),
    ]


def test_overdue_syncs_are_one_question() -> None:
    old = {"heard_at": NOW - 3 * DAY}
    one = (running(**old), running(key=B, heard_at=NOW - 2 * DAY))
    assert said(Facts(NOW, open=one)) == [
        ("sync overdue", "2 open jobs of exp, last heard of 3 days ago.", "ckreg status sync exp")
    ]
    three = (*one, running(experiment="b", **old), running(experiment="c", **old))
    assert said(Facts(NOW, open=three)) == [
        (
            "sync overdue",
            "4 open jobs of exp; b; and 1 more, last heard of 3 days ago.",
            "ckreg status sync --all",
        )
    ]


def test_what_the_sync_of_a_stale_run_asks_for_is_not_overdue_besides() -> None:
    rows = (running(began_at=NOW - 9 * DAY, heard_at=NOW - 9 * DAY, limit_seconds=HOUR),)
    queued = running(key=B, runs=False, heard_at=NOW - 9 * DAY)
    assert [need.kind for need in needs(Facts(NOW, open=(*rows, queued)))] == [Kind.STALE]


@pytest.mark.parametrize(
    ("free", "total", "full"),
    [
        (9.0, 100.0, True),
        (11.0, 100.0, False),
        (40.0, 1000.0, True),
        (60.0, 1000.0, False),
        (600.0, 1_000_000.0, False),
        (-3.0, 50.0, True),
    ],
)
def test_scratch_is_nearly_full(free: float, total: float, full: bool) -> None:
    assert is_nearly_full(Room("/scratch", free, total)) is full


def test_an_estimate_is_far_off_beyond_one_and_a_half_times_its_p90() -> None:
    rows = (
        Estimated("exp", A, 5 * HOUR, 2 * HOUR),
        Estimated("exp", B, 2.9 * HOUR, 2 * HOUR),
        Estimated("other", A, HOUR, 2 * HOUR),
    )
    assert said(Facts(NOW, estimated=rows)) == [
        (
            "estimate off",
            "exp: 1 of 2 runs far beyond the 90th percentile; L1B_rank4 took 5 h 00 min (p90 2 h 00 min).",
            "ckreg compare exp --estimates",
        )
    ]


def test_the_most_urgent_comes_first() -> None:
    facts = Facts(
        NOW,
        off=("the spool is old", "git's index.lock was left behind"),
        waiting_since=(NOW - 7200, NOW - 60),
        refused=1,
        failed=(FailedRow("exp", A),),
        open=(running(heard_at=NOW - 2 * DAY), running(key=B, job=None, began_at=NOW - 9 * DAY)),
        unsealed=("exp",),
        estimated=(Estimated("exp", A, 5 * HOUR, HOUR),),
        scratch=Room("/scratch", 1.0, 10.0),
    )
    found = needs(facts)
    assert [need.kind for need in found] == list(Kind)
    assert found[0].message == "the spool is old, git's index.lock was left behind."
    assert found[4].message == "1.0 GiB of 10 GiB free in /scratch."
    assert found[5].message == "2 status requests, for 2 h 00 min."


def test_hostile_names_are_one_line_and_quoted() -> None:
    [need] = needs(Facts(NOW, failed=(FailedRow("a;rm\x1b[31m\nb", RowKey("x\ny"), "\x1b]0;t\x07"),)))
    assert need.message.isprintable()
    assert need.command.startswith("ckreg retry 'a;rm")


def test_a_screen_has_three_of_a_kind_while_there_is_more_to_say() -> None:
    def some(kind: Kind, number: int) -> list[Need]:
        return [Need(kind, str(place), "") for place in range(number)]

    many = [*some(Kind.FAILED, 9), *some(Kind.UNSEALED, 2)]
    shown = [(need.kind.value, need.message) for need in screenful(many, 6)]
    assert shown == [
        ("failed", "0"),
        ("failed", "1"),
        ("failed", "2"),
        ("failed", "3"),
        ("unsealed", "0"),
        ("unsealed", "1"),
    ]
    assert screenful(many[:2], 6) == tuple(many[:2])
