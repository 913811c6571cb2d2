"""Every torchtune log of the collection against what was checked by hand; `pytest -s` prints the shares."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from ckreg.core.measure import Measurement, Outcome, read_log
from ckreg.core.scheduler import parse_sacct

FIELDS = {
    "kind": "kind",
    "filename_job_id": "job_id",
    "model": "model",
    "lora_rank": "lora_rank",
    "batch_size": "batch_size",
    "grad_accum": "grad_accum",
    "packed": "packed",
    "epochs_total": "epochs",
    "train_steps_done": "steps_done",
    "train_steps_total": "steps_total",
    "steady_seconds_per_step": "seconds_per_step",
    "tokens_per_s_per_gpu": "tokens_per_second_per_gpu",
    "peak_gpu_mem_gib": "peak_gpu_mem_gib",
    "checkpoint_gib": "checkpoint_gib",
    "checkpoint_save_s": "checkpoint_seconds",
    "n_gpus": "n_gpus",
    "outcome": "outcome",
}
TOLERANCE = {
    "steady_seconds_per_step": 0.05,
    "tokens_per_s_per_gpu": 1e-4,
    "peak_gpu_mem_gib": 0.001,
    "checkpoint_gib": 0.001,
}
EXPLAINED = {
    (
        "public/IbrahimOued+torchtune-finetuning/_notebook/finetuning_llama2.ipynb.cell14.log",
        "model",
    ): "the label has the component; the folder of checkpoint_dir, which goes first, is Llama-2-7b-hf",
    (
        "public/_readfile/torchtune-llama3-8B-4090.id43685886003.excerpt.log",
        "model",
    ): "no config in the excerpt; the label takes the folder that the result is saved to",
    (
        "public/_readfile/torchtune-llama31-distributed-10epochs.id26801592749.excerpt.log",
        "model",
    ): "no config in the excerpt; the label takes the folder that the result is saved to",
    (
        "public/awslabs+awsome-distributed-ai/_readme/3.test_cases/torchtune/slurm/README.md.loglines.log",
        "model",
    ): "no config in the excerpt; the label takes the model of the evaluation that follows",
    (
        "public/shanshanwangcsc+torchtune-gpu-benchmark/csc-scripts/logs/a100_g1b6-6076452.out",
        "packed",
    ): "the label leaves it out; the config says packed: true",
}
# Labels leave these null in places where the log has them: the speed of less than a second's training.
NULL_IS_NO_LABEL = {"steady_seconds_per_step", "filename_job_id"}


def labels(shared: Path) -> list[dict[str, Any]]:
    path = shared / "logs" / "LABELS.jsonl"
    if not path.is_file():
        pytest.skip("the collection of real job logs is not here")
    return [json.loads(line) for line in path.read_text().splitlines()]


def say(line: str) -> None:
    print(line)  # noqa: T201  # the report that `pytest -s` shows


def agrees(label: dict[str, Any], key: str, measured: Measurement) -> bool:
    expected, found = label.get(key), getattr(measured, FIELDS[key])
    if expected is None and key in NULL_IS_NO_LABEL:
        return True
    if key == "outcome":
        return found in {expected, *label.get("also_acceptable_outcomes", ())}
    if key in TOLERANCE and expected is not None and found is not None:
        return bool(abs(found - expected) <= TOLERANCE[key] * expected + 1e-9)
    return bool(found == expected)


def test_torchtune_logs_agree_with_their_labels(shared: Path) -> None:
    right: Counter[str] = Counter()
    wrong: list[tuple[str, str]] = []
    torchtune = [label for label in labels(shared) if label["framework"] == "torchtune"]
    for label in torchtune:
        measured = read_log((shared / "logs" / label["file"]).read_bytes(), log_path=label["file"])[0]
        assert measured.framework == "torchtune", label["file"]
        for key, field in FIELDS.items():
            if agrees(label, key, measured):
                right[key] += 1
            else:
                wrong.append((label["file"], key))
                say(f"{label['file']} {key}: {label.get(key)!r}, read {getattr(measured, field)!r}")
    for key in FIELDS:
        say(f"{key:25} {right[key]:3} of {len(torchtune)} ({right[key] / len(torchtune):.0%})")
    assert set(wrong) <= set(EXPLAINED)
    assert set(EXPLAINED) <= set(wrong), "an explained disagreement is gone: take it off the list"
    assert sum(right.values()) >= 0.98 * len(FIELDS) * len(torchtune)


def test_evidence_is_verbatim_in_every_log_of_the_collection(shared: Path) -> None:
    for label in labels(shared):
        data = (shared / "logs" / label["file"]).read_bytes()
        for measured in read_log(data, log_path=label["file"]):
            assert measured.outcome_evidence in data.decode(errors="replace"), label["file"]


def test_no_other_frameworks_log_is_taken_for_torchtune(shared: Path) -> None:
    for label in labels(shared):
        if label["framework"] != "torchtune":
            data = (shared / "logs" / label["file"]).read_bytes()
            (measured,) = read_log(data, log_path=label["file"])
            assert measured.framework in {"other", "none"}, label["file"]


def test_other_logs_are_never_wrong_about_their_end_only_silent(shared: Path) -> None:
    for label in labels(shared):
        if label["framework"] != "torchtune":
            (measured,) = read_log((shared / "logs" / label["file"]).read_bytes(), log_path=label["file"])
            told = {label["outcome"], *label["also_acceptable_outcomes"], Outcome.UNKNOWN}
            assert measured.outcome in told, label["file"]


def test_grid_jobs_agree_with_what_was_submitted_and_with_sacct(shared: Path) -> None:
    grid = shared / "logs" / "own" / "grid"
    elapsed = {job.job_id: job.elapsed_seconds for job in parse_sacct((grid / "sacct.txt").read_text())}
    jobs = [json.loads(line) for line in (grid / "jobs.jsonl").read_text().splitlines()]
    assert len(jobs) == 18
    for job in jobs:
        path = grid / job["experiment"] / f"ck-out-{job['run']}" / f"slurm-{job['job_id']}.out"
        (measured,) = read_log(path.read_bytes(), log_path=str(path))
        assert (measured.experiment, measured.run_name) == (job["experiment"], job["run"])
        assert (measured.model, measured.job_id) == (job["model"], job["job_id"])
        assert measured.recipe == "lora_finetune_single_device"
        assert (measured.lora_rank, measured.batch_size) == (job["rank"], job["batch_size"])
        assert (measured.packed, measured.epochs) == (job["packed"], job["epochs"])
        assert measured.outcome == "completed"
        if not job["packed"]:
            assert measured.steps_total == job["epochs"] * (job["samples"] // job["batch_size"])
        assert measured.steps_done == measured.steps_total
        # Every job spent its first seconds on imports: 4.6 to 8.3 s, by how busy the machine was.
        seconds = elapsed[job["job_id"]]
        assert seconds is not None
        assert measured.seen_seconds is not None
        assert 4 <= seconds - measured.seen_seconds <= 10
        assert measured.steps_total is not None
        assert measured.seconds_per_step is not None
        in_bars = measured.seconds_per_step * measured.steps_total
        assert in_bars == pytest.approx(measured.seen_seconds, rel=0.05)
