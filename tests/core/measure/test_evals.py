"""Evaluations: inspect-ai's console, lm-evaluation-harness, vLLM; against labels, and against each other."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckreg.core.measure import Measurement, read_log
from ckreg.core.measure.readers import inspect_ai, lm_eval, vllm

LOGS = Path(__file__).parents[2] / "data" / "evals"
HINT = "Monitor from another shell: inspect ctl task list   (inspect ctl --help)\n"
TIMEOUT = "slurmstepd: error: *** JOB 7 ON n1 CANCELLED AT 2025-07-07T04:08:59 DUE TO TIME LIMIT ***"


def log(name: str) -> bytes:
    return (LOGS / name).read_bytes()


def read(text: str | bytes) -> tuple[Measurement, ...]:
    return read_log(text if isinstance(text, bytes) else text.encode(), log_path="slurm-12345.out")


def panel(title: str, *lines: str) -> str:
    """As inspect-ai prints the end of a task into a file: padded to 80 columns."""
    box = f"╭{'─' * 78}╮\n│{title:<78}│\n╰{'─' * 78}╯\n"
    return box + "".join(f"{line:<80}\n" for line in lines)


def finished(title: str, seconds: str = "0:00:10", model: str = "hf/tiny") -> str:
    return panel(
        title,
        "dataset: (samples)",
        "",
        f"total time:       {seconds}",
        f"{model:<17} 1,514 tokens [I: 194, O: 1,320]",
        "",
        "match",
        "accuracy  0.425",
        "",
        "Log: logs/2026-11-23T13-24-14-00-00_words_D5G6ibDEYDGag3iJKdusNz.eval",
    )


def plain_title(title: str) -> str:
    line = "-" * 57
    return f"{line:<80}\n{title:<80}\ndataset: (samples)\n{line}\n\n"


def traceback(error: str) -> str:
    return f'Traceback (most recent call last):\n  File "x.py", line 1, in <module>\n    f()\n{error}\n'


def test_logs_of_evaluations_agree_with_their_labels(shared: Path) -> None:
    labels = shared / "logs" / "LABELS.jsonl"
    if not labels.is_file():
        pytest.skip("the collection of real job logs is not here")
    seen = 0
    for label in map(json.loads, labels.read_text().splitlines()):
        if label["framework"] in {"inspect_ai", "lm_eval", "vllm"}:
            seen += 1
            data = (shared / "logs" / label["file"]).read_bytes()
            (measured,) = read_log(data, log_path=label["file"])
            assert differing(label, measured) == {}, label["file"]
    assert seen == 28


def differing(label: dict[str, Any], measured: Measurement) -> dict[str, object]:
    """What the label says otherwise."""
    epochs = (label["extra"] or {}).get("eval_epochs", 1)
    done, seconds = label.get("eval_samples_done"), label.get("eval_total_s")
    expected = {
        "framework": {label["framework"]},
        "kind": {label["kind"]},
        "outcome": {label["outcome"], *label["also_acceptable_outcomes"]},
        "model": {label["model"], *label.get("also_acceptable_models", ())},
        "job_id": {label["filename_job_id"]},
        "batch_size": {label["batch_size"]},
        "samples_total": {label["eval_samples"] * epochs} if label.get("eval_samples") else None,
        "samples_done": {done} if done is not None else None,
        "n_gpus": {label["n_gpus"]} if label["framework"] != "inspect_ai" else None,
    }
    unknown = set(label.get("not_in_log", ()))
    told = {
        key: values
        for key, values in expected.items()
        if values is not None
        and not unknown & {key, key.replace("samples_total", "eval_samples")}
        and not (key == "samples_done" and "eval_samples_done" in unknown)
    }
    found: dict[str, object] = {
        key: (values, getattr(measured, key))
        for key, values in told.items()
        if getattr(measured, key) not in values
    }
    if seconds and done and "eval_total_s" not in unknown and measured.seconds_per_sample != seconds / done:
        found["seconds_per_sample"] = (seconds / done, measured.seconds_per_sample)
    return found


def test_inspect_tells_task_model_samples_and_time() -> None:
    (measured,) = read(log("inspect-plain.out"))
    assert (measured.framework, measured.kind) == ("inspect_ai", "eval")
    assert (measured.model, measured.dataset) == ("hf/tiny-base", "words")
    assert (measured.samples_total, measured.samples_done) == (160, 160)
    assert measured.seconds_per_sample == 11 / 160
    assert measured.samples_per_second == 160 / 11
    assert (measured.seen_seconds, measured.elapsed_seconds) == (11, 11)
    assert (measured.outcome, measured.outcome_evidence) == ("completed", "total time:             0:00:11")


def test_time_p_behind_the_padding_is_the_wall_time() -> None:
    (measured,) = read(log("inspect-time-p.out"))
    assert (measured.elapsed_seconds, measured.seen_seconds) == (15.28, 9)


def test_a_failed_task_is_failed_by_its_exception() -> None:
    (measured,) = read(log("inspect-failed.out"))
    assert (measured.outcome, measured.samples_done, measured.samples_total) == ("failed", 4, 10)
    assert measured.outcome_evidence == "ValueError: sample 3 has no target column"


def test_a_sample_with_an_error_that_was_let_pass_is_not_counted_as_done() -> None:
    (measured,) = read(log("inspect-one-error.out"))
    assert (measured.outcome, measured.samples_done, measured.samples_total) == ("completed", 9, 10)


def test_each_task_of_a_call_is_a_measurement() -> None:
    tasks = (finished("words (1,000 samples): hf/a", "1:00:05"), finished("arc (3 samples): hf/a", "0:00:06"))
    first, second = read(HINT + "\n".join(tasks))
    assert (first.dataset, first.samples_done, first.seen_seconds, first.segment) == ("words", 1000, 3605, 0)
    assert (second.dataset, second.samples_done, second.seen_seconds, second.segment) == ("arc", 3, 6, 1)


def test_the_same_task_of_two_models_are_two_measurements() -> None:
    measured = read(HINT + finished("words (20 samples): hf/a") + finished("words (20 samples): hf/b"))
    assert [each.model for each in measured] == ["hf/a", "hf/b"]


def test_tasks_that_run_at_once_are_told_apart_by_their_titles() -> None:
    titles = ("words (20 samples): hf/a", "arc (3 samples): hf/a")
    begun = "Running 2 tasks...\n" + "".join(map(plain_title, titles))
    ended = plain_title(titles[0]) + "total time:     0:00:10\n" + plain_title(titles[1])
    first, second = read(HINT + begun + ended + "total time:    0:00:05\n")
    assert (first.dataset, first.seen_seconds) == ("words", 10)
    assert (second.dataset, second.seen_seconds) == ("arc", 5)


def test_a_title_that_its_box_cuts_off_takes_the_model_from_the_tokens() -> None:
    name = "a_task_with_a_name_so_long_that_the_rest_of_its_title_goes_to_another_line"
    (measured,) = read(HINT + finished(f"{name} (3", model="hf/tiny"))
    assert (measured.dataset, measured.samples_total, measured.model) == (name, 3, "hf/tiny")


def test_epochs_are_counted_in_samples() -> None:
    (measured,) = read(HINT + finished("words (10 x 3 samples): hf/a"))
    assert (measured.samples_total, measured.samples_done) == (30, 30)


def test_a_total_time_of_days() -> None:
    (measured,) = read(HINT + finished("words (10 samples): hf/a", "1 day, 2:03:04"))
    assert measured.seen_seconds == 26 * 3600 + 184


def test_an_interrupted_task_is_cancelled_though_it_prints_a_total_time() -> None:
    # As printed after SIGINT.
    stopped = panel(
        "words (20 samples): mockllm/model",
        "total time:                 0:00:02",
        "mockllm/model               160 tokens [I: 28, O: 132]",
        "",
        "Task interrupted (3 of 20 total samples logged before interruption). Resume task",
        "with:",
    )
    (measured,) = read(HINT + stopped)
    assert (measured.outcome, measured.samples_done) == ("cancelled", 3)
    assert measured.outcome_evidence.startswith("Task interrupted (3 of 20 total samples logged")


def test_a_gpu_without_memory_fails_the_task_that_says_so_only() -> None:
    failed = panel(
        "words (20 samples): hf/a",
    ) + (
        "╭─────────── Traceback (most recent call last) ───────────╮\n│ /x/run.py:1 in run │\n╰──────────╯\n"
        "OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.               \n\n"
        "Task interrupted (4 of 20 total samples logged before interruption).\n"
    )
    first, second = read(HINT + failed + finished("arc (3 samples): hf/a"))
    assert (first.outcome, first.samples_done) == ("oom_gpu", 4)
    assert second.outcome == "completed"


def logged(*lines: str) -> str:
    """A record of `--display log --log-level info` on the end of a task."""
    record = "                    INFO     words (20 samples): mockllm/model       run.py:1119\n"
    return HINT + record + "".join(f"{' ' * 29}{line:<51}\n" for line in lines)


def test_display_log_tells_the_end_in_a_column_of_its_own() -> None:
    tokens = ("mockllm/model:  800 tokens [I: 140, O:", "660]")
    (measured,) = read(logged("succeeded", "dataset: mywords", "total time: 0:00:07", *tokens))
    assert (measured.outcome, measured.seen_seconds, measured.model) == ("completed", 7, "mockllm/model")
    (measured,) = read(logged("cancelled (4/20 logged)", "total time: 0:00:02"))
    assert (measured.outcome, measured.samples_done) == ("cancelled", 4)
    error = "RuntimeError: CUDA out of memory."
    (measured,) = read(logged("failed (4/20 logged)", "Traceback (most recent call last):", "  File", error))
    assert (measured.outcome, measured.outcome_evidence) == ("oom_gpu", error)


def test_the_hint_alone_tells_no_end() -> None:
    (measured,) = read(HINT)
    assert (measured.framework, measured.outcome) == ("inspect_ai", "unknown")


def test_a_job_that_was_killed_in_a_task_is_incomplete_and_keeps_its_count() -> None:
    data = log("inspect-plain.out")
    (measured,) = read(data[: data.find(b"generate     | Steps: 160/160")])
    assert (measured.outcome, measured.samples_done, measured.samples_total) == ("incomplete", 146, 160)


def test_the_scheduler_ends_the_job_that_had_a_part_done() -> None:
    first, second = read(
        HINT + finished("words (20 samples): hf/a") + plain_title("arc (3 samples): hf/a") + TIMEOUT
    )
    assert first.outcome == "completed"
    assert (second.outcome, second.outcome_evidence) == ("timeout", TIMEOUT.partition("error: ")[2])


def test_calls_after_each_other_are_told_apart() -> None:
    killed = HINT + "Running 1 tasks...\n" + plain_title("words (20 samples): hf/a") + TIMEOUT + "\n"
    again = HINT + finished("words (20 samples): hf/a")
    measured = read(killed + again + again + traceback("ValueError: no plot"))
    assert [each.outcome for each in measured] == ["timeout", "completed", "failed"]
    assert [each.segment for each in measured] == [0, 1, 2]


def test_a_call_that_could_not_load_its_model_does_not_fail_the_one_before() -> None:
    crash = (
        "Traceback (most recent call last):\n"
        '  File "/x/site-packages/inspect_ai/_cli/eval.py", line 1, in f\n'
        "    f()\nOSError: no such model\n"
    )
    first, second = read(HINT + finished("words (20 samples): hf/a") + crash)
    assert (first.outcome, second.outcome) == ("completed", "failed")
    assert second.outcome_evidence == "OSError: no such model"


def test_lm_eval_tells_tasks_model_batch_samples_and_time() -> None:
    (measured,) = read(log("lm-eval.out"))
    assert (measured.framework, measured.kind, measured.dataset) == ("lm_eval", "eval", "words_lm")
    assert (measured.model, measured.batch_size, measured.n_gpus) == ("epoch_11", 8, 0)
    assert (measured.samples_total, measured.samples_done) == (40, 40)
    # The closed bar prints 620.57 requests a second.
    assert measured.seconds_per_sample == pytest.approx(1 / 620.57)
    assert measured.elapsed_seconds == 10  # from 09:00:47 to 09:00:57
    assert measured.outcome == "completed"
    assert measured.outcome_evidence.startswith("|words_lm|      1|none  |     0|exact_match|")


def lm_eval_run(done: int, *, table: bool) -> str:
    """Two tasks of 10 and 30 documents with 100 requests in all, a second each."""
    name = "Running loglikelihood requests:"
    bars = "\r".join(
        f"{name} {count:3}%|####      | {count}/100 [{count // 60:02}:{count % 60:02}<?, 1.00s/it]"
        for count in range(done + 1)
    )
    contexts = "".join(
        f"2024-09-23:20:36:30,000 INFO     [task.py:428] Building contexts for {task} on rank 0...\n"
        f"\r  0%|          | 0/{documents} [00:00<?, ?it/s]"
        f"\r100%|##########| {documents}/{documents} [00:00<00:00, 9it/s]\n"
        for task, documents in (("copa", 10), ("boolq", 30))
    )
    results = (
        "\nbootstrapping for stddev: perplexity\n100%|###| 1/1 [00:30<00:00, 30.0s/it]\n"
        "hf (pretrained=org/model,dtype=float), gen_kwargs: (None), limit: None, num_fewshot: None, "
        "batch_size: auto (16)\n"
        "|Tasks|Version|Filter|n-shot|Metric|   |Value|   |Stderr|\n"
        "|-----|------:|------|-----:|------|---|----:|---|-----:|\n"
        "|copa |      1|none  |     0|acc   |↑  | 0.75|±  |0.0693|\n"
        "|boolq|      1|none  |     0|acc   |↑  | 0.50|±  |0.0593|\n\n"
    )
    start = (
        "2024-09-23:20:36:00,250 INFO     [__main__.py:376] Selected Tasks: ['copa', 'boolq']\n"
        "2024-09-23:20:36:05,747 INFO     [evaluator.py:203] Initializing hf model, with arguments: "
        "{'pretrained': 'org/model', 'trust_remote_code': True}\n"
    )
    running = "2024-09-23:20:37:00,250 INFO     [evaluator.py:489] Running loglikelihood requests\n"
    return start + contexts + running + bars + (results if table else "")


def test_lm_eval_counts_documents_not_requests() -> None:
    (measured,) = read(lm_eval_run(100, table=True))
    assert (measured.dataset, measured.model, measured.batch_size) == ("copa,boolq", "org/model", 16)
    assert (measured.samples_total, measured.samples_done, measured.outcome) == (40, 40, "completed")
    assert measured.seconds_per_sample == pytest.approx(100 / 40)


def test_lm_eval_that_stops_is_incomplete_and_has_a_speed() -> None:
    (measured,) = read(lm_eval_run(50, table=False))
    assert (measured.outcome, measured.samples_total) == ("incomplete", 40)
    assert measured.seconds_per_sample == pytest.approx(100 / 40)
    assert measured.elapsed_seconds == 60 + 50
    assert measured.outcome_evidence.endswith("50/100 [00:50<?, 1.00s/it]")


def test_lm_eval_calls_after_each_other_are_told_apart() -> None:
    text = lm_eval_run(100, table=True) + lm_eval_run(50, table=False) + "\n"
    first, second = read(text + TIMEOUT)
    assert (first.outcome, second.outcome) == ("completed", "timeout")
    assert (first.elapsed_seconds, second.elapsed_seconds) == (160, 110)
    crash = log("lm-eval-bad-task.out")
    first, second = read(log("lm-eval.out") + crash)
    assert (first.outcome, second.outcome) == ("completed", "failed")


def vllm_bar(done: int, total: int, seconds: int) -> str:
    return (
        f"Processed prompts: {done * 100 // total:3}%|####| {done}/{total} [00:{seconds:02}<00:00,  "
        "1.15s/it, est. speed input: 78.48 toks/s, output: 1785.80 toks/s]"
    )


def vllm_run(*bars: tuple[int, int, int]) -> str:
    engine = (
        "INFO 07-07 13:32:15 [core.py:70] Initializing a V1 LLM engine (v0.9.1) with config: "
        "model='org/model', speculative_config=None, tensor_parallel_size=4, "
        "pipeline_parallel_size=2, quantization=None\n"
    )
    return engine + "".join(
        f"\r{vllm_bar(0, total, 0)}\r{vllm_bar(*bar)}\n" for bar in bars for total in bar[1:2]
    )


PIECES = [
    HINT.encode(),
    b"Running 1 tasks...\n",
    b"words (1 samples): hf/a\n",
    "│words (3        │\n".encode(),
    b" (99 x 9\nsamples):   ",
    b"total time:   9999 days, 1:00:00\n",
    b"total time:                  0:00:05\n",
    b"Task interrupted (no samples completed before interruption)\n",
    b"failed (4/20 logged) \n",
    b"hf/a   1,514 tokens [I: 1]\n",
    b"inspect_ai/_cli/main.py",
    traceback("E: x").encode(),
    b"Samples:  64/160 |",
    b"2024-13-99:20:35:55,728 INFO Selected Tasks: ['a', 'b']\n",
    b"2024-09-23:20:35:55,728 INFO Building contexts for a on rank 0...\n",
    b"Running loglikelihood requests:  34%|#| 9/99 [12:18<47:25, 19.5.2it/s]",
    b"Running generate_until requests: 0/0 [00:00<?, 0s/it]\n",
    b"bootstrapping for stddev",
    b"|Tasks|Version|Filter|n-shot|Metric|\n|-----|-------:|------|-----:|\n|a|b|c|d|\n",
    b"LLM engine (v1) with config: model='/', tensor_parallel_size=2",
    b"Processed prompts: 1%|#| 1/0 [99:99<00:00, 0.0it/s]",
    b"real 1.5\nuser",
    b"\n",
    b" " * 80,
    b"\xff\x00",
]


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=12))))
def test_whatever_stands_in_a_log_each_reader_answers(pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    for reader in (inspect_ai, lm_eval, vllm):
        reader.sniff(data)
        measured = reader.read(data, "x.out")
        assert [each.segment for each in measured] == list(range(len(measured)))
        assert measured


@given(st.data(), st.sampled_from(sorted(path.name for path in LOGS.iterdir())))
def test_real_logs_cut_anywhere_or_with_a_byte_changed_are_read(data: st.DataObject, name: str) -> None:
    text = bytearray(log(name))
    at = data.draw(st.integers(0, len(text) - 1))
    text[at] = data.draw(st.integers(0, 255))
    for part in (text, text[:at], text[at:]):
        for reader in (inspect_ai, lm_eval, vllm):
            assert reader.read(bytes(part), "x.out")
