"""vLLM: bars of prompts, and what stands around them."""

from tests.core.measure.test_evals import read, traceback, vllm_run


def test_vllm_counts_the_prompts_of_all_its_bars() -> None:
    (measured,) = read(vllm_run((20, 20, 22), (30, 30, 28)))
    assert (measured.framework, measured.kind, measured.model) == ("vllm", "inference", "org/model")
    assert (measured.samples_total, measured.samples_done, measured.n_gpus) == (50, 50, 8)
    # 20 x 1.15 s is 23 s, which the bar's 22 s are not; 30 x 1.15 s is not its 28 s either.
    assert measured.seconds_per_sample == 1
    assert measured.outcome == "unknown"


def test_vllm_that_stops_in_a_bar_is_incomplete() -> None:
    (measured,) = read(vllm_run((20, 20, 22), (15, 30, 20)))
    assert (measured.outcome, measured.samples_done, measured.samples_total) == ("incomplete", 35, 50)


def test_a_traceback_that_prompts_follow_was_caught() -> None:
    caught = vllm_run((20, 20, 22)) + traceback("ValueError: no answer") + vllm_run((20, 20, 22))
    assert read(caught)[0].outcome == "unknown"
    assert read(caught + traceback("ValueError: the end"))[0].outcome == "failed"


def test_vllm_under_a_script_that_judges_is_an_evaluation() -> None:
    (measured,) = read(vllm_run((20, 20, 22)) + "final_res: 16.0, ground_truth: 16.0\n")
    assert measured.kind == "eval"
