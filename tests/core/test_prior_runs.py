import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckreg.core.prior_runs import PriorRun, read_prior_runs, with_prior_runs

RUN = PriorRun(
    "exp/ck-out-r/slurm-7.out",
    "f00d",
    2,
    {
        "segment": 0,
        "job_id": "7",
        "framework": "torchtune",
        "kind": "finetune",
        "packed": False,
        "seconds_per_step": 0.5,
        "steps_done": 10,
        "outcome": "incomplete",
        "outcome_evidence": "10/20",
        "log_outcome": "incomplete",
    },
)
TOLD = replace(
    RUN, job={"job_id": "7", "cluster": "della", "submitted": "2026-11-02T09:38:00", "state": "TIMEOUT"}
)
ENDED = replace(TOLD, measured={**RUN.measured, "outcome": "timeout"})


def lines(text: str) -> list[str]:
    return text.splitlines()


def test_what_is_written_is_read_back() -> None:
    text = with_prior_runs(None, [TOLD])
    assert read_prior_runs(text).runs == (replace(TOLD, job=read_prior_runs(text).runs[0].job),)
    assert json.loads(text)["job"] == TOLD.job
    assert "\n" not in text.rstrip("\n")


def test_writing_again_changes_nothing() -> None:
    text = with_prior_runs(None, [RUN])
    assert with_prior_runs(text, [RUN]) == text


def test_lines_that_a_union_merge_doubled_count_once() -> None:
    text = with_prior_runs(None, [TOLD])
    doubled = text + with_prior_runs(None, [ENDED]) + text
    assert [run.measured["outcome"] for run in read_prior_runs(doubled).runs] == ["timeout"]
    assert len(lines(with_prior_runs(doubled, []))) == 1


def test_only_a_better_line_takes_anothers_place() -> None:
    text = with_prior_runs(None, [ENDED])
    assert with_prior_runs(text, [RUN, TOLD]) == text
    assert '"timeout"' in with_prior_runs(with_prior_runs(None, [RUN]), [ENDED])
    assert len(lines(with_prior_runs(with_prior_runs(None, [RUN]), [ENDED]))) == 1


def test_a_moved_log_has_one_line() -> None:
    moved = replace(RUN, log_path="/archive/slurm-7.out")
    assert len(lines(with_prior_runs(None, [RUN, moved]))) == 1


def test_a_log_that_grew_has_one_line() -> None:
    grown = replace(RUN, fingerprint="beef", measured={**RUN.measured, "outcome": "completed"})
    assert len(lines(with_prior_runs(None, [RUN, grown]))) == 1


@pytest.mark.parametrize(
    "other",
    [
        replace(RUN, fingerprint="beef", log_path="elsewhere/slurm-7.out"),  # the id of another cluster
        replace(RUN, fingerprint="beef", log_path="exp/ck-out-r/slurm-7.err"),
        replace(RUN, measured={**RUN.measured, "segment": 1}),
        replace(RUN, measured={**RUN.measured, "job_id": "8"}),
    ],
)
def test_other_jobs_have_their_own_lines(other: PriorRun) -> None:
    assert len(read_prior_runs(with_prior_runs(None, [RUN, other])).runs) == 2


def test_an_id_that_is_used_again_is_another_job() -> None:
    later = replace(
        TOLD, fingerprint="beef", job={"job_id": "7", "cluster": "della", "submitted": "2027-01-01T00:00:00"}
    )
    assert len(lines(with_prior_runs(None, [TOLD, later]))) == 2


def test_without_an_id_the_content_tells_jobs_apart() -> None:
    plain = replace(RUN, log_path="a/train.out", measured={**RUN.measured, "job_id": None})
    copy = replace(plain, log_path="b/train.out")
    other = replace(copy, fingerprint="beef")
    assert len(lines(with_prior_runs(None, [plain, copy, other]))) == 2


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "it is no JSON"),
        ("[1]", "it is no JSON object"),
        ("null", "it is no JSON object"),
        ("{}", "log_path is missing"),
        ('{"log_path": 1}', "log_path is 1, which is no str"),
        ("[" * 100_000, "it is nested too deeply"),
    ],
)
def test_a_line_that_says_nothing_is_passed_over_with_its_number(line: str, reason: str) -> None:
    good = with_prior_runs(None, [RUN])
    read = read_prior_runs(f"{good}\n{line}\n{good}")
    assert len(read.runs) == 1
    assert [(fault.line, reason in fault.reason) for fault in read.faults] == [(3, True)]


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("batch_size", "four", "batch_size is 'four', which is no int"),
        ("packed", 1, "packed is 1, which is no bool"),
        ("steps_done", True, "steps_done is True, which is no int"),
        ("outcome", "fine", "outcome is 'fine', which is none of its words"),
        ("framework", [], "which is none of its words"),
        ("outcome", None, "outcome is missing"),
    ],
)
def test_a_value_of_the_wrong_kind(name: str, value: object, reason: str) -> None:
    line = json.dumps({**json.loads(with_prior_runs(None, [RUN])), name: value})
    [fault] = read_prior_runs(line).faults
    assert reason in fault.reason


def test_lines_that_cannot_be_read_stay() -> None:
    text = "<<<<<<< ours\n" + with_prior_runs(None, [RUN])
    assert "<<<<<<< ours" in with_prior_runs(text, [ENDED])
    assert len(read_prior_runs(with_prior_runs(text, [ENDED])).runs) == 1


@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    read = read_prior_runs(text)
    assert with_prior_runs(text, []) == text or read.runs


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)


@given(st.dictionaries(st.sampled_from([*json.loads(with_prior_runs(None, [TOLD])), "job"]), json_values))
def test_any_values_in_a_line(values: dict[str, object]) -> None:
    line = json.dumps({**json.loads(with_prior_runs(None, [RUN])), **values})
    read = read_prior_runs(line)
    assert len(read.runs) + len(read.faults) == 1
    again = with_prior_runs(None, read.runs)
    assert read_prior_runs(again).runs == read_prior_runs(with_prior_runs(again, read.runs)).runs
