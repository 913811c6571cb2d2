"""What the header of a `.eval` file says of an evaluation."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckreg.core.measure import Measurement
from ckreg.core.measure.readers.inspect_ai.eval_log import read_header

EVAL = {
    "task": "inspect_evals/words",
    "dataset": {"name": "mywords", "samples": 1280, "sample_ids": [1, 2, 3, 4]},
    "model": "hf/tiny",
    "config": {"epochs": 2, "limit": 4},
}
SUCCESS = {
    "version": 2,
    "status": "success",
    "eval": EVAL,
    "results": {"total_samples": 8, "completed_samples": 7},
    "stats": {"started_at": "2026-11-23T13:24:32+00:00", "completed_at": "2026-11-23T13:24:46+00:00"},
}


def read(header: object, logged: int = 0) -> Measurement:
    path = "experiments/words_2026-11-02/tiny_rank4/eval/logs/x.eval"
    return read_header(json.dumps(header), log_path=path, logged=logged)


def test_a_success_is_completed_with_its_time_and_samples() -> None:
    measured = read(SUCCESS)
    assert (measured.framework, measured.kind, measured.outcome) == ("inspect_ai", "eval", "completed")
    assert (measured.model, measured.dataset) == ("hf/tiny", "words")
    assert (measured.samples_total, measured.samples_done) == (8, 7)
    assert (measured.elapsed_seconds, measured.seconds_per_sample) == (14, 2)
    assert measured.outcome_evidence in json.dumps(SUCCESS)


def test_the_path_tells_experiment_and_run_but_no_job() -> None:
    measured = read(SUCCESS)
    assert (measured.experiment, measured.run_name, measured.job_id) == (
        "words_2026-11-02",
        "tiny_rank4",
        None,
    )


def test_an_error_is_failed_or_out_of_memory_by_its_message() -> None:
    failed = {key: SUCCESS[key] for key in ("eval", "stats")} | {"status": "error"}
    measured = read(failed | {"error": {"message": "ValueError('no target')"}}, logged=3)
    assert (measured.outcome, measured.outcome_evidence) == ("failed", "ValueError('no target')")
    assert (measured.samples_total, measured.samples_done) == (8, None)
    measured = read(failed | {"error": {"message": "OutOfMemoryError('CUDA out of memory. Tried')"}})
    assert measured.outcome == "oom_gpu"
    assert read(failed).outcome == "failed"


def test_a_cancelled_evaluation_tells_how_far_it_came() -> None:
    measured = read(
        SUCCESS | {"status": "cancelled", "results": {"total_samples": 8, "completed_samples": 3}}
    )
    assert (measured.outcome, measured.samples_done) == ("cancelled", 3)


def test_a_start_without_a_header_is_incomplete_with_the_samples_that_were_written() -> None:
    measured = read({"version": 2, "eval": EVAL}, logged=5)
    assert (measured.outcome, measured.samples_total, measured.samples_done) == ("incomplete", 8, 5)
    assert measured.elapsed_seconds is None


@pytest.mark.parametrize("text", ["", "{", "[1]", "null", '"x"'])
def test_what_is_no_json_object_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_header(text, log_path="x.eval", logged=0)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=30)
    | st.just("2026-11-23T13:24:46"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "message",
                    "samples",
                    "sample_ids",
                    "epochs",
                    "dataset",
                    "config",
                    "model",
                    "started_at",
                    "completed_at",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)
KEYS = st.sampled_from(["status", "eval", "results", "stats", "error"])


@given(st.dictionaries(KEYS, VALUES))
def test_any_object_gives_a_measurement(header: dict[str, object]) -> None:
    measured = read_header(json.dumps(header), log_path="x.eval", logged=1)
    assert measured.outcome_evidence
