"""`results.csv`, which ckreg writes and git merges, and the CSV of a person."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckreg.core.results.importing import results_in
from ckreg.core.results.joining import plan_of
from ckreg.core.results.kept import COLUMNS, read_kept, with_kept
from ckreg.core.results.values import Result
from ckreg.core.summary import parse
from ckreg.core.text import one_line
from ckreg.errors import MalformedError
from tests.documents import EXPERIMENT, SUMMARY

PLAN = plan_of(parse(SUMMARY), EXPERIMENT)
HEAD = ",".join(COLUMNS)
LINES = f"""\
{HEAD}
L1B_base,cap,,accuracy,0.59,0.035,200,1,match,completed,a.eval,inspect_ai,2026-11-20T10:00:00+00:00
L1B_rank4,cap,0,accuracy,0.7,,,,,completed,"b, c.csv:2",csv,
"""
BASE = Result(
    run_name="L1B_base",
    task="cap",
    metric="accuracy",
    value=0.59,
    stderr=0.035,
    samples=200,
    seed=1,
    scorer="match",
    source="a.eval",
    source_kind="inspect_ai",
    at="2026-11-20T10:00:00+00:00",
)
TUNED = Result(run_name="L1B_rank4", task="cap", epoch="0", metric="accuracy", value=0.7, source="b, c.csv:2")


def test_a_line_is_a_result_and_lines_are_sorted() -> None:
    assert with_kept(None, [TUNED, BASE]) == LINES
    assert read_kept(LINES).results == (BASE, TUNED)


def test_what_is_there_already_changes_nothing() -> None:
    assert with_kept(LINES, [BASE]) == LINES
    crlf = LINES.replace("\n", "\r\n")
    assert with_kept(crlf, [TUNED]) == crlf


def test_a_union_merge_counts_repeated_lines_once_and_of_two_on_a_result_the_newer() -> None:
    newer = LINES.replace("0.59", "0.6").replace("T10:", "T11:")
    found = read_kept(newer + LINES + newer)
    assert [(each.run_name, each.value) for each in found.results] == [("L1B_base", 0.6), ("L1B_rank4", 0.7)]
    assert found.faults == ()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("a,b", "it has 2 cells instead of 13"),
        ('"a', "its quotes do not close"),
        ("r,t,,m,nan,,,,,,,,", "value is 'nan', which is no number"),
        ("r,t,,m,1e999,,,,,,,,", "value is '1e999', which is no number"),
        ("r,t,,m,1,,1.5,,,,,,", "samples is '1.5', which is no whole number"),
        (",t,,m,1,,,,,,,,", "it names no run or no task"),
        ("r,t,,m,,,,,,,,,", "it has a metric without a value, or a value without a metric"),
        ("r,t,,m,1,,,,,,,," + "x" * 30_000, "the line is too long"),
    ],
)
def test_a_line_that_is_no_result_is_passed_over_and_stays(line: str, reason: str) -> None:
    text = f"{HEAD}\n{line}\n"
    assert read_kept(text).faults == ((2, reason),)
    assert with_kept(text, [BASE]).split("\n")[2] == line


RESULTS = st.builds(
    Result,
    run_name=st.text(min_size=1).filter(one_line),
    task=st.sampled_from(["cap", 'a "b", c', "x|y"]),
    epoch=st.none() | st.sampled_from(["0", "11", "best"]),
    metric=st.just("accuracy"),
    value=st.floats(-1e9, 1e9),
    stderr=st.none() | st.floats(0, 10),
    samples=st.none() | st.integers(0, 10**9),
    seed=st.none() | st.integers(0, 3),
    source=st.text(),
)


@given(st.lists(RESULTS, max_size=4), st.lists(RESULTS, max_size=4))
def test_what_is_written_is_read_and_the_order_of_writing_does_not_count(
    one: list[Result], other: list[Result]
) -> None:
    text = with_kept(with_kept(None, one), other)
    assert read_kept(text).faults == ()
    assert with_kept(text, read_kept(text).results) == text
    assert set(read_kept(with_kept(None, read_kept(text).results)).results) == set(read_kept(text).results)


LONG = """\
run,task,epoch,metric,value,stderr,seed,samples
L1B_rank4,cap,1,accuracy,0.81,0.02,7,200
L1B_base,cap,-,accuracy,0.59,,,
L1B_rank64,t,,accuracy,0.8,,,
"""
WIDE = (
    "\ufeff"
    + """\
Run,Task,Epoch,accuracy,accuracy_stderr,f1
L1B_rank4,cap,0,0.7,0.01,
L1B_base,cap,,0.5,,0.4
""".replace("\n", "\r\n")
)


def told(text: str) -> list[tuple[object, ...]]:
    found = results_in(text, PLAN, "/s/scores.csv", "scores.csv")
    return [(each.run_name, each.epoch, each.metric, each.value, each.stderr, each.source) for each in found]


def test_a_line_a_value() -> None:
    assert told(LONG) == [
        ("L1B_rank4", "1", "accuracy", 0.81, 0.02, "scores.csv:2"),
        ("L1B_base", None, "accuracy", 0.59, None, "scores.csv:3"),
        ("L1B_rank64", "best", "accuracy", 0.8, None, "scores.csv:4"),  # `t` is the script of `cap`
    ]


def test_a_column_a_metric_with_a_bom_and_crlf() -> None:
    assert told(WIDE) == [
        ("L1B_rank4", "0", "accuracy", 0.7, 0.01, "scores.csv:2"),
        ("L1B_base", None, "accuracy", 0.5, None, "scores.csv:3"),
        ("L1B_base", None, "f1", 0.4, None, "scores.csv:3"),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "/s/scores.csv:1: it is empty"),
        ("run,task,epoch\n", "/s/scores.csv:1: no column has results"),
        ("run,value\n", "/s/scores.csv:1: no column task."),
        ("run,task,metric\n", "/s/scores.csv:1: metric and value belong together"),
        ("run,task,acc,acc\n", "/s/scores.csv:1: two columns are acc"),
        ("run,task,metric,value,colour\n", "/s/scores.csv:1: colour: unknown beside metric and value"),
        ("run,task,acc\n", "/s/scores.csv: it has no results"),
        (
            "run,task,acc\n\nL1B_rang4,cap,1\n",
            "/s/scores.csv:3: the plan has no run 'L1B_rang4'. Did you mean",
        ),
        ("run,task,acc\nL1B_base,cup,1\n", "/s/scores.csv:2: the plan has no task 'cup'. Did you mean cap"),
        (
            "run,task,acc\nL1B_rank4,cap,1\n",
            "/s/scores.csv:2: no epoch, and L1B_rank4 is evaluated after 0, 1",
        ),
        ("run,task,epoch,acc\nL1B_rank4,cap,5,1\n", "/s/scores.csv:2: the plan does not evaluate L1B_rank4"),
        ("run,task,epoch,acc\nL1B_base,cap,0,1\n", "/s/scores.csv:2: L1B_base is not trained"),
        ("run,task,acc\nL1B_base,cap,NaN\n", "/s/scores.csv:2: acc is 'NaN', which is no number"),
        ("run,task,acc,acc_stderr\nL1B_base,cap,1,-1\n", "/s/scores.csv:2: acc_stderr is negative"),
        ("run,task,acc\nL1B_base,cap\n", "/s/scores.csv:2: 2 cells, 3 columns"),
        ('run,task,acc\n"L1B_base,cap\n', "/s/scores.csv:2: its quotes do not close"),
    ],
)
def test_a_line_that_does_not_fit_the_plan_says_where_and_why(text: str, message: str) -> None:
    with pytest.raises(MalformedError) as said:
        told(text)
    assert str(said.value).startswith(message)


@given(st.text(alphabet=st.sampled_from("L1B_base,cap\n\r\"'\x1b\x00\ufeff0.5runtaskmetricvalue\ud800")))
def test_any_text_is_read_or_refused(text: str) -> None:
    for csv in (text, f"run,task,acc\n{text}"):
        with contextlib.suppress(MalformedError):
            told(csv)
    with_kept(text, read_kept(text).results)
