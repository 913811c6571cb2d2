"""Every log of the collection against what was checked by hand; `pytest -s` prints the shares."""

import json
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest

from ckreg.core.measure import Measurement, read_log
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
TRAINERS_FIELDS = {
    "train_steps_done": "steps_done",
    "train_steps_total": "steps_total",
    "steady_seconds_per_step": "seconds_per_step",
    "samples_per_s": "samples_per_second",
    "peak_gpu_mem_gib": "peak_gpu_mem_gib",
    "batch_size": "batch_size",
    "grad_accum": "grad_accum",
    "lora_rank": "lora_rank",
    "epochs_total": "epochs",
    "n_gpus": "n_gpus",
    "model": "model",
    "jobs_in_file": "",
}
TRAINERS_TOLERANCE = {"steady_seconds_per_step": 0.05, "samples_per_s": 0.02, "peak_gpu_mem_gib": 0.001}
_LCN = "public/gtseligas+lcn-llama"
_OLLAMA = "public/yelzha+nlp_lab/logs/slurm_output.txt"
TRAINERS_EXPLAINED = {
    (
        "public/chtmp223+alignment-handbook/orpo_curr.out",
        "samples_per_s",
    ): "the label has what is printed, which counts the steps before the resumption, too: twice too much",
    (f"{_LCN}/output/pt/logs/rank_0000.log", "n_gpus"): "the label is of the last of four launches",
    (f"{_LCN}/train.out", "n_gpus"): "unsure: four devices are there, world_size is 1",
    (_OLLAMA, "n_gpus"): "a server of another kind, in words of its own",
    (_OLLAMA, "model"): "a server of another kind, in words of its own",
    (
        "public/awslabs+awsome-distributed-ai/3.test_cases/0.nccl-tests/slurm-104.out",
        "n_gpus",
    ): "a test of the network, in words of its own",
    (
        "public/guoyu-zhang+PEFT-TRL-LLMs/logs/train.log",
        "n_gpus",
    ): "the label counts CUDA_VISIBLE_DEVICES, which is what the job might use",
    (
        "public/linskybing+LLM/train.out@b563e968",
        "model",
    ): "said in the script's own words: Loading model and tokenizer: ...",
    (
        "public/linskybing+LLM/train_.out@6e1aaa0d",
        "model",
    ): "said in the script's own words: Loading model and tokenizer: ...",
    (
        "own/hf-trainer/tf4-crash-bad-model-path/slurm-2107.out",
        "model",
    ): "said only within the error's words, as a model that there is not",
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


def test_trainers_logs_agree_with_their_labels(shared: Path) -> None:
    right: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    wrong: list[tuple[str, str]] = []
    for label in labels(shared):
        if label["framework"] not in {"hf_trainer", "deepspeed", "megatron", "lightning", "other", "none"}:
            continue
        measured = read_log((shared / "logs" / label["file"]).read_bytes(), log_path=label["file"])
        told = told_by(measured)
        for key in TRAINERS_FIELDS:
            if label.get(key) is None or key in label.get("not_in_log", ()):
                continue
            asked[key] += 1
            if trainer_agrees(label, key, told[key]):
                right[key] += 1
            else:
                wrong.append((label["file"], key))
                say(f"{label['file']} {key}: {label[key]!r}, read {told[key]!r}")
    for key in TRAINERS_FIELDS:
        say(f"{key:25} {right[key]:3} of {asked[key]}")
    assert set(wrong) == set(TRAINERS_EXPLAINED)
    assert sum(right.values()) >= 0.95 * sum(asked.values())


def told_by(measured: tuple[Measurement, ...]) -> dict[str, object]:
    first = measured[0]
    return {key: getattr(first, field) for key, field in TRAINERS_FIELDS.items() if field} | {
        "jobs_in_file": len(measured),
    }


def trainer_agrees(label: dict[str, Any], key: str, found: object) -> bool:
    expected = label[key]
    if isinstance(found, float) and key in TRAINERS_TOLERANCE:
        return bool(abs(found - expected) <= TRAINERS_TOLERANCE[key] * expected)
    return found == expected or found in label.get("also_acceptable_models", ())


def test_framework_and_outcome_are_right_in_nearly_every_log(shared: Path) -> None:
    frameworks, outcomes = [], []
    everything = labels(shared)
    for label in everything:
        measured = read_log((shared / "logs" / label["file"]).read_bytes(), log_path=label["file"])[0]
        if measured.framework not in {label["framework"], *label.get("also_acceptable_frameworks", ())}:
            frameworks.append(label["file"])
        if measured.outcome not in {label["outcome"], *label.get("also_acceptable_outcomes", ())}:
            outcomes.append(label["file"])
    say(f"framework wrong: {frameworks}; outcome wrong: {outcomes}")
    assert len(frameworks) <= 0.03 * len(everything)
    assert len(outcomes) <= 0.05 * len(everything)


def test_jobs_whose_bars_alternate_are_told_apart(shared: Path) -> None:
    folder = shared / "logs" / "public" / "niznik-dev+cruijff_kit" / "embeddings"
    if not folder.is_dir():
        pytest.skip("the collection of real job logs is not here")
    # The last frames of both jobs, and the label's notes on them.
    last = {
        "68d0d3be": (5157, 8557),
        "92322d10": (4324, 1677),
        "bb609dd7": (4556, 1817),
        "c4c234ee": (5080, 2132),
    }
    for version, done in last.items():
        measured = read_log((folder / f"save_hidden.err@{version}").read_bytes(), log_path="x")
        assert tuple(each.steps_done for each in measured) == done
        assert {each.steps_total for each in measured} == {10000}
        assert [each.segment for each in measured] == [0, 1]


@pytest.mark.parametrize("seed", range(4))
def test_logs_appended_to_each_other_read_as_each_alone(shared: Path, seed: int) -> None:
    """Of programs that say when they begin; what crashed before its first word cannot be told apart."""
    names = [
        "own/torchtune/bs8-2epochs-disk/slurm-1234.out",
        "own/hf-trainer/tf5-sft-trl/slurm-2009.out",
        "own/torchtune/slow-25M-sigterm-wandb/slurm-1272.out",
        "own/hf-trainer/tf4-gradacc-max-steps/slurm-2104.out",
        "own/hf-trainer/tf5-crash-midway/slurm-2006.out",
        "own/hf-trainer/tf5-disable-tqdm/slurm-2001.out",
        "own/hf-trainer/tf5-sigterm/slurm-2008.out",
        "public/linskybing+LLM/logs/nv/qr.out",
        "public/linskybing+LLM/logs/quantization.out@3c02986e",
        "public/chtmp223+alignment-handbook/sft.out",
    ]
    label = labels(shared)[0]
    assert label
    rng = Random(seed)  # noqa: S311  # not for secrets
    logs = [(shared / "logs" / name).read_bytes() for name in rng.sample(names, 3)]
    alone = [facts(each) for log in logs for each in read_log(log, log_path="x")]
    together = [facts(each) for each in read_log(b"".join(logs), log_path="x")]
    assert together == alone


def facts(measured: Measurement) -> tuple[object, ...]:
    return measured.framework, measured.outcome, measured.steps_done, measured.steps_total


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
